"""How a test ends that never would.

The alarm of pytest-timeout stops the event loop of a coroutine from outside: nobody runs its fixtures' ends any more,
and whoever asks for them waits for ever. So a coroutine is stopped from within, a little earlier, and its fixtures end
as always. A worker that is stuck all the same says where and ends: `faulthandler_timeout`, which pytest takes back
after a failure, is given again.
"""

import asyncio
import faulthandler
from collections.abc import Awaitable, Callable, Generator
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key  # the only way to the error stream while it is captured

_EARLIER = 0.9
"""Of what pytest-timeout gives a test."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Stop a coroutine that takes too long where it waits."""
    if iscoroutinefunction(pyfuncitem.obj) and (bound_s := _given(pyfuncitem)):
        pyfuncitem.obj = _bounded(pyfuncitem.obj, bound_s * _EARLIER)
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """Look after the end of a test that failed, as after the test."""
    if bound_s := float(node.config.getini("faulthandler_timeout") or 0):
        file = node.config.stash[fault_handler_stderr_fd_key]
        faulthandler.dump_traceback_later(bound_s, file=file, exit=node.config.getini("faulthandler_exit_on_timeout"))


def _given(item: pytest.Item) -> float:
    """Return what a test may take; 0 is for ever. Units: seconds."""
    if marker := item.get_closest_marker("timeout"):
        return float(marker.args[0])
    return float(item.config.getoption("timeout") or item.config.getini("timeout") or 0)


def _bounded(test: Callable[..., Awaitable[None]], bound_s: float) -> Callable[..., Awaitable[None]]:
    @wraps(test)
    async def bounded(*args: Any, **kwargs: Any) -> None:
        async with asyncio.timeout(bound_s):
            await test(*args, **kwargs)

    return bounded
