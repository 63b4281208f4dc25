"""Lengths of time as people write them in YAML: `90s`, `30m`, `6h`, `1h30m`, `7d`."""

import re
from typing import Final

from agentops.wire.wording import quoted

_UNITS: Final = {"w": 7 * 24 * 3600, "d": 24 * 3600, "h": 3600, "m": 60, "s": 1}
"""Units: seconds. Source: Go `time.ParseDuration` (h, m, s); Prometheus "Configuration", `<duration>` (w, d)."""

FORM: Final = re.compile("".join(rf"(?:([0-9]{{1,6}}){unit})?" for unit in _UNITS))
"""An empty text is of this form, too, and is no length."""


def seconds(text: str) -> int:
    """Return how long it is.

    Raises:
        ValueError: the text is no length of time.
    """
    found = FORM.fullmatch(text)
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
