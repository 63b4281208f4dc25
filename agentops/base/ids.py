"""Identifiers as the API shapes them, and where they come from."""

import os
from typing import Final, Protocol

from agentops.base.clock import Clock, SystemClock

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS: Final = tuple(first + second for first in _BASE58 for second in _BASE58)
_TWO, _FOUR = 58**2, 58**4


class IdSource(Protocol):
    """What makes identifiers nobody can guess."""

    def new(self, prefix: str) -> str:
        """Return a fresh identifier, `agent_01…`."""


class RandomIds:
    """Identifiers from the operating system's randomness, in the order of time; the only place that reads it for ids.

    What is made later sorts later, so that a database adds it at the end of an index instead of somewhere inside.
    Source: the API's own, `sesn_011CakRYQjc4NMXdRy4qKZy5`: `_01`, then a UUID of version 7 in base58. RFC 9562, 5.7,
    with method 3 of 6.2: 60 bits of time, 62 that nobody can guess.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        """Go by the machine's clock unless told otherwise."""
        self._now = (clock or SystemClock()).now

    def new(self, prefix: str) -> str:
        """Return a fresh identifier."""
        ms, us = divmod(int(self._now().timestamp() * 1_000_000), 1000)
        number = (ms << 16 | 7 << 12 | us * 4096 // 1000) << 64 | 2 << 62 | int.from_bytes(os.urandom(8)) >> 2
        return f"{prefix}_01{_base58(number)}"


def _base58(number: int) -> str:
    """Return a number of 128 bits as 22 characters."""
    fours = []
    for _ in range(5):
        number, four = divmod(number, _FOUR)
        fours.append(_PAIRS[four // _TWO] + _PAIRS[four % _TWO])
    return _PAIRS[number] + "".join(reversed(fours))


class CountingIds:
    """Identifiers in the order they were asked for, for tests."""

    def __init__(self) -> None:
        """Start at one."""
        self._count = 0

    def new(self, prefix: str) -> str:
        """Return the next identifier."""
        self._count += 1
        return f"{prefix}_01{self._count:022d}"
