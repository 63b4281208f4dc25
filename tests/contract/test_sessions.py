"""Sessions: what a new one is, what keeps it from beginning, what changes, and how it ends."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError, NotFoundError

from agentops.base.clock import ManualClock

from .given import MODEL, a_message, a_session, a_vault, an_agent, an_environment, an_outcome, refused
from .sdk import Api

NOTHING_YET = {"input_tokens": 0, "output_tokens": 0, "cache_read_input_tokens": 0, "active_seconds": 0.0}


def a_budget(cents: str = "2500") -> dict[str, Any]:
    return {"type": "limit", "max_list_cost": {"amount": cents, "currency": "USD"}}


def test_a_bare_session_has_every_field(api: Api, clock: ManualClock) -> None:
    agent, environment = an_agent(api, system="Read."), an_environment(api)
    session = a_session(api, agent=agent.id, environment_id=environment.id)
    body = api.last.json()
    assert re.fullmatch(r"sesn_01\w+", session.id)
    assert (session.type, session.status, session.title, session.metadata) == ("session", "idle", None, {})
    assert (session.environment_id, session.deployment_id, session.vault_ids) == (environment.id, None, [])
    assert (session.resources, session.outcome_evaluations, session.budget) == ([], [], None)
    assert (session.stats.active_seconds, session.stats.duration_seconds) == (0, 0)
    assert NOTHING_YET.items() <= session.usage.to_dict().items()
    assert session.created_at == session.updated_at == clock.now()
    assert {"title", "budget", "deployment_id", "archived_at"} <= body.keys()
    own = {"metadata", "created_at", "updated_at", "archived_at"}
    assert body["agent"] == {key: value for key, value in agent.to_dict(mode="json").items() if key not in own}
    assert api.sessions.retrieve(session.id) == session
    assert api.sessions.list(limit=1).data == [session]
    clock.advance(timedelta(seconds=2))
    assert api.sessions.retrieve(session.id).stats.duration_seconds == 2


def test_a_session_keeps_what_it_was_given(api: Api) -> None:
    vaults = [a_vault(api).id, a_vault(api).id]
    given = {"title": "Nightly", "metadata": {"team": "platform"}, "budget": a_budget(), "vault_ids": vaults[::-1]}
    session = a_session(api, **given)
    assert session.to_dict().items() >= given.items()


def test_what_the_session_was_made_of_may_change_without_it(api: Api) -> None:
    agent = an_agent(api, system="Read.")
    first = an_agent(api)
    session = a_session(api, agent=agent.id)
    api.agents.update(agent.id, system="Write.")
    assert api.sessions.retrieve(session.id).agent.system == "Read."
    assert a_session(api, agent=agent.id).agent.version == 2
    assert a_session(api, agent={"type": "agent", "id": agent.id, "version": 1}).agent.system == "Read."
    api.agents.archive(first.id)
    api.environments.archive(session.environment_id)
    assert api.sessions.retrieve(session.id) == session


def gone(api: Api, kind: str) -> str:
    """Return the id of an archived object."""
    made = {"agents": an_agent, "environments": an_environment, "vaults": a_vault}[kind](api).id
    getattr(api, kind).archive(made)
    return str(made)


UNUSABLE: dict[str, tuple[Callable[[Api], dict[str, Any]], tuple[str, ...]]] = {
    "no agent": (lambda _: {"agent": "agent_01None"}, ("agent", "exist")),
    "no such version": (lambda api: {"agent": {"type": "agent", "id": an_agent(api).id, "version": 2}}, ("agent",)),
    "no possible version": (lambda api: {"agent": {"type": "agent", "id": an_agent(api).id, "version": 2**40}}, ()),
    "an archived agent": (lambda api: {"agent": gone(api, "agents")}, ("agent", "archived")),
    "no environment": (lambda _: {"environment_id": "env_01None"}, ("environment_id",)),
    "no possible environment": (lambda _: {"environment_id": "../agents"}, ("environment_id",)),
    "an archived environment": (lambda api: {"environment_id": gone(api, "environments")}, ("archived",)),
    "no vault": (lambda _: {"vault_ids": ["vlt_01None"]}, ("vault_ids.0",)),
    "an archived vault": (
        lambda api: {"vault_ids": [a_vault(api).id, gone(api, "vaults")]},
        ("vault_ids.1", "archived"),
    ),
    "an unpriced model with a budget": (
        lambda api: {"agent": an_agent(api, model="llama").id, "budget": a_budget()},
        ("budget", "llama", "model_not_budgetable"),
    ),
    "a fast mode without a price": (
        lambda api: {
            "agent": an_agent(api, model={"id": "claude-fable-5-2", "speed": "fast"}).id,
            "budget": a_budget(),
        },
        ("budget", "fast mode", "model_not_budgetable"),
    ),
    "a fraction of a cent": (lambda _: {"budget": a_budget("1.5")}, ("budget.max_list_cost.amount",)),
    "no cent at all": (lambda _: {"budget": a_budget("0")}, ("budget.max_list_cost.amount",)),
    "too much metadata": (lambda _: {"metadata": {str(number): "" for number in range(17)}}, ("metadata", "16")),
    "a long title": (lambda _: {"title": "t" * 1025}, ("title", "1024")),
    "an unknown field": (lambda _: {"extra_body": {"prompt": "x"}}, ("prompt",)),
    "an event of another kind": (
        lambda _: {"initial_events": [{"type": "user.interrupt"}]},
        ("initial_events.0.type", "user.interrupt"),
    ),
    "a system message": (
        lambda _: {"initial_events": [a_message(), {**a_message(), "type": "system.message"}]},
        ("initial_events.1.type",),
    ),
    "what only the platform writes": (
        lambda _: {"initial_events": [{"type": "user.message", "content": [{"type": "redacted"}]}]},
        ("initial_events.0.content.0.type",),
    ),
    "51 events": (lambda _: {"initial_events": [a_message()] * 51}, ("initial_events", "50")),
    "two outcomes": (lambda _: {"initial_events": [an_outcome(), an_outcome()]}, ("initial_events.1",)),
    "an outcome without a rubric": (
        lambda _: {"initial_events": [{"type": "user.define_outcome", "description": "x"}]},
        ("initial_events.0.rubric",),
    ),
    "101 documents": (
        lambda _: {
            "initial_events": [
                {
                    "type": "user.message",
                    "content": [{"type": "document", "source": {"type": "file", "file_id": "file_1"}}] * 101,
                }
            ]
        },
        ("initial_events", "100 documents"),
    ),
    "a file that there is not": (
        lambda _: {
            "initial_events": [
                a_message(),
                {
                    "type": "user.message",
                    "content": [{"type": "image", "source": {"type": "file", "file_id": "file_01None"}}],
                },
            ]
        },
        ("initial_events.1.content.0.source.file_id",),
    ),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("fields", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_nothing_begins_with_what_cannot_be_used(
    api: Api, fields: Callable[[Api], dict[str, Any]], words: tuple[str, ...]
) -> None:
    wanted = {"agent": an_agent(api).id, **fields(api)}
    refused(BadRequestError, lambda: a_session(api, **wanted), *words)
    # The server has sessions of other tests, too, and some begin in their own time.
    agent_id = wanted["agent"] if isinstance(wanted["agent"], str) else wanted["agent"]["id"]
    assert api.sessions.list(agent_id=agent_id).data == []


def test_an_update_changes_what_it_names_and_says_so(api: Api, clock: ManualClock) -> None:
    session = a_session(api, title="First", metadata={"team": "platform", "old": "1"}, budget=a_budget())
    clock.advance(timedelta(seconds=1))
    api.sessions.update(session.id, metadata=None)
    assert api.sessions.update(session.id, title="First").updated_at == session.updated_at
    assert api.sessions.events.list(session.id).data == []
    updated = api.sessions.update(session.id, title=None, metadata={"old": None, "cost": "7"}, budget=a_budget("1"))
    assert (updated.title, updated.metadata) == (None, {"team": "platform", "cost": "7"})
    assert updated.budget.max_list_cost.amount == "1"
    assert updated.updated_at == clock.now()
    assert api.sessions.retrieve(session.id) == updated
    (event,) = api.sessions.events.list(session.id).data
    assert (event.type, event.metadata, event.processed_at) == ("session.updated", updated.metadata, clock.now())
    assert event.to_dict()["title"] is None
    assert event.budget == updated.budget


def test_a_removed_budget_never_comes_back(api: Api) -> None:
    session = a_session(api, budget=a_budget())
    assert api.sessions.update(session.id, budget=None).budget is None
    assert "budget" in api.last.json()
    refused(BadRequestError, lambda: api.sessions.update(session.id, budget=a_budget()), "budget_create_only")


BEYOND: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "vaults": ({"vault_ids": []}, ("vault_ids",)),
    "a budget where there is none": ({"budget": a_budget()}, ("budget_create_only",)),
    "a long title": ({"title": "t" * 1025}, ("title",)),
    "too much metadata": ({"metadata": {str(number): "" for number in range(17)}}, ("metadata", "16")),
    "another model": ({"agent": {"model": MODEL}}, ("agent.model",)),
    "an unknown field": ({"extra_body": {"status": "idle"}}, ("status",)),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("fields", "words"), BEYOND.values(), ids=BEYOND)
def test_an_update_beyond_a_rule_is_refused_by_name(api: Api, fields: dict[str, Any], words: tuple[str, ...]) -> None:
    session = a_session(api)
    refused(BadRequestError, lambda: api.sessions.update(session.id, **fields), *words)
    assert api.sessions.retrieve(session.id) == session


def test_an_archived_session_can_only_be_read_and_deleted(api: Api, clock: ManualClock) -> None:
    session = a_session(api)
    clock.advance(timedelta(seconds=3))
    archived = api.sessions.archive(session.id)
    assert (archived.status, archived.archived_at) == ("terminated", clock.now())
    told = [each.type for each in api.sessions.events.list(session.id).data]
    assert told == ["session.thread_status_terminated", "session.status_terminated"]
    clock.advance(timedelta(seconds=1))
    assert api.sessions.archive(session.id) == archived
    assert archived.stats.duration_seconds == 3
    for act in (
        lambda: api.sessions.update(session.id, title="x"),
        lambda: api.sessions.resources.add(session.id, type="file", file_id="file_01"),
    ):
        refused(BadRequestError, act, "archived")
    assert api.sessions.delete(session.id).type == "session_deleted"


def test_a_deleted_session_is_gone_and_what_it_was_made_of_stays(api: Api) -> None:
    session = a_session(api, initial_events=[a_message()])
    environments = api.environments
    refused(BadRequestError, lambda: environments.delete(session.environment_id), session.environment_id, "sessions")
    deleted = api.sessions.delete(session.id)
    assert (deleted.id, deleted.type) == (session.id, "session_deleted")
    for act in (
        lambda: api.sessions.retrieve(session.id),
        lambda: api.sessions.delete(session.id),
        lambda: api.sessions.events.list(session.id),
        lambda: api.sessions.resources.list(session.id),
    ):
        refused(NotFoundError, act, session.id)
    assert api.agents.retrieve(session.agent.id).archived_at is None
    assert environments.delete(session.environment_id).id == session.environment_id
