"""Moments as the API writes them: RFC 3339."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from agentops.wire.problems import Problem, obeying
from agentops.wire.wording import quoted

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def moment(text: str) -> datetime | None:
    """Return the timezone-aware moment that the text spells, or None. Source: RFC 3339 section 5.6."""
    if not _RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def moment_problems(text: str) -> Iterator[Problem]:
    """Yield what keeps the text from being a moment."""
    if moment(text) is None:
        message = f'must be a time in RFC 3339 with a zone, such as "2026-05-06T01:10:30Z", is {quoted(text)}'
        yield Problem((), "bad-format", message)


Timestamp = Annotated[str, AfterValidator(lambda text: obeying(text, moment_problems(text)))]
