"""Values that change with every event of a session, copied quickly."""

from typing import TypeVar

T = TypeVar("T")


def altered(value: T, **changes: object) -> T:
    """Return the frozen value with some fields changed.

    As `dataclasses.replace`, in a tenth of its time, for classes without slots whose fields need no check: a step of an
    agent alters its thread and its session some thirty times.
    """
    made = object.__new__(type(value))
    made.__dict__.update(value.__dict__, **changes)
    return made
