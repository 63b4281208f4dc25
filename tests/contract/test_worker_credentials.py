"""Which credential opens which route: every operation of the route table, asked with every kind of credential."""

from dataclasses import dataclass
from operator import attrgetter

import pytest
from anthropic import AuthenticationError, NotFoundError, PermissionDeniedError

from agentops.engine.keys import Credential

from .conftest import KEY
from .given import SKILL, a_memory, a_skill, a_store, refused, the_agent_toolset
from .living import opening
from .route_table import Operation, operations
from .sdk import Api
from .workers import Place, a_place, keyed, token_of

OF_WORKERS = {
    "GET /v1/environments/{environment_id}/work": {"k"},
    "GET /v1/environments/{environment_id}/work/poll": {"k"},
    "GET /v1/environments/{environment_id}/work/stats": {"a", "k"},
    "POST /v1/environments/{environment_id}/work/{work_id}/ack": {"k"},
    "POST /v1/environments/{environment_id}/work/{work_id}/heartbeat": {"k", "t", "s"},
    "POST /v1/environments/{environment_id}/work/{work_id}/stop": {"a", "k", "t", "s"},
    "GET /v1/sessions/{session_id}": {"a", "k", "t"},
    "GET /v1/sessions/{session_id}/events": {"a", "k", "t"},
    "GET /v1/skills/{skill_id}/versions/{version}": {"a", "k", "t"},
    "GET /v1/skills/{skill_id}/versions/{version}/content": {"a", "k", "t"},
    "GET /v1/memory_stores/{store_id}/memories": {"a", "t"},
    "GET /v1/sessions/{session_id}/events/stream": {"a", "k", "t"},
    "POST /v1/sessions/{session_id}/events": {"a", "k", "t"},
    "POST /v1/memory_stores/{store_id}/memories": {"a", "t"},
    "GET /v1/memory_stores/{store_id}/memories/{memory_id}": {"a", "t"},
    "POST /v1/memory_stores/{store_id}/memories/{memory_id}": {"a", "t"},
    "DELETE /v1/memory_stores/{store_id}/memories/{memory_id}": {"a", "t"},
}
"""The documented exceptions to the rule that a route takes API keys alone."""

LETTERS = {
    Credential.API_KEY: "a",
    Credential.ENVIRONMENT_KEY: "k",
    Credential.SESSION_TOKEN: "t",
    Credential.SPENT_TOKEN: "s",
}
OPERATIONS = operations()


@dataclass
class Scene:
    """An environment with three sessions: one that a worker serves, one that is over, and one that waits."""

    place: Place
    session: str
    item: str
    store: str
    readable: str
    credentials: dict[Credential, str]


@pytest.fixture(scope="module")
def scenes() -> dict[int, Scene]:
    return {}


@pytest.fixture
def scene(api: Api, scenes: dict[int, Scene]) -> Scene:
    """One scene a server; nobody changes it."""
    if id(api) not in scenes:
        scenes[id(api)] = a_scene(api)
    return scenes[id(api)]


def a_scene(api: Api) -> Scene:
    place = a_place(api)
    store, readable = a_store(api), a_store(api, name="Rules")
    a_memory(api, readable)
    spent = served(place)
    place.queue.stop(spent.id, environment_id=place.id, force=True)
    mounts = [
        {"type": "memory_store", "memory_store_id": store.id},
        {"type": "memory_store", "memory_store_id": readable.id, "access": "read_only"},
    ]
    agent = api.agents.create(
        name="Skilled",
        model="claude-opus-5-5",
        tools=[the_agent_toolset()],
        skills=[{"type": "custom", "skill_id": a_skill(api).id}],
    )
    place.agent = agent.id
    session = api.sessions.create(agent=agent.id, environment_id=place.id, resources=mounts)
    item = place.queue.poll(place.id)
    place.queue.ack(item.id, environment_id=place.id)
    credentials = {
        Credential.API_KEY: KEY,
        Credential.ENVIRONMENT_KEY: place.key.key,
        Credential.SESSION_TOKEN: token_of(item),
        Credential.SPENT_TOKEN: token_of(spent),
    }
    return Scene(place, session.id, item.id, store.id, readable.id, credentials)


def served(place: Place) -> object:
    place.a_session()
    return place.queue.poll(place.id)


