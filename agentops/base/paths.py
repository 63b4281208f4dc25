"""Where a value is in JSON-like data."""

from collections.abc import Mapping, Sequence
from typing import Any

Path = tuple[str | int, ...]
"""Keys and indexes from the top of the data to a value."""


def dotted(path: Path) -> str:
    """Return the path as people write it: `tools[0].name`."""
    steps = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in path)
    return "".join(steps).removeprefix(".")


def at(value: Any, path: Sequence[str | int]) -> Any:
    """Return what is in a tree of mappings at the path; None where there is nothing."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
