"""Work that computes, given up from outside."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from agentops.base.giving_up import given_up_when, go_on


def test_nobody_gives_up_what_nobody_asked_about() -> None:
    go_on()


def test_what_is_given_up_ends_where_it_asks_and_only_within_the_block() -> None:
    with given_up_when(lambda: True), pytest.raises(asyncio.CancelledError):
        go_on()
    go_on()


def test_the_answer_may_change_in_another_thread() -> None:
    begun, over = threading.Event(), threading.Event()

    def work() -> int:
        asked = 0
        with given_up_when(over.is_set):
            try:
                while True:
                    go_on()
                    asked += 1
                    begun.set()
            except asyncio.CancelledError:
                return asked

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(work)
        begun.wait()
        over.set()
        assert running.result() > 0


def test_work_of_one_thread_is_not_given_up_with_that_of_another() -> None:
    with given_up_when(lambda: True), ThreadPoolExecutor(1) as threads:
        threads.submit(go_on).result()