def test_the_table_accepts_what_is_documented_and_api_keys_else() -> None:
    said = {each.name: {LETTERS[kind] for kind in each.resource.accepted(each.method)} for each in OPERATIONS}
    assert {name: letters for name, letters in said.items() if letters != {"a"}} == OF_WORKERS


@pytest.mark.stateless
@pytest.mark.parametrize("operation", OPERATIONS, ids=attrgetter("name"))
def test_a_credential_that_is_not_for_a_route_is_refused(scene: Scene, api: Api, operation: Operation) -> None:
    accepted = operation.resource.accepted(operation.method)
    names = {"environment_id": scene.place.id, "session_id": scene.session, "work_id": scene.item}
    path = operation.path.replace(":path", "")
    for name in operation.parameters:
        path = path.replace(f"{{{name}}}", names.get(name, "nothing_01"))
    for kind in Credential:
        if kind in accepted:
            continue
        headers = {"authorization": f"Bearer {scene.credentials[kind]}", **opening(operation.resource)}
        answer = api.send(operation.method, path, headers=headers)
        expected = (401, "authentication_error") if kind is Credential.SPENT_TOKEN else (403, "permission_error")
        assert (answer.status_code, answer.json()["error"]["type"]) == expected, kind


def test_a_token_is_for_its_own_session(api: Api) -> None:
    scene = a_scene(api)
    other = scene.place.a_session()
    worker = keyed(api, scene.credentials[Credential.SESSION_TOKEN])
    assert worker.sessions.retrieve(scene.session).id == scene.session
    refused(NotFoundError, lambda: worker.sessions.retrieve(other.id))
    item = scene.place.queue.poll(scene.place.id)
    beat = worker.environments.work.heartbeat
    refused(NotFoundError, lambda: beat(item.id, environment_id=scene.place.id))
    elsewhere = scene.place.another()
    refused(NotFoundError, lambda: beat(scene.item, environment_id=elsewhere.id))
    assert beat(scene.item, environment_id=scene.place.id).lease_extended


def test_a_token_ends_with_its_item(api: Api) -> None:
    scene = a_scene(api)
    worker = keyed(api, scene.credentials[Credential.SESSION_TOKEN])
    worker.environments.work.stop(scene.item, environment_id=scene.place.id, force=True)
    refused(AuthenticationError, lambda: worker.sessions.retrieve(scene.session), "stopped")
    refused(AuthenticationError, lambda: worker.memory_stores.memories.list(scene.store))


def test_a_token_reaches_the_memory_of_its_session_as_it_was_mounted(api: Api) -> None:
    scene = a_scene(api)
    worker = keyed(api, scene.credentials[Credential.SESSION_TOKEN])
    made = a_memory(worker, api.memory_stores.retrieve(scene.store), "/learned.md", "new")
    versions = api.memory_stores.memory_versions.list(scene.store, memory_id=made.id)
    assert versions.data[0].created_by.model_dump() == {"type": "session_actor", "session_id": scene.session}
    [read] = list(worker.memory_stores.memories.list(scene.readable, view="full"))
    assert read.content == "remember"
    readable = api.memory_stores.retrieve(scene.readable)
    refused(PermissionDeniedError, lambda: a_memory(worker, readable, "/more.md"), "read_only")
    refused(NotFoundError, lambda: worker.memory_stores.memories.list(a_store(api).id))


def test_a_token_reads_the_skills_of_its_sessions_agent(api: Api) -> None:
    scene = a_scene(api)
    worker = keyed(api, scene.credentials[Credential.SESSION_TOKEN])
    [skill] = api.sessions.retrieve(scene.session).agent.skills
    version = worker.skills.versions.retrieve(skill.version, skill_id=skill.skill_id)
    worker.skills.versions.download(version.id, skill_id=skill.skill_id)
    other = api.skills.create(files=SKILL)
    refused(NotFoundError, lambda: worker.skills.versions.retrieve("latest", skill_id=other.id))


def test_an_environments_key_is_for_its_own_environment(api: Api) -> None:
    place, other = a_place(api), a_place(api)
    session, foreign = place.a_session(), other.a_session()
    worker = keyed(api, place.key.key)
    assert worker.sessions.retrieve(session.id).id == session.id
    refused(NotFoundError, lambda: worker.sessions.retrieve(foreign.id))
    refused(NotFoundError, lambda: worker.environments.work.poll(other.id))
    skill = a_skill(api)
    worker.skills.versions.download("latest", skill_id=skill.id)
