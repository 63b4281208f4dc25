"""An apply that is cut off at any request, before it arrives or before the answer does: the next apply ends it."""

import shutil
from collections import Counter
from itertools import count
from pathlib import Path

import httpx2
import pytest

from agentops.base.errors import TargetError
from agentops.reconcile.objects import OBJECTS

from .mortal import Accident, Client, Killed
from .proxy import Moment
from .scenario import FIRST, SECOND, identities, write_first, write_second

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]

EVERY_MOMENT = pytest.mark.parametrize("moment", list(Moment), ids=lambda each: each.name.lower())
LISTS = sum(rule.parent is None and not rule.lists_on_demand for rule in OBJECTS.values())
"""With these an apply begins. Who dies there has done nothing, so the last of them stands for all."""
REQUESTS = LISTS + 8
"""Of a first apply: lists, five objects, two memories, and the stamp that says that the memories are written."""


@EVERY_MOMENT
def test_a_first_apply_can_die_at_any_request(tmp_path: Path, moment: Moment) -> None:
    tree = write_first(tmp_path / "tree")
    for number in count(LISTS):
        client = Client(tmp_path / f"home-{number}", tree)
        if not client.apply(Accident(number, moment, Killed())):
            break
        assert_that_another_apply_ends_it(client, FIRST, number)
    assert number == REQUESTS + 1


@EVERY_MOMENT
def test_an_apply_of_changes_can_die_at_any_request(tmp_path: Path, moment: Moment) -> None:
    before = Client(tmp_path / "before", write_first(tmp_path / "first"))
    before.apply()
    tree = write_second(tmp_path / "second")
    for number in count(LISTS):
        client = Client(shutil.copytree(before.home, tmp_path / f"home-{number}"), tree)
        if not client.apply(Accident(number, moment, Killed())):
            break
        assert_that_another_apply_ends_it(client, SECOND, number)
    assert number > REQUESTS


@EVERY_MOMENT
def test_an_apply_that_dies_again_and_again_gets_there(tmp_path: Path, moment: Moment) -> None:
    client = Client(tmp_path / "home", write_first(tmp_path / "tree"))
    deaths = 0
    for number in count(LISTS + 1):
        if not client.apply(Accident(number, moment, Killed())):
            break
        deaths += 1
    assert deaths > 3
    plan, objects = client.left()
    assert plan.is_empty
    assert identities(objects.__getitem__) == FIRST


@EVERY_MOMENT
def test_the_connection_can_break_at_any_request(tmp_path: Path, moment: Moment) -> None:
    tree = write_first(tmp_path / "tree")
    for number in count(LISTS):
        client = Client(tmp_path / f"home-{number}", tree)
        if not client.apply(Accident(number, moment, httpx2.ReadError("the connection broke"))):
            break
        assert_that_another_apply_ends_it(client, FIRST, number)
    assert number == REQUESTS + 1


def test_an_answer_that_got_lost_is_found_in_the_same_run(tmp_path: Path) -> None:
    """Every write is looked up, so that a first apply ends whole whichever answer gets lost."""
    tree = write_first(tmp_path / "tree")
    for number in range(LISTS, REQUESTS + 1):
        client = Client(tmp_path / f"home-{number}", tree)
        assert client.apply(Accident(number, Moment.AFTER, httpx2.ReadError("the connection broke")))
        assert client.left()[0].is_empty, f"after the lost answer {number}"


def assert_that_another_apply_ends_it(client: Client, wanted: Counter[str], number: int) -> None:
    try:
        client.apply()
    except TargetError as error:
        pytest.fail(f"after request {number}: {error}")
    plan, objects = client.left()
    assert plan.is_empty, f"after request {number}"
    assert identities(objects.__getitem__) == wanted, f"after request {number}"
