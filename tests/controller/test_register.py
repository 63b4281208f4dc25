"""One of several controllers acts; what each repository is, survives them all."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from agentops.base.clock import ManualClock, timestamp
from agentops.base.errors import StorageError
from agentops.controller.register import LostLease, Register
from agentops.controller.state import Phase, State, state_json, state_of
from agentops.engine.store.choice import database
from agentops.engine.store.followed import Followed
from agentops.engine.store.port import Database
from tests.conftest import NOW

pytestmark = pytest.mark.anyio


@pytest.fixture
async def opened(prepared_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    found = database(prepared_url)
    await found.open(timestamp(NOW))
    yield found
    await found.close()


async def test_the_lease_is_one_holders_until_it_runs_out_or_is_given_up(opened: Database, clock: ManualClock) -> None:
    one, other = (Register(opened, clock, name, 15) for name in ("one", "other"))
    assert await one.take()
    assert not await other.take()
    assert await one.take()
    assert await other.acting() == "one"
    await one.give_up()
    assert await other.take()
    assert not await one.holds()


async def test_whoever_lost_the_lease_changes_nothing_more(opened: Database, clock: ManualClock) -> None:
    short, other = Register(opened, clock, "one", 0), Register(opened, clock, "other", 15)
    assert await short.take()  # and it has run out already
    assert await other.take()
    with pytest.raises(LostLease):
        await short.settle("shop", lambda state: replace(state, phase=Phase.IN_SYNC))
    assert await short.state("shop") == State("shop")
    await short.poke("shop")
    assert (await other.settle("shop", lambda state: replace(state, live="c"))).poked_at is not None


async def test_a_state_is_what_it_was_after_it_was_kept(opened: Database, clock: ManualClock) -> None:
    register = Register(opened, clock, "one", 15)
    await register.take()
    state = State(
        "shop",
        Phase.WAITING,
        since=NOW,
        live="a" * 40,
        steps=("update Agent/a",),
        removals={"Agent/b": NOW - timedelta(hours=1)},
        notices={"applied": "k"},
        opens_at=NOW,
        asides={"memory": "no"},
    )
    await register.settle("shop", lambda _: state)
    assert await register.states() == {"shop": state}
    assert state_of({**state_json(state), "of_a_newer_version": 1}) == state


@pytest.mark.parametrize("junk", [{}, {"name": "shop", "phase": "of_a_newer_version"}, {"name": "shop", "removals": 7}])
async def test_a_state_that_cannot_be_read_hides_no_other(
    opened: Database, clock: ManualClock, junk: dict[str, object]
) -> None:
    register = Register(opened, clock, "one", 15)
    await register.take()
    await register.settle("fine", lambda state: replace(state, phase=Phase.IN_SYNC))
    await opened.write(lambda tx: Followed(tx).put("shop", junk, timestamp(NOW)))
    states = await register.states()
    assert states["fine"].phase is Phase.IN_SYNC
    assert (states["shop"].phase, states["shop"].message) == (Phase.FAILED, "what is known of it cannot be read")
    with pytest.raises(StorageError, match="what is known of shop cannot be read"):
        await register.poke("shop")
    await register.forget("shop")
    assert await register.state("shop") == State("shop")
