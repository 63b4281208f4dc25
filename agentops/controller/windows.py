"""When changes may be applied: windows that allow or deny, each a cron expression, a length and a time zone.

Read as Argo CD reads its sync windows: a denying window that is open wins; where there are allowing windows, one of
them must be open; without any, it is always time. Source: Argo CD docs, "Sync Windows".
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field

from agentops.engine.core.cron import Cron, occurrences
from agentops.wire import durations
from agentops.wire.durations import Duration
from agentops.wire.schedules import CronExpression
from agentops.wire.shape import Omissible, Shape
from agentops.wire.timezones import Timezone

_MOST_EDGES: Final = 2_000
"""How many times windows are watched opening and closing in search of the next opening: more than a day of minutes."""

ActionName = Literal["create", "update", "repin", "restamp", "adopt", "move", "replace", "archive", "delete"]
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

    def edges(self, after: datetime) -> Iterator[datetime]:
        """Yield the next moments at which it may open and close."""
        if (opens := self._begins_after(after)) is not None:
            yield opens
        if (began := self._begins_after(after - self._length)) is not None:
            yield began + self._length

    @property
    def _length(self) -> timedelta:
        return timedelta(seconds=durations.seconds(self.duration))

    def _begins_after(self, moment: datetime) -> datetime | None:
        return next(occurrences(_cron(self.schedule), ZoneInfo(self.timezone), moment), None)


def is_open(windows: Sequence[Window], actions: Collection[str], at: datetime) -> bool:
    """Tell whether every one of the actions may be done at the moment."""
    return all(_is_open([each for each in windows if each.is_about(action)], at) for action in actions)


def next_opening(windows: Sequence[Window], actions: Collection[str], now: datetime) -> datetime | None:
    """Return the first moment from now on at which all the actions may be done together; None where none is found."""
    concerned = [each for each in windows if any(map(each.is_about, actions))]
    at: datetime | None = now
    for _ in range(_MOST_EDGES):
        if at is None or is_open(concerned, actions, at):
            return at
        at = min((edge for each in concerned for edge in each.edges(at)), default=None)
    return None


def _is_open(windows: Sequence[Window], at: datetime) -> bool:
    allows = [each for each in windows if each.kind == "allow"]
    is_denied = any(each.is_active(at) for each in windows if each.kind == "deny")
    return not is_denied and (not allows or any(each.is_active(at) for each in allows))


_cron = lru_cache(maxsize=256)(Cron.of)
