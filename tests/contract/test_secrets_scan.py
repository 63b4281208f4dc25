"""A run that hands the server secrets wherever it takes one, and then looks for them everywhere: none is found.

Where secrets are taken is read off the wire shapes; a field that is new there is given one by itself.
"""

import json
import logging
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest

from agentops.base.clock import ManualClock
from agentops.base.secrets import Secret
from agentops.engine.settings import Settings
from agentops.engine.store.port import Database

from . import oauth_server
from .hidden import Marked, Marks, files, secret_paths, spellings, tables, where
from .living import JSON, Answer, Client, World, headers_of, running
from .oauth_server import OAuthServer
from .route_table import Operation, operations

CREDENTIALS = "/v1/vaults/{vault_id}/credentials"
SESSIONS = "/v1/sessions"
RESOURCES = f"{SESSIONS}/{{session_id}}/resources"
ENVIRONMENT_KEYS = "/v1/x-agentops/environments/{environment_id}/keys"
TABLE = {each.name: each for each in operations()}
PLACES = [
    (operation, path)
    for operation in operations()
    if operation.body
    for path in dict.fromkeys(secret_paths(operation.body))
]
MADE_HERE = ("/v1/organizations/webhooks", "/v1/x-agentops/webhooks", ENVIRONMENT_KEYS)
"""Collections whose objects come with a secret that the server makes, told once."""


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("secret", ["mark-01/x+=", "ü&?~~~~~"])
def test_every_spelling_of_a_secret_is_found(before: str, secret: str) -> None:
    text = f"{before}{secret} and more"
    written = [text.encode(), text.encode().hex().encode(), quote(text).encode(), quote(text, safe="").encode()]
    written += [b64encode(text.encode()), b64encode(text.encode(), b"-_"), json.dumps(text).encode()]
    assert [each for each in written if not any(spelling in each for spelling in spellings(secret))] == []


@dataclass
class Exchange:
    """What a server was told, and what it answered."""

    client: Client
    marks: Marks
    answers: list[Answer] = field(default_factory=list)
    told: dict[str, int] = field(default_factory=dict)
    """Secrets that the server made, with the number of the one answer that tells each."""

    async def ask(self, method: str, path: str, *, key: str | None = None, **options: Any) -> Answer:
        """Send a request, and keep the answer."""
        client = Client(self.client.app, key) if key else self.client
        self.answers.append(await client.ask(method, path, **options))
        return self.answers[-1]

    def hears(self, *secrets: str) -> None:
        """Remember what only the newest answer may tell."""
        self.told |= dict.fromkeys(secrets, len(self.answers) - 1)

    async def send(self, world: World, operation: Operation, path: tuple[str, ...]) -> Answer:
        """Send a request with a new secret at the path, and before it the same with something wrong in it."""
        assert operation.body
        body = await world.body(operation, Marked(operation.body, path, self.marks))
        address, headers = await world.path(operation.path), headers_of(operation)
        for wrong in ({**body, "nobody_knows": 1}, spoilt(body, path)):
            answer = await self.ask(operation.method, address, body=wrong, headers=headers)
            assert answer.status == 400, answer.content
        return await self.ask(operation.method, address, body=body, headers=headers)


def spoilt(data: Any, path: tuple[str, ...]) -> Any:
    """Return the data with the value at the path inside of a list, where it must not be."""
    if not path:
        return [data]
    if isinstance(data, list):
        return [spoilt(each, path) for each in data]
    return {**data, path[0]: spoilt(data[path[0]], path[1:])}


async def everything(exchange: Exchange, remote: OAuthServer) -> None:
    """Hand over secrets in every way there is."""
    for operation, path in PLACES:
        world = await holding(exchange, operation, path)
        answer = await exchange.send(world, operation, path)
        assert answer.status == 200, (operation.name, path, answer.content)
    await the_servers_own(exchange)
    await tried_out(exchange, remote)
    await wrong_credentials(exchange)


async def holding(exchange: Exchange, operation: Operation, path: tuple[str, ...]) -> World:
    """Return a world with the object that the operation changes, which has a secret at the same path."""
    world = World(exchange.client)
    if operation.path == f"{RESOURCES}/{{resource_id}}":
        made = await exchange.send(world, TABLE[f"POST {SESSIONS}"], ("resources", *path))
        world.ids |= {SESSIONS: made.json["id"], RESOURCES: made.json["resources"][0]["id"]}
    elif operation.path == f"{CREDENTIALS}/{{credential_id}}":
        made = await exchange.send(world, TABLE[f"POST {CREDENTIALS}"], path)
        world.ids[CREDENTIALS] = made.json["id"]
    return world


