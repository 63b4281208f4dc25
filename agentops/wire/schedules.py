"""When a deployment fires by itself: cron expressions in a time zone."""

import re
from calendar import monthrange
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Shape
from agentops.wire.timezones import Timezone
from agentops.wire.wording import quoted

CRON_FIELDS: Final = {
    "minute": range(60),
    "hour": range(24),
    "day-of-month": range(1, 32),
    "month": range(1, 13),
    "day-of-week": range(8),
}
"""The fields in their order and what each takes; a day-of-week of 0 or of 7 is Sunday."""

_LONGEST: Final = {month: monthrange(2024, month)[1] for month in CRON_FIELDS["month"]}
"""How many days each month has in a leap year."""

_ITEM = re.compile(r"(?:\*|([0-9]{1,3})(?:-([0-9]{1,3}))?)(?:/([0-9]{1,3}))?")
_EXTENDED = re.compile(r"[LW#?]")


def cron_values(field: str, allowed: range) -> frozenset[int]:
    """Return the values that one field of a cron expression stands for: `*`, numbers, ranges, steps, lists of them.

    Raises:
        ValueError: the field is not of that form, or leaves the allowed range; says how.
    """
    return frozenset(value for item in field.split(",") for value in _item_values(item, allowed))


def _item_values(item: str, allowed: range) -> range:
    found = _ITEM.fullmatch(item)
    if not found:
        raise ValueError(f"{quoted(item)} is not a number, a range, * or a step over one of these")
    first, last, step = (None if each is None else int(each) for each in found.groups())
    if step is not None and first is not None and last is None:
        raise ValueError(f"{quoted(item)} has a step without a range: write {first}-{allowed[-1]}/{step}")
    low = allowed[0] if first is None else first
    high = (allowed[-1] if first is None else first) if last is None else last
    if low not in allowed or high not in allowed:
        raise ValueError(f"{quoted(item)} is not within {allowed[0]}-{allowed[-1]}")
    if low > high or step == 0:
        raise ValueError(f"{quoted(item)} is empty")
    return range(low, high + 1, step or 1)


def cron_problems(expression: str) -> Iterator[Problem]:
    """Yield what keeps the text from being a five-field POSIX cron expression.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_schedule_params.py`.
    """
    if expression.startswith("@"):
        yield Problem(
            (), "bad-format", f"must be five cron fields, shortcuts such as {quoted(expression)} do not count"
        )
        return
    fields = expression.split()
    if len(fields) != len(CRON_FIELDS):
        wanted = " ".join(CRON_FIELDS)
        yield Problem((), "bad-format", f"must have five fields ({wanted}), has {len(fields)}")
        return
    messages = {name: _field_problem(field, CRON_FIELDS[name]) for name, field in zip(CRON_FIELDS, fields, strict=True)}
    for name, message in messages.items():
        if message:
            yield Problem((), "bad-format", f"has a field for the {name} that cannot be: {message}")
    if not any(messages.values()) and not _has_a_date(*fields[2:]):
        yield Problem(
            (), "invalid-value", f"must have a date that comes, no month in {fields[3]} has a day {fields[2]}"
        )


def _field_problem(field: str, allowed: range) -> str | None:
    if extended := _EXTENDED.search(field):
        return f"{extended[0]} is not part of POSIX cron"
    try:
        cron_values(field, allowed)
    except ValueError as error:
        return str(error)
    return None


def takes_either_day(day: str, weekday: str) -> bool:
    """Tell whether the day of the month or the day of the week is enough: both fields name days of their own.

    Source: POSIX.1-2024 `crontab`; crontab(5) of Vixie's cron for `*/n`, which POSIX lacks: it counts as a `*`.
    """
    return not (day.startswith("*") or weekday.startswith("*"))


def _has_a_date(day: str, month: str, weekday: str) -> bool:
    """Tell whether the date comes in any year, which the 30th of February never does; weekdays come in every month."""
    first = min(cron_values(day, CRON_FIELDS["day-of-month"]))
    months = cron_values(month, CRON_FIELDS["month"])
    return takes_either_day(day, weekday) or any(first <= _LONGEST[each] for each in months)


CronExpression = Annotated[str, Field(max_length=1024), AfterValidator(lambda text: obeying(text, cron_problems(text)))]
"""Every minute, hour, day and month by its number is half as long. Our limit; the SDK states none."""


class Schedule(Shape):
    """When a deployment fires. Source: SDK 2.11.0 `types/beta/beta_managed_agents_schedule_params.py`."""

    type: Literal["cron"]
    expression: CronExpression
    timezone: Timezone
