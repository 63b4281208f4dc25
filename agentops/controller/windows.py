"""When changes may be applied: windows that allow or deny, each a cron expression, a length and a time zone.

Read as Argo CD reads its sync windows: a denying window that is open wins; where there are allowing windows, one of
them must be open; without any, it is always time. Source: Argo CD docs, "Sync Windows".
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field

from agentops.engine.core.cron import Cron, occurrences
from agentops.wire import durations
from agentops.wire.fields import Duration
from agentops.wire.schedules import CronExpression
from agentops.wire.shape import Omissible, Shape
from agentops.wire.timezones import Timezone

_MOST_LOOKS: Final = 5_000
"""How often windows are watched opening and closing in search of the next opening: one of a minute, for three days."""

ActionName = Literal[
    "create",
    "update",
    "repin",
    "restamp",
    "adopt",
    "move",
    "replace",
    "retire",
    "restore",
    "forget",
    "archive",
    "delete",
]
"""What a step of a plan does; a test holds it equal to `reconcile.plan.Action`."""

ACTIONS: Final = frozenset(get_args(ActionName))


class Window(Shape):
    """A stretch of time that comes again and again: it begins where the zone's clock shows the schedule's time."""

    kind: Literal["allow", "deny"]
    schedule: CronExpression
    duration: Duration
    timezone: Timezone = "UTC"
    actions: Omissible[Annotated[list[ActionName], Field(min_length=1)]] = None
    """What it is about; everything when left out."""

    def is_about(self, action: str) -> bool:
        """Tell whether it has a say in such steps. An action that nobody here knows is what every window is about."""
        return self.actions is None or action in self.actions or action not in ACTIONS

    def is_active(self, at: datetime) -> bool:
        """Tell whether it is open: from the moment that it begins, up to the one that it ends at, without that one."""
        begins = self._begins_after(at - self._length)
        return begins is not None and begins <= at

    def edge(self, after: datetime) -> datetime | None:
        """Return the next moment at which it may open or close."""
        opens, began = self._begins_after(after), self._begins_after(after - self._length)
        return min(filter(None, (opens, began and began + self._length)), default=None)

    @property
    def _length(self) -> timedelta:
        return timedelta(seconds=durations.seconds(self.duration))

    def _begins_after(self, moment: datetime) -> datetime | None:
        return next(occurrences(_cron(self.schedule), ZoneInfo(self.timezone), moment), None)


def is_open(windows: Sequence[Window], actions: Collection[str], at: datetime) -> bool:
    """Tell whether every one of the actions may be done at the moment."""
    return _allows([(each, each.is_active(at)) for each in windows], actions)


def next_opening(windows: Sequence[Window], actions: Collection[str], now: datetime) -> datetime | None:
    """Return the first moment from now on at which all the actions may be done together; None where none is found."""
    concerned = [_Watched(each, now) for each in windows if any(map(each.is_about, actions))]
    at, looks = now, 0
    while looks < _MOST_LOOKS:
        if _allows([(each.window, each.is_active) for each in concerned], actions):
            return at
        edges = [each.edge for each in concerned if each.edge is not None]
        if not edges:
            return None
        at = min(edges)
        for each in concerned:
            looks += each.look(at)
    return None


class _Watched:
    """A window on the way through time: looked at anew only where it may open or close, which is what costs."""

    def __init__(self, window: Window, at: datetime) -> None:
        self.window = window
        self.is_active = window.is_active(at)
        self.edge = window.edge(at)

    def look(self, at: datetime) -> bool:
        """Tell whether there was something to look at."""
        if self.edge != at:
            return False
        self.is_active, self.edge = self.window.is_active(at), self.window.edge(at)
        return True


def _allows(found: Sequence[tuple[Window, bool]], actions: Collection[str]) -> bool:
    return all(_allows_one([each for each in found if each[0].is_about(action)]) for action in actions)


def _allows_one(found: Sequence[tuple[Window, bool]]) -> bool:
    allows = [is_active for window, is_active in found if window.kind == "allow"]
    is_denied = any(is_active for window, is_active in found if window.kind == "deny")
    return not is_denied and (not allows or any(allows))


_cron = lru_cache(maxsize=256)(Cron.of)
