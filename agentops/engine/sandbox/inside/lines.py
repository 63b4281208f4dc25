"""The line between a plan's process and the tool server: JSON, one value a line, in both directions."""

from __future__ import annotations

import json
import os
from typing import Any

from .fields import Json


def encoded(value: Json) -> bytes:
    """Return a value as a line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace") + b"\n"


class Line:
    """The line to the server: requests go out, answers come in."""

    def __init__(self, answers: int, requests: int) -> None:
        """Speak over two descriptors that nobody who is started later gets."""
        for each in (answers, requests):
            os.set_inheritable(each, False)  # noqa: FBT003 - the standard library's
        self._answers = os.fdopen(answers, "rb")
        self._requests = requests
        self._numbers = 0
        self._heard = 0

    def number(self) -> int:
        """Return the next number of a request that is numbered."""
        self._numbers += 1
        return self._numbers

    def say(self, **fields: Any) -> None:
        """Write one request."""
        data = encoded(fields)
        while data:
            data = data[os.write(self._requests, data) :]

    def hear(self) -> Json:
        """Return the next of what comes in; without a server there is nothing to go on for."""
        line = self._answers.readline()
        if not line:
            os._exit(0)
        found: Json = json.loads(line)
        return found

    def hear_answer(self) -> Json:
        """Say that there is nothing to do, and return the next answer."""
        self.say(op="wait", heard=self._heard)
        answer = self.hear()
        self._heard += 1
        return answer
