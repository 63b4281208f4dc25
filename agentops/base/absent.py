"""The one value that stands for no value, where null is a value of its own."""

from typing import Any

ABSENT: Any = object()
"""Stands for a field that is not declared."""
