"""Answers that were paid for, kept: a dream that is run again, or reads a session again, asks only what is new."""

from typing import Any, Protocol


class Kept(Protocol):
    """Answers by the digest of their question. What it returns is judged again like any answer."""

    def get(self, key: str) -> Any:
        """Return what was kept, as JSON; None where there is nothing."""
        ...

    def put(self, key: str, value: Any) -> None:
        """Keep a value of JSON."""
        ...


class KeptHere:
    """Keeps answers as long as this object lives."""

    def __init__(self) -> None:
        """Begin empty."""
        self._answers: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        """Return what was kept."""
        return self._answers.get(key)

    def put(self, key: str, value: Any) -> None:
        """Keep a value."""
        self._answers[key] = value