async def the_servers_own(exchange: Exchange) -> None:
    """Let the server make secrets, and use those that are credentials."""
    world = World(exchange.client)
    worker = await world.sender(TABLE["GET /v1/environments/{environment_id}/work/poll"])
    for collection in MADE_HERE:
        create = TABLE[f"POST {collection}"]
        path = await world.path(collection)
        made = await exchange.ask("POST", path, body=await world.body(create), headers=headers_of(create))
        exchange.hears(*secrets_in(made))
        if "webhooks" in collection:
            path = f"{path}/{made.json['id']}/regenerate_signing_secret"
            exchange.hears(*secrets_in(await exchange.ask("POST", path, headers=headers_of(create))))
    await world.path("/v1/environments/{environment_id}/work/{work_id}")
    poll = TABLE["GET /v1/environments/{environment_id}/work/poll"]
    item = await exchange.ask("GET", await world.path(poll.path), key=worker.key, headers=headers_of(poll))
    token = json.loads(urlsafe_b64decode(item.json["secret"]))["sessions_token"]
    exchange.hears(item.json["secret"], token)
    work = f"{await world.path(poll.path)}/{item.json['id']}".replace("/poll/", "/")
    await exchange.ask("POST", f"{work}/ack", key=worker.key, headers=headers_of(poll))
    query = "expected_last_heartbeat=NO_HEARTBEAT"
    await exchange.ask("POST", f"{work}/heartbeat", key=token, query=query, headers=headers_of(poll))
    exchange.marks.made.append(worker.key or "")


def secrets_in(answer: Answer) -> list[str]:
    """Return the secrets that the answer tells, a signing secret also as the bytes that it stands for."""
    assert answer.status == 200, answer.content
    found = [answer.json[each] for each in ("signing_secret", "secret", "key") if each in answer.json]
    assert len(found) == 1, answer.json
    return found


async def tried_out(exchange: Exchange, remote: OAuthServer) -> None:
    """Try credentials out against servers that exchange, refuse and repeat what they are sent."""
    remote.client_secret = exchange.marks.new()
    for path, endpoint in (("/mcp", "/token"), ("/echo/500", "/echo/400"), ("/echo/401", "/echo/200")):
        refresh_token = exchange.marks.new()
        remote.refresh.add(refresh_token)
        auth = {
            "type": "mcp_oauth",
            "mcp_server_url": remote.url + path,
            "access_token": exchange.marks.new(),
            "refresh": {
                "token_endpoint": remote.url + endpoint,
                "client_id": "client",
                "refresh_token": refresh_token,
                "token_endpoint_auth": {"type": "client_secret_basic", "client_secret": remote.client_secret},
            },
        }
        world, create = World(exchange.client), TABLE[f"POST {CREDENTIALS}"]
        address, headers = await world.path(CREDENTIALS), headers_of(create)
        made = await exchange.ask("POST", address, body={"auth": auth}, headers=headers)
        assert made.status == 200, made.content
        for _ in range(2):
            tried = await exchange.ask("POST", f"{address}/{made.json['id']}/mcp_oauth_validate", headers=headers)
            assert tried.status == 200, tried.content


async def wrong_credentials(exchange: Exchange) -> None:
    """Knock with credentials that are none."""
    for form in ("Bearer {}", "Basic {}", "{}", "Bearer {} {}"):
        value = form.format(exchange.marks.new(), exchange.marks.new())
        for headers in ({"authorization": value}, {"x-api-key": value}, {"authorization": value, "x-api-key": "other"}):
            answer = await Client(exchange.client.app, None).ask("GET", "/v1/agents", headers={**JSON, **headers})
            exchange.answers.append(answer)
            assert answer.status == 401


async def failing(exchange: Exchange, database: Database) -> None:
    """Send secrets to a server whose tables are gone: what fails unforeseen is logged with its place in the code."""
    world, create = World(exchange.client), TABLE[f"POST {CREDENTIALS}"]
    await world.path(CREDENTIALS)
    await database.write(lambda tx: tx.run("ALTER TABLE secrets RENAME TO elsewhere"))
    answer = await exchange.send(world, create, ("auth", "token"))
    assert answer.status == 500
    await database.write(lambda tx: tx.run("ALTER TABLE elsewhere RENAME TO secrets"))


@pytest.fixture
def remote() -> Iterator[OAuthServer]:
    with oauth_server.running() as server:
        yield server


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_no_secret_comes_out_again(
    request: pytest.FixtureRequest,
    clock: ManualClock,
    remote: OAuthServer,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    folder = request.getfixturevalue("tmp_path")
    url = f"sqlite:///{folder}/engine.db" if kind == "sqlite" else request.getfixturevalue("own_postgres")
    marks = Marks()
    settings = Settings(database=url, data=folder, api_key=Secret(marks.new()), allow_loopback=True)
    caplog.set_level(logging.DEBUG)
    with running(settings, clock) as (engine, run):
        exchange = Exchange(Client(engine.app, marks.made[0]), marks)
        run(everything(exchange, remote))
        run(failing(exchange, engine._database))
        kept = {**files(folder), **(tables(url) if kind == "postgres" else {})}
    kept |= {f"{name}, closed": content for name, content in files(folder).items()}
    kept["log"] = "\n".join(map(repr, (caplog.text, *(each.__dict__ for each in caplog.records)))).encode()
    assert "request failed" in caplog.text
    assert len(marks.made) >= 20
    said = {str(number): repr(each).encode() for number, each in enumerate(exchange.answers)}
    for secret in marks.made:
        assert where(secret, {**kept, **said}) == [], secret
    for secret, number in exchange.told.items():
        assert where(secret, kept) == []
        assert where(secret, said) == [str(number)]
