"""An application asked without an HTTP client, and one living object of every collection that its route table has."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from anyio.from_thread import start_blocking_portal

from agentops.base.clock import Clock
from agentops.base.errors import ApiError
from agentops.base.ids import RandomIds
from agentops.engine.api import betas
from agentops.engine.api.resource import Resource
from agentops.engine.keys import Credential
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings

from .bodies import Choice, Least, made
from .given import skill_files
from .route_table import Operation, operations

Run = Callable[[Any], Any]
"""Waits for a coroutine."""

JSON = {"content-type": "application/json"}
BOUNDARY = "a-boundary-that-no-part-holds"
FORM = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


@contextmanager
def running(settings: Settings, clock: Clock) -> Iterator[tuple[Engine, Run]]:
    """Run an engine in a thread with an event loop of its own, without a port."""
    with start_blocking_portal() as portal:
        engine = build(settings, clock=clock, ids=RandomIds())
        with portal.wrap_async_context_manager(engine):
            yield engine, lambda work: portal.call(lambda: work)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


def scope(method: str, path: str, *, query: bytes, headers: Iterable[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Return what a server tells an application of a request."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "root_path": "",
        "query_string": query,
        "headers": [*headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }


@dataclass(frozen=True)
class Client:
    """Asks an ASGI application as one caller."""

    app: Any
    key: str | None

    async def ask(
        self, method: str, path: str, *, query: str | bytes = b"", body: Any = b"", headers: Mapping[str, str]
    ) -> Answer:
        """Return the answer; a body is bytes, a list of pieces, or data that is sent as JSON."""
        credential = {"authorization": f"Bearer {self.key}"} if self.key else {}
        pieces = body if isinstance(body, list) else [body if isinstance(body, bytes) else json.dumps(body).encode()]
        incoming = [
            {"type": "http.request", "body": each, "more_body": index < len(pieces) - 1}
            for index, each in enumerate(pieces)
        ]
        answer: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return incoming.pop(0) if incoming else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            answer.append(message)

        named = [(name.encode(), value.encode()) for name, value in {**credential, **headers}.items()]
        raw = query if isinstance(query, bytes) else query.encode()
        await self.app(scope(method, path, query=raw, headers=named), receive, send)
        start, *rest = answer
        told = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], told, b"".join(each.get("body", b"") for each in rest))


def opening(resource: Resource) -> dict[str, str]:
    """Return the beta header that opens an address."""
    for header in ("", betas.MANAGED_AGENTS, betas.WEBHOOKS, f"{betas.MANAGED_AGENTS},dreaming-2026-04-21"):
        try:
            resource.gate(betas.sent(header))
        except ApiError:
            continue
        return {"anthropic-beta": header}
    raise AssertionError("no beta opens this address")


def a_form(*parts: tuple[str, str | None, bytes]) -> bytes:
    """Return a multipart body: each part with its name, its file's name and its bytes."""
    lines = b""
    for name, filename, data in parts:
        file = f'; filename="{filename}"' if filename else ""
        lines += (
            f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + data + b"\r\n"
        )
    return lines + f"--{BOUNDARY}--\r\n".encode()


def the_skill(name: str = "pdf-forms") -> bytes:
    return a_form(*(("files[]", path, data) for path, data in skill_files(name)))


UPLOADS = {
    "POST /v1/files": lambda _: a_form(("file", "notes.txt", b"hello")),
    "POST /v1/skills": lambda number: the_skill(f"skill-{number}"),
    "POST /v1/skills/{skill_id}/versions": lambda _: the_skill("skill-0"),
}
"""The requests whose bodies are forms."""


MADE_AT = {
    "/v1/deployment_runs": "POST /v1/deployments/{deployment_id}/run",
    "/v1/x-agentops/webhooks/{endpoint_id}/deliveries": "POST /v1/x-agentops/webhooks/{endpoint_id}/test",
}
"""What makes an object of a collection that takes no POST itself."""

ENVIRONMENT = "/v1/environments/{environment_id}"

THE_VENDORS = {"/v1/x-agentops/environments": "/v1/environments", "/v1/x-agentops/dreams": "/v1/dreams"}
"""Collections that addresses of ours reach into."""

OF_WORKERS = (f"{ENVIRONMENT}/work", "/v1/x-agentops/environments")
SELF_HOSTED = {"POST /v1/environments": {"config": {"type": "self_hosted"}}}
"""What is needed where workers are, and nowhere else: they do not mount what the server's own sandboxes do."""

