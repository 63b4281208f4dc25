"""The database of an engine that is given no other: a file in its data folder."""

from pathlib import Path

DATABASE = "engine.db"


def database_in(data: Path) -> str:
    """Return the URL of a data folder's own database."""
    return f"sqlite:///{data.absolute() / DATABASE}"
