"""What lies behind a drift: since when a field is what it is, and who wrote a memory."""

from datetime import UTC, datetime
from typing import Any

import pytest

from agentops.base.paint import Paint
from agentops.reconcile.backgrounds import Background, Base, Since, actor, disputed, explained, since_in
from agentops.reconcile.observed import Live
from agentops.reconcile.views.behind import behind
from agentops.reconcile.views.json import plan_json
from agentops.targets.versions import agent_versions

from .given import address, an_agent, edited, meddled, the, with_live, world_of
from .given import planned as a_plan
from .ground import Ground, by_identity

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def versions(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the versions of an agent from 1 on, an hour apart."""
    found: list[dict[str, Any]] = []
    body: dict[str, Any] = {"id": "agent_1", "name": "reviewer", "description": None, "metadata": {}}
    for number, each in enumerate(({}, *changes), start=1):
        body = {**body, **each, "version": number, "updated_at": f"2026-11-22T0{number}:00:00Z"}
        found.append(body)
    return found


def test_a_field_is_as_old_as_its_last_change() -> None:
    found = versions({"description": "a"}, {"name": "x"}, {"description": "b"}, {"name": "y"})
    live = Live(the(world_of(an_agent()), "Agent/reviewer").object, found[-1], None)
    assert since_in(found, live, "description") == Since("2026-11-22T04:00:00Z", version=4)
    assert since_in(found, live, "name").version == 5
    assert since_in(found, live, "system") == Since("2026-11-22T05:00:00Z", is_of_object=True)


def test_a_server_that_lists_no_versions_leaves_the_last_change_of_the_object() -> None:
    live = the(world_of(an_agent()), "Agent/reviewer")
    assert since_in([], edited(live, updated_at="2026-11-22T05:00:00Z"), "name").is_of_object


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"type": "session_actor", "session_id": "sesn_1"}, "session sesn_1"),
        ({"type": "api_actor", "api_key_id": "apikey_1"}, "API key apikey_1"),
        ({"type": "user_actor", "user_id": "user_1"}, "user user_1"),
        ({"type": "console_actor"}, "console"),
        (None, ""),
        ("Ada", "Ada"),
    ],
)
def test_who_did_it_is_told_in_the_servers_words(value: Any, said: str) -> None:
    assert actor(value) == said


def conflict() -> Any:
    """Return a plan with a conflict about a description and a tool."""
    world = world_of(an_agent(description="one"))
    live = meddled(the(world, "Agent/reviewer"), description="theirs")
    return a_plan([an_agent(description="two")], with_live(world, live))


def test_a_plan_says_what_lies_behind_each_change_of_others() -> None:
    made = conflict()
    ((step, judged),) = disputed(made)
    key = (step.address, judged.name)
    known = Background({key: Base(judged.base)}, {key: Since("2026-11-22T10:00:00Z", "Ada", 2)})
    (change,) = explained(plan_json(made), known, NOW)["steps"][0]["changes"]
    assert (change["base"], change["base_missing"]) == ("one", None)
    assert change["since"] == {
        "at": "2026-11-22T10:00:00Z",
        "age_s": 7200,
        "by": "Ada",
        "version": 2,
        "is_of_object": False,
    }
    assert list(behind(change, Paint())) == [
        "        base one",
        "        changed 2026-11-22 10:00 UTC, 2h ago, version 2, by Ada",
    ]


def test_a_base_that_is_not_there_says_why() -> None:
    made = conflict()
    known = Background({(address("Agent/reviewer"), "description"): Base(missing="no git")})
    (change,) = explained(plan_json(made), known, NOW)["steps"][0]["changes"]
    assert (change["base"], change["base_missing"]) == (None, "no git")
    assert list(behind(change, Paint())) == ["        base text not available: no git"]


def test_what_cannot_be_read_of_a_moment_is_left_out() -> None:
    made = conflict()
    key = (address("Agent/reviewer"), "description")
    for since, told in ((Since("soon"), ["        changed soon"]), (Since(), [])):
        (change,) = explained(plan_json(made), Background({}, {key: since}), NOW)["steps"][0]["changes"]
        assert change["since"]["age_s"] is None
        assert list(behind(change, Paint())) == told


@pytest.mark.anyio
async def test_versions_are_asked_for_from_our_last_write_on(ground: Ground) -> None:
    await ground.settle(an_agent(system="one"))
    await ground.settle(an_agent(system="two"))
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    await ground.sdk.beta.agents.update(agent["id"], version=2, system="theirs")
    found = await agent_versions(ground.target.pages, agent["id"], 2)
    assert [(each["version"], each["system"]) for each in found] == [(2, "two"), (3, "theirs")]
