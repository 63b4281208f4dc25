"""What one step of the schema is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; its number is its place in the list of `store/migrations.py`, from 1."""

    name: str
    statements: tuple[str, ...]
    """Portable SQL; `{text}`, `{integer}` and `{serial}` stand for what a driver spells in its own way."""
