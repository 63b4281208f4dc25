"""How long work that only computes is given up from outside: Python ends no thread, so the work asks now and then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_given_up: ContextVar[Callable[[], bool]] = ContextVar("is_given_up", default=lambda: False)


@contextmanager
def given_up_when(is_given_up: Callable[[], bool]) -> Iterator[None]:
    """Let whoever waits for the work of the block end it; the answer may change at any time, in any thread."""
    token = _is_given_up.set(is_given_up)
    try:
        yield
    finally:
        _is_given_up.reset(token)


def go_on() -> None:
    """Do nothing, or end the work where nobody waits for it any more: the place for it is the head of a long loop.

    Raises:
        asyncio.CancelledError: it was given up.
    """
    if _is_given_up.get()():
        from asyncio import CancelledError  # noqa: PLC0415 - most of what computes has no event loop

        raise CancelledError