BORN_OF = {
    f"{ENVIRONMENT}/work": "/v1/sessions",
    "/v1/memory_stores/{store_id}/memory_versions": "/v1/memory_stores/{store_id}/memories",
}
"""What nobody creates by itself, and the collection whose objects bring it along."""


class World:
    """One living object of each collection that is asked for, made through the API by requests of the least size."""

    def __init__(self, client: Client, like: Mapping[str, Any] | None = None) -> None:
        self.client = client
        self._like = like or {}
        """What the bodies of some operations hold besides."""

        self.ids: dict[str, str] = {}
        """By the address of the collection, `/v1/vaults/{vault_id}/credentials`."""

        self._worker: Client | None = None
        self._of_workers = World(client, SELF_HOSTED) if like is None else self
        self._table = {each.name: each for each in operations()}

    def id(self, collection: str) -> str:
        """Return the id of the object of a collection, or one that nothing has."""
        return self.ids.get(f"/v1/{collection}", f"{collection[:-1]}_01Nowhere")

    async def path(self, template: str) -> str:
        """Return an address with the ids of living objects in it."""
        if template.startswith(OF_WORKERS) and self._of_workers is not self:
            return await self._of_workers.path(template)
        filled, above = "", ""
        for segment in template.split("/")[1:]:
            filled += "/" + (await self.object(above) if segment.startswith("{") else segment)
            above += f"/{segment}"
        return filled

    async def body(self, operation: Operation, choice: Choice | None = None, number: int = 0) -> Any:
        """Return the least body of an operation, or that which the choice wants, naming objects that it makes."""
        if operation.name in UPLOADS:
            return UPLOADS[operation.name](number)
        if operation.body is None:
            return b""
        wanted: list[str] = []
        if choice is None:
            return {**self._like.get(operation.name, {}), **await self.body(operation, Least(number))}
        made(operation.body, choice, lambda collection: (wanted.append(collection), "")[1])
        for each in wanted:
            await self.object(f"/v1/{each}")
        return made(operation.body, choice, self.id)

    async def send(self, operation: Operation, choice: Choice | None = None, number: int = 0) -> Answer:
        """Send the least that the operation has to be sent."""
        path = await self.path(operation.path)
        body = await self.body(operation, choice, number)
        sender = await self.sender(operation)
        return await sender.ask(operation.method, path, body=body, headers=headers_of(operation))

    async def sender(self, operation: Operation) -> Client:
        """Return who may send the operation: who has the API key, or else a worker of the environment."""
        if Credential.API_KEY in operation.resource.accepted(operation.method):
            return self.client
        if self._of_workers is not self:
            return await self._of_workers.sender(operation)
        if self._worker is None:
            environment = await self.path(ENVIRONMENT)
            path = environment.replace("/v1/", "/v1/x-agentops/") + "/keys"
            self._worker = Client(self.client.app, (await self.client.ask("POST", path, headers=JSON)).json["key"])
        return self._worker

    async def another(self, collection: str) -> None:
        """Make one more object of a collection that has one."""
        answer = await self.send(self._table[MADE_AT.get(collection, f"POST {collection}")], number=1)
        assert answer.status == 200, (collection, answer.content)

    async def object(self, collection: str) -> str:
        """Return the id of an object of the collection, which is made, or found in the list where no more can be."""
        collection = THE_VENDORS.get(collection, collection)
        if collection in self.ids:
            return self.ids[collection]
        create = self._table.get(MADE_AT.get(collection, f"POST {collection}"))
        listing = self._table.get(f"GET {collection}")
        found = self.id(collection.rpartition("/")[2])
        answer = await self.send(create) if create else None
        if answer and answer.status == 200:
            found = answer.json["id"]
        elif listing:
            assert answer is None or b"as many as it may" in answer.content, (collection, answer.content)
            await self.object(BORN_OF.get(collection, "/v1/nothing"))
            listed = (await self.send(listing)).json["data"]
            found = listed[0]["id"] if listed else found
        self.ids[collection] = found
        return found


def headers_of(operation: Operation) -> dict[str, str]:
    """Return what opens the address, and says what the body is."""
    return {**opening(operation.resource), **(FORM if operation.name in UPLOADS else JSON)}
