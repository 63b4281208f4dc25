"""What goes wrong with forges, planned for a deed: `faults.plan(Lost(), on="open")`.

Deeds are the same on each face: list read open edit comments comment merge status labels make-label label, and of git
info fetch push.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from tests.memory_repo.forges.fake.speech import Face, Reply

_HTML = {"content-type": "text/html; charset=utf-8"}
_JSON = {"content-type": "application/json"}
_PAGE = b"<!doctype html><html><title>Sign in</title><body>Please sign in to continue.</body></html>"
_SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


class Dropped(Enum):
    """How an answer does not arrive."""

    CLOSED = "the connection is closed"
    NEVER_ANSWERED = "nothing comes"


@dataclass(frozen=True, slots=True)
class Moment:
    """A request at which a fault happens."""

    face: Face
    now: datetime
    act: Callable[[], Reply]
    """Does what was asked for, and returns the answer that should have been given."""


class Fault(Protocol):
    """Something that goes wrong."""

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Return what is answered instead, and whether that arrives."""
        ...


@dataclass(frozen=True, slots=True)
class Limited:
    """Too many requests: 429, and how long to wait."""

    retry_after: int = 7

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do nothing."""
        told = at.face.error(429, "Too many requests")
        return Reply(429, told.data, {"retry-after": str(self.retry_after)}), None


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The hour's requests are used up: 403 on GitHub, 429 elsewhere, and the moment from which there are new ones."""

    reset_in_s: int = 30

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do nothing."""
        told = at.face.error(403 if at.face.name == "github" else 429, "API rate limit exceeded for user ID 1.")
        reset = str(int(at.now.timestamp()) + self.reset_in_s)
        headers = {f"{at.face.limits}remaining": "0", f"{at.face.limits}reset": reset}
        return Reply(told.status, told.data, headers), None


@dataclass(frozen=True, slots=True)
class Secondary:
    """GitHub's limit of another kind: 403 and a sentence."""

    retry_after: int | None = None

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do nothing."""
        wait = {} if self.retry_after is None else {"retry-after": str(self.retry_after)}
        return Reply(403, at.face.error(403, _SECONDARY).data, wait), None


@dataclass(frozen=True, slots=True)
class Broken:
    """A server's error, before or after the deed was done."""

    status: int = 502
    acts: bool = False

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do it or not, and say neither."""
        if self.acts:
            at.act()
        return Reply(self.status, headers=_HTML, content=b"<h1>Bad Gateway</h1>"), None


@dataclass(frozen=True, slots=True)
class Lost:
    """The deed is done, the connection is closed, and nobody is told."""

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do it."""
        return at.act(), Dropped.CLOSED


@dataclass(frozen=True, slots=True)
class Slow:
    """The deed is done, and the answer does not come as long as somebody waits."""

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do it."""
        return at.act(), Dropped.NEVER_ANSWERED


@dataclass(frozen=True, slots=True)
class Truncated:
    """The deed is done, and half of the JSON is told."""

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do it."""
        reply = at.act()
        whole = json.dumps(reply.data).encode()
        return Reply(reply.status, headers=_JSON, content=whole[: len(whole) // 2]), None


@dataclass(frozen=True, slots=True)
class Page:
    """Something in between answers with a page for people."""

    status: int = 200

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do nothing."""
        return Reply(self.status, headers=_HTML, content=_PAGE), None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A redirect to another host."""

    url: str = "https://elsewhere.example/"
    status: int = 307

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do nothing."""
        return Reply(self.status, headers={"location": self.url}, content=b""), None


@dataclass(frozen=True, slots=True)
class Hidden:
    """404, which is how a forge says that the token may not see it."""

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do nothing."""
        return at.face.error(404, "Not Found"), None


@dataclass(frozen=True, slots=True)
class Expired:
    """401: the token was good until now."""

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do nothing."""
        return at.face.error(401, "Bad credentials"), None


@dataclass(frozen=True, slots=True)
class Huge:
    """An answer without end."""

    size_bytes: int = 9_000_000

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do nothing."""
        return Reply(200, headers=_JSON, content=b'"' + b"a" * self.size_bytes + b'"'), None


@dataclass(frozen=True, slots=True)
class Odd:
    """JSON of another shape."""

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do nothing."""
        return Reply(200, {"number": "../../admin", "data": [1, None]}), None


@dataclass(frozen=True, slots=True)
class Says:
    """A refusal in certain words."""

    status: int
    words: str

    def happens(self, at: Moment) -> tuple[Reply, Dropped | None]:
        """Do nothing."""
        return at.face.error(self.status, self.words), None


class _Any(Enum):
    DEED = "any"


ANY = _Any.DEED


@dataclass(slots=True)
class _Planned:
    fault: Fault
    on: str | _Any
    times: int
    after: int


class Faults:
    """What shall go wrong, each a number of times."""

    def __init__(self) -> None:
        """Plan nothing."""
        self._planned: list[_Planned] = []

    def plan(self, fault: Fault, *, on: str | _Any = ANY, times: int = 1, after: int = 0) -> None:
        """Let it happen at a deed, so many times, after the deed went well so many times."""
        self._planned.append(_Planned(fault, on, times, after))

    def next(self, deed: str) -> Fault | None:
        """Return what goes wrong with a deed that is asked for now."""
        for each in self._planned:
            if each.times == 0 or each.on not in {ANY, deed}:
                continue
            if each.after:
                each.after -= 1
                continue
            each.times -= 1
            return each.fault
        return None

    @property
    def are_over(self) -> bool:
        """Tell whether all that was planned has happened."""
        return not any(each.times for each in self._planned)
