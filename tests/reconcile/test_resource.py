"""Resources in the order of their references, and names that become ids."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.base.names import Address
from agentops.reconcile.resource import Desired, Resource
from agentops.reconcile.values import IdOf, Known, VersionOf, names_in, resolved

from .given import OWNER, a_team, address, an_agent, an_environment, desired, pinned

A = address("Agent/a")


def order(wanted: Desired) -> list[str]:
    return [str(each.address) for each in wanted.resources]


def test_what_is_named_comes_before_what_names_it() -> None:
    found = order(desired(a_team("first", ["z"]), an_agent("z"), an_agent("a")))
    assert found == ["Agent/a", "Agent/z", "Team/first"]


def test_chains_of_names_are_followed_to_their_end() -> None:
    chain = [a_team("a", ["Team/b"]), a_team("b", ["Team/c"]), a_team("c", ["z"]), an_agent("z")]
    for each in permutations(chain):
        assert order(desired(*each)) == ["Agent/z", "Team/c", "Team/b", "Team/a"]


@st.composite
def _projects(draw: st.DrawFn) -> list[Resource]:
    """Teams that name earlier teams and agents, in any order of files."""
    names: list[str] = []
    resources = []
    for index in range(draw(st.integers(1, 10))):
        members = draw(st.lists(st.sampled_from(names), unique=True, max_size=4)) if names else []
        name = f"r{index}"
        resources.append(a_team(name, members) if members else an_agent(name))
        names.append(str(resources[-1].address))
    return draw(st.permutations(resources))


@given(_projects())
@settings(max_examples=50, derandomize=True)
def test_every_order_of_files_gives_one_order_that_respects_references(resources: list[Resource]) -> None:
    wanted = desired(*resources)
    position = {each.address: index for index, each in enumerate(wanted.resources)}
    assert len(position) == len(resources)
    for each in resources:
        assert all(position[name] < position[each.address] for name in each.names())
    assert order(wanted) == order(desired(*reversed(resources)))


def test_a_ring_of_references_ends_all_the_same() -> None:
    ring = [a_team("a", ["Team/b"]), a_team("b", ["Team/a"])]
    assert sorted(order(desired(*ring))) == ["Team/a", "Team/b"]


def test_a_name_of_something_outside_the_tree_orders_nothing() -> None:
    assert order(desired(a_team("crew", ["elsewhere"]))) == ["Team/crew"]


def test_a_long_chain_does_not_exhaust_the_stack() -> None:
    chain = [
        an_agent("r0000"),
        *(a_team(f"r{each:04}", [f"{'Team' if each > 1 else 'Agent'}/r{each - 1:04}"]) for each in range(1, 1500)),
    ]
    assert len(order(desired(*chain))) == 1500


def test_resources_are_found_by_address() -> None:
    wanted = Desired.of(OWNER, (an_environment(), an_agent("a")))
    assert {*wanted.by_address} == {A, address("Environment/workshop")}


def test_each_name_is_named_once_in_the_order_of_its_mention() -> None:
    assert [*a_team("crew", ["b", "a", "b"]).names()] == [address("Agent/b"), A]


VALUE: dict[str, Any] = {"list": [pinned("a"), "plain"], "deep": {"id": IdOf(A), "none": None, "one": 1}}


def test_names_are_found_wherever_they_stand() -> None:
    assert {*names_in(VALUE)} == {A}
    assert [*names_in("Agent/a")] == []


def test_a_known_name_becomes_its_id_and_version() -> None:
    found = resolved(VALUE, {A: Known("agent_01", 7)}.get)
    assert found == {
        "list": [{"type": "agent", "id": "agent_01", "version": 7}, "plain"],
        "deep": {"id": "agent_01", "none": None, "one": 1},
    }


def test_an_unknown_name_stays_readable() -> None:
    assert resolved([IdOf(A), VersionOf(A)], lambda _: None) == [{"$id": "Agent/a"}, {"$version": "Agent/a"}]


@pytest.mark.parametrize("text", ["Agent/a", "Team/x-1", "MemoryStore/a0"])
def test_addresses_are_what_they_print(text: str) -> None:
    found = Address.parse(text)
    assert found is not None
    assert str(found) == text
