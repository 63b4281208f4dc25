"""Whatever happens in a thread, whoever waits for it hears of it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from agentops.base.threads import in_thread

pytestmark = pytest.mark.anyio


async def test_the_result_comes_back_from_a_thread_of_the_executor() -> None:
    def where(said: str) -> tuple[str, str]:
        return said, threading.current_thread().name

    with ThreadPoolExecutor(1, thread_name_prefix="ours") as executor:
        assert await in_thread(where, "here", executor=executor) == ("here", "ours_0")
    assert (await in_thread(where, "there"))[1] != threading.current_thread().name


async def test_an_error_comes_back_as_it_is() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await in_thread(int, "x")


async def test_the_end_of_an_iterator_comes_back_as_an_error_that_a_future_carries() -> None:
    with pytest.raises(RuntimeError) as caught:
        await in_thread(next, iter(()))
    assert isinstance(caught.value.__cause__, StopIteration)
