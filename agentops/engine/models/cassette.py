"""Recordings of what models answered: one JSON object a line, in which every message is kept once.

A request is a chain of parts, the settings first and then each message; a part is known by a digest of all up to it.
So two requests of one conversation share what they have in common, and a request that was never recorded can be
followed to where it parts from those that were. Ids and times differ from run to run: they are numbered and blanked
before. Nothing of a connection is in it: no header, no credential, no address.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

from agentops.base.errors import UsageError
from agentops.engine.core.conversation import Ask, Reply, Usage
from agentops.engine.core.json import Json, written
from agentops.engine.models.port import (
    ContextTooLong,
    ModelError,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefusedRequest,
    ModelUnpaid,
    ModelUnreachable,
    Piece,
    TextPiece,
    ThinkingBegun,
)

_FORMAT = 1

_START = ""
"""The digest before the first part."""

_CHANGING = re.compile(
    r"(?P<id>\b[a-z]{2,12}_[0-9A-Za-z]{12,}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
"""Ids as the API makes them, UUIDs, dates and times."""

_AROUND = 40
"""How much a message shows on each side of a difference. Units: characters."""

_ERRORS: dict[str, type[ModelError]] = {
    each.__name__: each
    for each in (
        ContextTooLong,
        ModelError,
        ModelOverloaded,
        ModelRateLimited,
        ModelRefusedRequest,
        ModelUnpaid,
        ModelUnreachable,
    )
}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a request."""

    digest: str
    after: str
    text: str


@dataclass(frozen=True, slots=True)
class Take:
    """What was answered once."""

    pieces: tuple[Piece, ...]
    outcome: Reply | ModelError


@dataclass(slots=True)
class Tape:
    """A cassette that was read."""

    parts: dict[str, Part] = field(default_factory=dict)
    takes: dict[str, list[Take]] = field(default_factory=dict)
    """By the digest of the request's last part, in the order they were recorded."""

    def difference(self, asked: list[Part]) -> str:
        """Return where the request parts from the nearest that was recorded, in words."""
        known = [each for each in asked if each.digest in self.parts]
        here = asked[len(known) :]
        if not here:
            return "It was recorded only as the beginning of longer ones."
        nearest = self._nearest(here[0])
        what = f"message {len(known)}" if known else "the settings"
        if nearest is None:
            return f"The recording ends before {what}: {_cut(here[0].text, 0)}."
        at = _common(here[0].text, nearest.text)
        return f"From {what} on it is another: recorded {_cut(nearest.text, at)}, now {_cut(here[0].text, at)}."

    def _nearest(self, part: Part) -> Part | None:
        beside = [each for each in self.parts.values() if each.after == part.after]
        return max(beside, key=lambda each: _common(each.text, part.text), default=None)


def parts(ask: Ask) -> list[Part]:
    """Return the request's parts."""
    settings = {"model": ask.model, "system": ask.system, "tools": ask.tools.decode()}
    if ask.tool_choice is not None:
        settings["tool_choice"] = ask.tool_choice
    numbers: dict[str, int] = {}
    found: list[Part] = []
    for text in (written(settings), *(each.decode() for each in ask.messages)):
        steady = _CHANGING.sub(lambda hit: _steady(hit, numbers), text)
        after = found[-1].digest if found else _START
        found.append(Part(hashlib.sha256(f"{after}\n{steady}".encode()).hexdigest()[:32], after, steady))
    return found


def lines(asked: Iterable[Part], take: Take, digest: str) -> Iterator[str]:
    """Return the lines of parts that are not in the cassette yet, and of what was answered."""
    for part in asked:
        yield written({"part": part.digest, "after": part.after, "text": part.text})
    pieces = [[each.index, each.text] if isinstance(each, TextPiece) else [each.index] for each in take.pieces]
    outcome = _reply_data(take.outcome) if isinstance(take.outcome, Reply) else _error_data(take.outcome)
    yield written({"to": digest, "pieces": pieces, **outcome})


def first_line() -> str:
    """Return how a cassette begins."""
    return written({"cassette": _FORMAT})


def read(source: Iterable[str]) -> Tape:
    """Return the tape that the lines of a file hold; a last line that was cut off by a crash is passed over.

    Raises:
        UsageError: they are no cassette.
    """
    tape = Tape()
    for number, line in enumerate(source, 1):
        if not line.endswith("\n"):
            break
        try:
            _take_in(tape, number, json.loads(line))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            raise UsageError(f"Line {number} of the cassette cannot be read.", hint="Record it again.") from None
    return tape


def _take_in(tape: Tape, number: int, data: Json) -> None:
    if number == 1:
        if data.get("cassette") != _FORMAT:
            raise ValueError("another format")
    elif "part" in data:
        tape.parts[data["part"]] = Part(data["part"], data["after"], data["text"])
    else:
        pieces = tuple(TextPiece(*each) if len(each) > 1 else ThinkingBegun(*each) for each in data["pieces"])
        outcome = _reply(data["reply"]) if "reply" in data else _error(data["error"])
        tape.takes.setdefault(data["to"], []).append(Take(pieces, outcome))


def _reply_data(reply: Reply) -> Json:
    return {"reply": {**asdict(reply), "content": list(reply.content)}}


def _error_data(error: ModelError) -> Json:
    data = {"message": error.message, "retry_after_s": error.retry_after_s, "may_pass": error.may_pass}
    return {"error": {"class": type(error).__name__, **data}}


def _reply(data: Json) -> Reply:
    return Reply(tuple(data["content"]), data["stop_reason"], Usage(**data["usage"]), data["stop_details"])


def _error(data: Json) -> ModelError:
    return _ERRORS[data["class"]](data["message"], retry_after_s=data["retry_after_s"], may_pass=data["may_pass"])


def _steady(hit: "re.Match[str]", numbers: dict[str, int]) -> str:
    if found := hit["id"]:
        return f"<id {numbers.setdefault(found, len(numbers) + 1)}>"
    return "<time>"


def _common(one: str, other: str) -> int:
    """Return how many characters are the same at the beginning of both."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _cut(text: str, at: int) -> str:
    return repr(text[max(0, at - _AROUND) : at + _AROUND])
