"""Where a value is in JSON-like data."""

Path = tuple[str | int, ...]
"""Keys and indexes from the top of the data to a value."""


def dotted(path: Path) -> str:
    """Return the path as people write it: `tools[0].name`."""
    steps = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in path)
    return "".join(steps).removeprefix(".")
