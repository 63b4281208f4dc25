"""Where a value is in JSON-like data."""

Path = tuple[str | int, ...]
"""Keys and indexes from the top of the data to a value."""
