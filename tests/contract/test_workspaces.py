"""A credential of one workspace learns nothing of another's objects: every operation, asked by everybody.

The operations are those of the route table, their requests are generated from the wire shapes, and the objects are made
by sending them; a route that is new joins by itself, or fails here because nobody knows how to make what it names.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import pytest

from agentops.base.clock import ManualClock
from agentops.base.secrets import Secret
from agentops.engine import keys
from agentops.engine.keys import Credential
from agentops.engine.settings import Settings
from agentops.engine.store.port import Database, Transaction

from .bodies import Toward, id_paths
from .conftest import VAULT_KEY
from .living import Answer, Client, Run, World, headers_of, running
from .route_table import Operation, operations

OWNER, STRANGER, REVOKED = (f"sk-workspace-tests-{name}-0123456789" for name in ("owner", "stranger", "revoked"))

OF_EVERYBODY = ("models", "organizations.webhooks", "x-agentops.capabilities")
"""What belongs to the server or to the organization, so that all its workspaces see it."""

NOT_FOR_THE_OWNER = {
    "POST /v1/sessions/{session_id}/threads/{thread_id}/archive": 400,  # the primary thread ends with its session
    "POST /v1/dreams/{dream_id}/archive": 400,  # it has not ended
    "GET /v1/files/{file_id}/content": 400,  # what was uploaded cannot be downloaded
    "POST /v1/memory_stores/{store_id}/memory_versions/{version_id}/redact": 400,  # the newest version stays
    "POST /v1/environments/{environment_id}/work/{work_id}/heartbeat": 412,  # nobody took the item
    "POST /v1/sessions/{session_id}/resources/{resource_id}": 400,  # the resource is a file, which has no token
    "POST /v1/x-agentops/webhooks/{endpoint_id}/deliveries/{delivery_id}/replay": 400,  # it has not ended
}
"""What not even the owner of an object made by the least request is given, with the status."""

OPERATIONS = [each for each in operations() if not each.address.startswith(OF_EVERYBODY)]
POLL = next(each for each in operations() if each.path.endswith("/poll"))
"""The one GET that changes something."""

NAMING = [each for each in OPERATIONS if each.parameters]
UNMADE = ("/v1/x-agentops/evaluations",)
"""Lists of what no request makes: sessions that run do."""

LISTS = [each for each in OPERATIONS if each.query and "limit" in each.query.model_fields and not each.parameters]


@dataclass
class Scene:
    """Two workspaces on one database."""

    run: Run
    app: Any
    owners: World
    strangers: World

    def world(self, key: str) -> World:
        """Return a workspace's world with nothing in it yet."""
        return World(Client(self.app, key))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, clock: ManualClock
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("workspaces")
    url = f"sqlite:///{folder}/engine.db" if request.param == "sqlite" else request.getfixturevalue("own_postgres")
    settings = Settings(
        database=url, data=folder, api_key=Secret(OWNER), vault_key=VAULT_KEY, workspace="wrkspc_owners"
    )
    with running(settings, clock) as (engine, run):
        run(admit(engine._database))
        app = engine.app
        yield Scene(run, app, World(Client(app, OWNER)), World(Client(app, STRANGER)))


async def admit(database: Database) -> None:
    """Let a second workspace in, and a key that was void before anybody used it."""

    def work(tx: Transaction) -> None:
        for name, key, revoked_at in (("stranger", STRANGER, None), ("revoked", REVOKED, "2026-01-01T00:00:00Z")):
            tx.run(
                "INSERT INTO api_keys (id, workspace_id, key_hash, created_at, revoked_at)"
                " VALUES (:id, 'wrkspc_strangers', :key_hash, '2026-01-01T00:00:00Z', :revoked_at)",
                {"id": f"apikey_{name}", "key_hash": keys.digest(key), "revoked_at": revoked_at},
            )

    await database.write(work)


def plain(answer: Answer, *ids: str) -> tuple[int, dict[str, str], str]:
    """Return the answer without what differs from request to request, and without the ids that were asked for."""
    text = re.sub(r"req_\w+", "REQUEST", answer.content.decode())
    for each in ids:
        text = text.replace(each, "ID")
    kept = {name: value for name, value in answer.headers.items() if name not in ("request-id", "content-length")}
    return answer.status, kept, text


