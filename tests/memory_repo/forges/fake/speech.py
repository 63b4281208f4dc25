"""What a face of the fake forge is told and says."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.memory_repo.forges.fake.repository import Kept, Refused

_NUMBERS = {"pull_number", "issue_number", "index", "merge_request_iid", "noteable_id"}
"""What the documents call the number of a pull request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to an API, and the repository that it is about."""

    kept: Kept
    where: str
    """The address of the server, for what answers link to."""

    params: Mapping[str, str]
    body: Any
    named: Mapping[str, str]
    """What stood in the path: `pull_number`, `sha`."""

    @property
    def number(self) -> int:
        """Return the number of the pull request."""
        return int(next(value for name, value in self.named.items() if name in _NUMBERS))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    """Instead of JSON."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of a vendor's document."""

    method: str
    template: str
    """As the document writes it."""

    deed: str
    does: Callable[[Asked], Reply]

    @property
    def operation(self) -> str:
        """Return the document's name for it."""
        return f"{self.method} {self.template}"

    def named(self, method: str, path: str) -> Mapping[str, str] | None:
        """Return what stands in a path in the places that the template names, or None where it is another one."""
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(self.template))
        found = re.fullmatch(pattern, path) if method == self.method else None
        return found.groupdict() if found else None


@dataclass(frozen=True, slots=True)
class Face:
    """One vendor's API over the same repositories."""

    name: str
    base: str
    routes: Sequence[Route]
    repository: Callable[[Mapping[str, str]], str]
    """Returns `owner/name` from what stands in the path."""

    refused: Callable[[str, Refused], Reply]
    """Answers what the forge does not do; the first argument is the deed."""

    error: Callable[[int, str], Reply]
    """Answers anything else that goes wrong, in the vendor's shape."""

    token: Callable[[Mapping[str, str]], str]
    """Returns the token of a request's headers."""

    @property
    def limits(self) -> str:
        """Return how the names of the headers begin that tell of limits."""
        return "ratelimit-" if self.name == "gitlab" else "x-ratelimit-"


def paged(asked: Asked, everything: Sequence[Any], size_name: str, path: str, default: int = 30) -> Reply:
    """Return one page of a list, and the link to the next one."""
    size = min(int(asked.params.get(size_name, default)), asked.kept.page_size)
    page = int(asked.params.get("page", "1"))
    shown = everything[(page - 1) * size : page * size]
    if len(everything) <= page * size:
        return Reply(200, shown)
    others = "&".join(f"{name}={value}" for name, value in asked.params.items() if name != "page")
    link = f'<{asked.where}{path}?{others}&page={page + 1}>; rel="next", <{asked.where}{path}?page=9>; rel="last"'
    return Reply(200, shown, {"link": link})
