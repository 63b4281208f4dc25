"""Identifiers as the API shapes them, and where they come from."""

import os
from typing import Protocol

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_CHARACTERS = 22
"""22 base58 characters carry 128 bits, also when some come up five times while others come up four times."""

_AS_BASE58 = bytes(ord(_BASE58[byte % len(_BASE58)]) for byte in range(256))


class IdSource(Protocol):
    """What makes identifiers nobody can guess."""

    def new(self, prefix: str) -> str:
        """Return a fresh identifier, `agent_01…`."""


class RandomIds:
    """Identifiers from the operating system's randomness; the only place that reads it for ids.

    Source: ids in the saved outputs of the public cookbooks, prefix + `_01` + base58.
    """

    def new(self, prefix: str) -> str:
        """Return a fresh identifier."""
        return f"{prefix}_01{os.urandom(_CHARACTERS).translate(_AS_BASE58).decode()}"


class CountingIds:
    """Identifiers in the order they were asked for, for tests."""

    def __init__(self) -> None:
        """Start at one."""
        self._count = 0

    def new(self, prefix: str) -> str:
        """Return the next identifier."""
        self._count += 1
        return f"{prefix}_01{self._count:022d}"