def nobodys(object_id: str) -> str:
    """Return an id that looks like the other one and that nothing has."""
    return object_id[:-6] + ("000000" if not object_id.endswith("000000") else "111111")


@pytest.mark.parametrize("operation", OPERATIONS, ids=attrgetter("name"))
def test_nobody_gets_in_without_a_key_that_is_good(scene: Scene, operation: Operation) -> None:
    async def answers() -> list[Answer]:
        path = await scene.owners.path(operation.path)
        body = await scene.owners.body(operation)
        return [
            await Client(scene.app, key).ask(operation.method, path, body=body, headers=headers_of(operation))
            for key in (None, "sk-workspace-tests-unknown-0123456789", REVOKED)
        ]

    nothing, unknown, revoked = scene.run(answers())
    assert nothing.status == 401
    assert plain(unknown) == plain(revoked)
    assert unknown.status == 401
    assert unknown.json["error"]["type"] == "authentication_error"


@pytest.mark.parametrize("kind", [Credential.API_KEY, Credential.ENVIRONMENT_KEY, Credential.SESSION_TOKEN])
def test_a_credential_opens_what_takes_it_and_nothing_else(scene: Scene, kind: Credential) -> None:
    async def work() -> None:
        owners = scene.world(OWNER)
        worker = await owners.sender(POLL)
        await owners.path("/v1/environments/{environment_id}/work/{work_id}")
        item = (await worker.ask("GET", await owners.path(POLL.path), headers=headers_of(POLL))).json
        token = json.loads(urlsafe_b64decode(item["secret"]))["sessions_token"]
        keys = {Credential.API_KEY: OWNER, Credential.ENVIRONMENT_KEY: worker.key, Credential.SESSION_TOKEN: token}
        for each in operations():
            path = re.sub(r"{\w+(:path)?}", "x_01Nowhere", each.path)
            body = await owners.body(each)
            answer = await Client(scene.app, keys[kind]).ask(each.method, path, body=body, headers=headers_of(each))
            is_refused = answer.status in (401, 403)
            assert is_refused == (kind not in each.resource.accepted(each.method)), (each.name, answer.content)
            assert not is_refused or answer.json["error"]["type"] == "permission_error"

    scene.run(work())


@pytest.mark.parametrize("operation", OPERATIONS, ids=attrgetter("name"))
def test_the_owner_gets_what_the_others_do_not(scene: Scene, operation: Operation) -> None:
    answer = scene.run(scene.world(OWNER).send(operation, number=7))
    assert answer.status == NOT_FOR_THE_OWNER.get(operation.name, 200), answer.content


@pytest.mark.parametrize("operation", NAMING, ids=attrgetter("name"))
def test_anothers_object_is_answered_for_as_one_that_does_not_exist(scene: Scene, operation: Operation) -> None:
    async def work() -> None:
        body = await scene.strangers.body(operation)
        asked = await addresses(scene, operation)  # makes what is asked for, so it comes before the first look
        before = await look(scene, operation)
        for address, object_id in asked:
            missing = nobodys(object_id)
            foreign = await ask(scene, operation, address, body)
            assert plain(foreign, object_id) == plain(
                await ask(scene, operation, address.replace(object_id, missing), body), missing
            )
            assert foreign.status == 404, foreign.content
        assert await look(scene, operation) == before

    scene.run(work())


async def ask(scene: Scene, operation: Operation, path: str, body: Any = b"", query: str = "") -> Answer:
    """Return what the stranger is answered, who comes with the credential that the operation takes."""
    sender = await scene.strangers.sender(operation)
    return await sender.ask(operation.method, path, body=body, query=query, headers=headers_of(operation))


