"""Finds the resource of a path, one step a segment: to ask each route in turn takes the time of an answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from starlette.types import ASGIApp

_REST = ":path"
"""Ends the name of a parameter that takes the rest of the path, slashes included."""


class Found(NamedTuple):
    """Where a path leads, and what it says in the place of each parameter."""

    resource: ASGIApp
    named: dict[str, str]
    route: str
    """The path of the table that it was found by."""


@dataclass(slots=True)
class _Step:
    """What may come behind the beginning of a path that leads here."""

    resource: ASGIApp | None = None
    route: str = ""
    literal: dict[str, "_Step"] = field(default_factory=dict)
    parameter: "_Step | None" = None
    name: str = ""
    rest: "_Step | None" = None

    def added(self, segment: str) -> "_Step":
        """Return the step for a segment of a route, a new one if there was none."""
        if not segment.startswith("{"):
            return self.literal.setdefault(segment, _Step())
        name = segment.strip("{}")
        assert self.name in ("", name), f"one place, two names: {self.name}, {name}"
        self.name = name
        if name.endswith(_REST):
            self.rest = self.rest or _Step()
            return self.rest
        self.parameter = self.parameter or _Step()
        return self.parameter


class Paths:
    """A route table; where a segment is a route's own word, it is never taken for a parameter."""

    def __init__(self, routes: Iterable[tuple[str, ASGIApp]]) -> None:
        """Take paths such as `/v1/agents/{agent_id}` and `/v1/models/{model_id:path}`."""
        self._root = _Step()
        for path, resource in routes:
            step = self._root
            for segment in path.split("/")[1:]:
                step = step.added(segment)
            step.resource, step.route = resource, path

    def find(self, path: str) -> Found | None:
        """Return where the path leads, or None."""
        step, named = self._root, {}
        segments = path.split("/")
        for number, segment in enumerate(segments[1:], start=1):
            if (known := step.literal.get(segment)) is not None:
                step = known
            elif not segment and step.rest is None:
                return None
            elif step.parameter is not None:
                named[step.name] = segment
                step = step.parameter
            elif step.rest is not None:
                named[step.name.removesuffix(_REST)] = "/".join(segments[number:])
                step = step.rest
                break
            else:
                return None
        return None if step.resource is None else Found(step.resource, named, step.route)
