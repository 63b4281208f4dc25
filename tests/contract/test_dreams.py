"""Dreams as requests: what is asked for, listed, canceled and archived; on servers that run none, so that they wait."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from anthropic import BadRequestError, ConflictError, NotFoundError

from agentops.base.clock import ManualClock

from .given import MODEL, a_dream, a_session, a_store, ids, inputs_of, pages, refused
from .sdk import Api

HOUR = timedelta(hours=1)


def test_a_dream_begins_as_it_was_asked_for(api: Api, clock: ManualClock) -> None:
    store, sessions = a_store(api), [a_session(api).id for _ in range(3)]
    dream = a_dream(api, inputs=inputs_of(store.id, *sorted(sessions, reverse=True)))
    body = api.last.json()
    assert re.fullmatch(r"drm_01\w+", dream.id)
    assert body == {
        "type": "dream",
        "id": dream.id,
        "status": "pending",
        "inputs": inputs_of(store.id, *sorted(sessions)),
        "model": {"id": MODEL, "speed": "standard"},
        "instructions": None,
        "output_behavior": {"type": "create_new"},
        "outputs": [],
        "usage": {
            "input_tokens": 0,
            "output_tokens": 0,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
        },
        "error": None,
        "session_id": None,
        "created_at": body["created_at"],
        "ended_at": None,
        "archived_at": None,
    }
    assert dream.created_at == clock.now()
    assert api.dreams.retrieve(dream.id) == dream


def test_what_is_said_of_a_dream_is_answered(api: Api) -> None:
    store = a_store(api)
    update = {"type": "update_existing", "memory_store_id": store.id}
    dream = a_dream(
        api,
        inputs=inputs_of(store.id, a_session(api).id),
        model={"id": "any-model", "speed": "standard"},
        instructions="Keep what saves time.",
        output_behavior=update,
    )
    assert dream.model.to_dict() == {"id": "any-model", "speed": "standard"}
    assert dream.instructions == "Keep what saves time."
    assert dream.output_behavior.to_dict() == update


def the_store(world: Any) -> dict[str, Any]:
    return inputs_of(world["store"])[0]


def the_sessions(world: Any) -> dict[str, Any]:
    return inputs_of("", world["session"])[1]


REFUSED: dict[str, tuple[Callable[[Any], dict[str, Any]], tuple[str, ...]]] = {
    "no store": (lambda w: {"inputs": [the_sessions(w)]}, ("inputs", "exactly one memory_store")),
    "two stores": (lambda w: {"inputs": [the_store(w), the_store(w), the_sessions(w)]}, ("inputs", "holds 2")),
    "no sessions": (lambda w: {"inputs": [the_store(w)]}, ("inputs", "exactly one sessions")),
    "none of them": (lambda w: {"inputs": inputs_of(w["store"])}, ("inputs.1.session_ids",)),
    "too many of them": (lambda w: {"inputs": inputs_of(w["store"], *map(str, range(101)))}, ("session_ids", "100")),
    "one twice": (lambda w: {"inputs": inputs_of(w["store"], w["session"], w["session"])}, ("session_ids.1",)),
    "a lost store": (lambda w: {"inputs": inputs_of("memstore_01N", w["session"])}, ("inputs.0.memory_store_id",)),
    "no id": (lambda w: {"inputs": inputs_of("a b", w["session"])}, ("inputs.0.memory_store_id",)),
    "an archived store": (lambda w: {"inputs": inputs_of(w["archived"], w["session"])}, ("archived",)),
    "a lost session": (
        lambda w: {"inputs": inputs_of(w["store"], w["session"], "sesn_01N")},
        ("inputs.1.session_ids.1", "exists"),
    ),
    "an empty wish": (lambda _: {"instructions": ""}, ("instructions",)),
    "a long wish": (lambda _: {"instructions": "a" * 4097}, ("instructions", "4096")),
    "a fast model": (lambda _: {"model": {"id": MODEL, "speed": "fast"}}, ("model.speed",)),
    "no model": (lambda _: {"model": ""}, ("model",)),
    "another store": (
        lambda w: {"output_behavior": {"type": "update_existing", "memory_store_id": w["other"]}},
        ("output_behavior.memory_store_id",),
    ),
}


@pytest.mark.stateless
@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_dreamt_is_refused_by_name(api: Api, what: str) -> None:
    make, words = REFUSED[what]
    archived = api.memory_stores.archive(a_store(api).id).id
    world = {"store": a_store(api).id, "other": a_store(api).id, "archived": archived, "session": a_session(api).id}
    fields = {"inputs": inputs_of(world["store"], world["session"]), **make(world)}
    refused(BadRequestError, lambda: a_dream(api, **fields), *words)


def test_an_archived_session_can_be_dreamt_of(api: Api) -> None:
    session = api.sessions.archive(a_session(api).id)
    assert a_dream(api, inputs=inputs_of(a_store(api).id, session.id)).status == "pending"


def test_dreams_are_listed_newest_first_by_status_and_time(api: Api, clock: ManualClock) -> None:
    inputs = inputs_of(a_store(api).id, a_session(api).id)
    clock.advance(HOUR)
    began = clock.now()
    made = []
    for _ in range(4):
        clock.advance(HOUR)
        made.append(a_dream(api, inputs=inputs))
    names = [each.id for each in reversed(made)]
    listed = partial(api.dreams.list, created_at_gt=began)
    assert ids(listed().data) == names
    assert [ids(page) for page in pages(listed(limit=3))] == [names[:3], names[3:]]
    api.dreams.cancel(names[1])
    assert ids(listed(statuses=["canceled"]).data) == [names[1]]
    assert ids(listed(statuses=["pending", "running"]).data) == [names[0], *names[2:]]
    assert ids(listed(created_at_lt=made[2].created_at).data) == names[2:]
    assert ids(api.dreams.list(created_at_gt=made[2].created_at).data) == names[:1]
    api.dreams.archive(names[1])
    assert ids(listed().data) == [names[0], *names[2:]]
    assert ids(listed(include_archived=True).data) == names


def test_a_dream_is_canceled_at_once_and_once(api: Api, clock: ManualClock) -> None:
    dream = a_dream(api)
    clock.advance(HOUR)
    canceled = api.dreams.cancel(dream.id)
    assert (canceled.status, canceled.ended_at, canceled.error) == ("canceled", clock.now(), None)
    clock.advance(HOUR)
    assert api.dreams.cancel(dream.id) == canceled == api.dreams.retrieve(dream.id)


def test_only_what_has_ended_is_archived_and_stays_to_be_read(api: Api, clock: ManualClock) -> None:
    dream = a_dream(api)
    refused(BadRequestError, lambda: api.dreams.archive(dream.id), dream.id, "pending", "cancel")
    api.dreams.cancel(dream.id)
    archived = api.dreams.archive(dream.id)
    assert archived.archived_at == clock.now()
    clock.advance(HOUR)
    assert api.dreams.archive(dream.id) == archived == api.dreams.retrieve(dream.id)


def test_one_dream_at_a_time_updates_a_store(api: Api) -> None:
    store, session = a_store(api), a_session(api)
    inputs = inputs_of(store.id, session.id)
    update = {"type": "update_existing", "memory_store_id": store.id}
    first = a_dream(api, inputs=inputs, output_behavior=update)
    once_more = partial(a_dream, api, inputs=inputs, output_behavior=update)
    refused(ConflictError, once_more, first.id, store.id)
    assert a_dream(api, inputs=inputs).status == "pending"
    other = a_store(api).id
    elsewhere = {"type": "update_existing", "memory_store_id": other}
    assert a_dream(api, inputs=inputs_of(other, session.id), output_behavior=elsewhere).status == "pending"
    api.dreams.cancel(first.id)
    assert once_more().status == "pending"


@pytest.mark.stateless
def test_dreams_ask_for_their_beta(api: Api) -> None:
    dream = a_dream(api)
    path = f"/v1/dreams/{dream.id}"
    for header in ("", "managed-agents-2026-04-01", "agent-memory-2026-07-22"):
        refused(NotFoundError, lambda header=header: api.dreams.retrieve(dream.id, extra_headers=_beta(header)))
    assert api.dreams.retrieve(dream.id, betas=["managed-agents-2026-04-01"]) == dream
    assert api.send("GET", path, headers=_beta("dreaming-2026-04-21")).status_code == 200


def _beta(header: str) -> dict[str, str]:
    return {"anthropic-beta": header}