async def addresses(scene: Scene, operation: Operation) -> list[tuple[str, str]]:
    """Return addresses that name one thing of the owner's, each with the id: the rest is the stranger's own."""
    theirs, ours = await scene.owners.path(operation.path), await scene.strangers.path(operation.path)
    pairs = list(zip(theirs.split("/"), ours.split("/"), strict=True))
    found = [(theirs, theirs.split("/")[operation.path.split("/").index(f"{{{operation.parameters[0]}}}")])]
    for index, (foreign, own) in enumerate(pairs):
        if foreign != own:
            mixed = [foreign if place == index else mine for place, (_, mine) in enumerate(pairs)]
            found.append(("/".join(mixed), foreign))
    return found


async def look(scene: Scene, operation: Operation) -> list[Any]:
    """Return what the owner sees of the objects that the operation names."""
    seen = []
    above = operation.path
    while "{" in above:
        reading = next((each for each in NAMING if each.name == f"GET {above}" and each != POLL), None)
        if reading:
            seen.append(plain(await scene.owners.send(reading)))
        above = above.rpartition("/")[0]
    return seen


@pytest.mark.parametrize("operation", LISTS, ids=attrgetter("name"))
def test_a_list_shows_nothing_of_another_workspace(scene: Scene, operation: Operation) -> None:
    async def work() -> None:
        await scene.owners.object(operation.path)
        foreign = set(scene.owners.ids.values())
        answer = await ask(scene, operation, operation.path)
        assert not [each for each in foreign if each in answer.content.decode()]
        for name, value in filters(operation, foreign):
            answer = await ask(scene, operation, operation.path, query=f"{name}={value}")
            missing = nobodys(value)
            other = await ask(scene, operation, operation.path, query=f"{name}={missing}")
            assert plain(answer, value) == plain(other, missing), (name, value)

    scene.run(work())


def filters(operation: Operation, ids: set[str]) -> list[tuple[str, str]]:
    """Return the queries that ask for something by one of the ids."""
    assert operation.query
    names = [each.alias or name for name, each in operation.query.model_fields.items()]
    return [(name, each) for name in names if name.endswith(("_id", "ids[]")) for each in sorted(ids)]


@pytest.mark.parametrize("operation", [each for each in LISTS if each.path not in UNMADE], ids=attrgetter("name"))
def test_a_cursor_is_worth_nothing_in_another_workspace(scene: Scene, operation: Operation) -> None:
    async def work() -> None:
        await scene.owners.object(operation.path)
        await scene.owners.another(operation.path)
        headers = headers_of(operation)
        page = await scene.owners.client.ask("GET", operation.path, query="limit=1", headers=headers)
        cursor = page.json["next_page"]
        assert cursor
        answers = [
            await ask(scene, operation, operation.path, query=f"limit=1&page={each}")
            for each in (cursor, "page_made-up")
        ]
        assert answers[0].status == 400
        assert plain(answers[0]) == plain(answers[1])

    scene.run(work())


REFERENCES = [
    pytest.param(operation, path, collection, id=f"{operation.name} {'.'.join(path)}")
    for operation in OPERATIONS
    if operation.body
    for path, collection in id_paths(operation.body).items()
]


@pytest.mark.parametrize(("operation", "path", "collection"), REFERENCES)
def test_a_request_cannot_name_another_workspaces_object(
    scene: Scene, operation: Operation, path: tuple[str, ...], collection: str
) -> None:
    async def work() -> None:
        assert operation.body
        body = await scene.strangers.body(operation, Toward(operation.body, path))
        own = scene.strangers.id(collection)
        foreign = await scene.owners.object(f"/v1/{collection}")
        address = await scene.strangers.path(operation.path)
        answers = [
            await ask(scene, operation, address, put(body, path, own, each)) for each in (foreign, nobodys(foreign))
        ]
        assert plain(answers[0], foreign) == plain(answers[1], nobodys(foreign))
        assert answers[0].status in (400, 404), answers[0].content

    scene.run(work())


def put(data: Any, path: tuple[str, ...], old: str, new: str) -> Any:
    """Return the data with an id changed at a path of field names."""
    if isinstance(data, list):
        return [put(each, path, old, new) for each in data]
    if not path:
        assert data == old
        return new
    return {key: put(each, path[1:], old, new) if key == path[0] else each for key, each in data.items()}
