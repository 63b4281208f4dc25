"""Lengths of time as people write them in YAML: `90s`, `30m`, `6h`, `1h30m`, `7d`."""

import re
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form
from agentops.wire.wording import quoted

_UNITS: Final = {"w": 7 * 24 * 3600, "d": 24 * 3600, "h": 3600, "m": 60, "s": 1}
"""Units: seconds. Source: Go `time.ParseDuration` (h, m, s); Prometheus "Configuration", `<duration>` (w, d)."""

_FORM = re.compile("".join(rf"(?:([0-9]{{1,6}}){unit})?" for unit in _UNITS))
_SHORTEST_S: Final = 60
_LONGEST_S: Final = 366 * 24 * 3600
"""What is to come less often than every year is a date and no interval."""


def seconds(text: str) -> int:
    """Return how long it is.

    Raises:
        ValueError: the text is no length of time.
    """
    found = _FORM.fullmatch(text)
    if not text or found is None:
        raise ValueError(f"{quoted(text)} is no length of time")
    return sum(int(count or 0) * each for count, each in zip(found.groups(), _UNITS.values(), strict=True))


def spelled(total_s: int) -> str:
    """Return the one spelling that all spellings of a length have in common: `90m` is `1h30m`."""
    parts = []
    for unit, each in _UNITS.items():
        # Weeks are read and not written: `14d` tells more people how long it is.
        count, total_s = divmod(total_s, each) if unit != "w" else (0, total_s)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def _problems(text: str, shortest_s: int, longest_s: int) -> Iterator[Problem]:
    total_s = seconds(text)
    if not shortest_s <= total_s <= longest_s:
        bounds = f"from {spelled(shortest_s)} to {spelled(longest_s)}"
        yield Problem((), "invalid-value", f"must be {bounds}, is {spelled(total_s)}")


Duration = Annotated[
    str,
    Field(min_length=1, pattern=f"^{_FORM.pattern}$"),
    Form('a length of time such as "30m", "6h" or "7d"'),
    AfterValidator(lambda text: obeying(text, _problems(text, _SHORTEST_S, _LONGEST_S))),
]
"""From a minute to a year."""

ShortDuration = Annotated[
    str,
    Field(min_length=1, pattern=f"^{_FORM.pattern}$"),
    Form('a length of time such as "30s" or "5m"'),
    AfterValidator(lambda text: obeying(text, _problems(text, 1, 3600))),
]
"""From a second to an hour."""
