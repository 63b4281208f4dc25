"""Dream schedules: their fields and defaults, what an update keeps and brings back, and what they may name."""

import re
from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError, NotFoundError

from agentops.base.clock import ManualClock

from .extensions import DREAM_SCHEDULES, DreamSchedule, Page, deleted, read, sent
from .given import MODEL, a_store, an_agent, refused
from .sdk import Api

NIGHTLY = {"type": "cron", "expression": "0 3 * * *", "timezone": "Europe/Berlin"}
FULL: dict[str, Any] = {
    "since": "last-dream",
    "max": 50,
    "min": 5,
    "schedule": NIGHTLY,
    "every": "6h",
    "after_sessions": 20,
    "engine": "messages",
    "model": {"id": MODEL, "speed": "standard"},
    "budget": {"tokens": 200_000, "dollars": 2.5},
    "instructions": "Keep what saves time.",
    "review": "auto",
    "gates": {"secrets": "block", "contradiction": "warn"},
    "metadata": {"team": "platform"},
}


def a_schedule(api: Api, **fields: Any) -> DreamSchedule:
    bare = {"name": "Nightly", "model": MODEL, "schedule": NIGHTLY}
    named = {} if "store" in fields else {"store": a_store(api).id}
    return sent(api, DREAM_SCHEDULES, DreamSchedule, **{**bare, **named, **fields})


def test_a_bare_schedule_has_every_field_with_its_default(api: Api, clock: ManualClock) -> None:
    store = a_store(api).id
    made = a_schedule(api, store=store)
    assert re.fullmatch(r"dsch_01\w+", made.id)
    assert made.created_at == clock.now()
    assert made.model_dump(mode="json", exclude={"id", "created_at", "updated_at"}) == {
        "type": "dream_schedule",
        "name": "Nightly",
        "store": store,
        "agents": [],
        "since": None,
        "max": 100,
        "min": 1,
        "schedule": NIGHTLY,
        "every": None,
        "after_sessions": None,
        "engine": None,
        "model": {"id": MODEL, "speed": "standard"},
        "budget": None,
        "instructions": None,
        "review": "pull_request",
        "gates": {},
        "metadata": {},
    }
    assert read(api, f"{DREAM_SCHEDULES}/{made.id}", DreamSchedule) == made
    assert [DreamSchedule(**each) for each in read(api, DREAM_SCHEDULES, Page, limit=1).data] == [made]


def test_null_brings_back_what_a_new_schedule_would_have(api: Api, clock: ManualClock) -> None:
    store, agent = a_store(api).id, an_agent(api).id
    made = a_schedule(api, store=store, agents=[agent], **FULL)
    path = f"{DREAM_SCHEDULES}/{made.id}"
    clock.advance(timedelta(seconds=1))
    assert sent(api, path, DreamSchedule, name="Nightly", model=FULL["model"], metadata={}) == made
    assert made.model_dump(mode="json", include={*FULL}) == FULL
    cleared = dict.fromkeys([*FULL.keys() - {"model", "metadata", "schedule"}, "agents"])
    updated = sent(api, path, DreamSchedule, **cleared, metadata={"team": None})
    assert updated.updated_at == clock.now()
    bare = a_schedule(api, store=store)
    ignored = {"id", "created_at", "updated_at"}
    assert updated.model_dump(exclude=ignored) == bare.model_dump(exclude=ignored)


def test_a_schedule_names_what_exists_and_may_be_used(api: Api) -> None:
    for fields, words in (
        ({"store": "memstore_01None"}, ("store", "memory store")),
        ({"store": "not an id"}, ("store",)),
        ({"agents": [an_agent(api).id, "agent_01None"]}, ("agents.1", "agent")),
    ):
        refused(BadRequestError, lambda fields=fields: a_schedule(api, **fields), *words)
    store, agent = a_store(api).id, an_agent(api).id
    made = a_schedule(api, store=store, agents=[agent])
    api.memory_stores.archive(store)
    api.agents.archive(agent)
    refused(BadRequestError, lambda: a_schedule(api, store=store), "store", "archived")
    refused(BadRequestError, lambda: a_schedule(api, agents=[agent]), "agents.0", "archived")
    path = f"{DREAM_SCHEDULES}/{made.id}"
    refused(BadRequestError, lambda: sent(api, path, DreamSchedule, store="memstore_01None"), "store")
    assert sent(api, path, DreamSchedule, min=2).min == 2, "what it named before does not hinder another change"


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "never": ({"schedule": None}, ("schedule", "every", "after_sessions")),
    "no length of time": ({"every": "6 hours"}, ("every", "6h")),
    "too often": ({"every": "10s"}, ("every", "1m")),
    "more than a dream reads": ({"max": 101}, ("max", "100")),
    "more than it may read": ({"min": 60, "max": 50}, ("min", "50")),
    "not cron": ({"schedule": {**NIGHTLY, "expression": "@daily"}}, ("schedule.expression",)),
    "no such zone": ({"schedule": {**NIGHTLY, "timezone": "Mars"}}, ("schedule.timezone",)),
    "empty name": ({"name": ""}, ("name",)),
    "unknown gate": ({"gates": {"luck": "block"}}, ("gates.luck",)),
    "long instructions": ({"instructions": "i" * 4097}, ("instructions", "4096")),
    "unknown field": ({"paused": True}, ("paused",)),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("fields", "words"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused_by_name(api: Api, fields: dict[str, Any], words: tuple[str, ...]) -> None:
    store = a_store(api).id
    refused(BadRequestError, lambda: a_schedule(api, store=store, **fields), *words)
    path = f"{DREAM_SCHEDULES}/{a_schedule(api, store=store).id}"
    refused(BadRequestError, lambda: sent(api, path, DreamSchedule, **fields), *words)


def test_schedules_are_listed_newest_first_and_deleted(api: Api, clock: ManualClock) -> None:
    store = a_store(api).id
    made = []
    for _ in range(3):
        clock.advance(timedelta(seconds=1))
        made.append(a_schedule(api, store=store).id)
    first = read(api, DREAM_SCHEDULES, Page, limit=2)
    second = read(api, DREAM_SCHEDULES, Page, limit=1, page=first.next_page)
    assert [each["id"] for each in [*first.data, *second.data]] == made[::-1]
    path = f"{DREAM_SCHEDULES}/{made[0]}"
    assert deleted(api, path).type == "dream_schedule_deleted"
    for act in (
        lambda: read(api, path, DreamSchedule),
        lambda: sent(api, path, DreamSchedule, name="x"),
        lambda: deleted(api, path),
    ):
        refused(NotFoundError, act, made[0])
