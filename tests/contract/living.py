"""An application asked without an HTTP client, and one living object of every collection that its route table has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agentops.base.errors import ApiError
from agentops.engine.api import betas
from agentops.engine.api.resource import Resource

from .bodies import COLLECTIONS, NAMED_IDS, Least, made
from .given import skill_files
from .route_table import Operation, operations

JSON = {"content-type": "application/json"}
BOUNDARY = "a-boundary-that-no-part-holds"
FORM = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Client:
    """Asks an ASGI application as one caller."""

    app: Any
    key: str | None

    async def ask(
        self, method: str, path: str, *, query: str | bytes = b"", body: Any = b"", headers: Mapping[str, str]
    ) -> Answer:
        """Return the answer; a body is bytes, a list of pieces, or data that is sent as JSON."""
        credential = {"x-api-key": self.key} if self.key else {}
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

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode("utf-8", "replace"),
            "root_path": "",
            "query_string": query if isinstance(query, bytes) else query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in {**credential, **headers}.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        await self.app(scope, receive, send)
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
    "POST /v1/files": lambda: a_form(("file", "notes.txt", b"hello")),
    "POST /v1/skills": the_skill,
    "POST /v1/skills/{skill_id}/versions": the_skill,
}
"""The requests whose bodies are forms."""


class World:
    """One living object of each collection of a workspace, made through the API by requests of the least size."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.ids: dict[str, str] = {}
        """By the address of the collection, `/v1/vaults/{vault_id}/credentials`."""

        self._table = {each.name: each for each in operations()}

    async def made(self) -> "World":
        """Make one of everything that another request may name."""
        for each in dict.fromkeys([*COLLECTIONS.values(), *NAMED_IDS.values()]):
            await self._object(f"/v1/{each}")
        return self

    def id(self, collection: str) -> str:
        """Return the id of the object of a collection, or one that nothing has."""
        return self.ids.get(f"/v1/{collection}", f"{collection[:-1]}_01Nowhere")

    async def path(self, template: str) -> str:
        """Return an address with the ids of living objects in it."""
        filled, above = "", ""
        for segment in template.split("/")[1:]:
            filled += "/" + (await self._object(above) if segment.startswith("{") else segment)
            above += f"/{segment}"
        return filled

    async def least(self, operation: Operation) -> dict[str, Any]:
        """Return the least that the operation has to be sent: body and headers."""
        return {
            "headers": {**opening(operation.resource), **self._media_type(operation)},
            "body": self._body(operation),
        }

    def _media_type(self, operation: Operation) -> dict[str, str]:
        return FORM if operation.name in UPLOADS else JSON

    def _body(self, operation: Operation) -> Any:
        if operation.name in UPLOADS:
            return UPLOADS[operation.name]()
        return made(operation.body, Least(), self.id) if operation.body else b""

    async def _object(self, collection: str) -> str:
        if collection in self.ids:
            return self.ids[collection]
        create = self._table.get(f"POST {collection}")
        listing = self._table.get(f"GET {collection}")
        if create is None and listing is None:
            return self.id(collection.rpartition("/")[2])
        address = await self.path(collection)
        if create:
            answer = await self.client.ask("POST", address, **await self.least(create))
            assert answer.status == 200, (create.name, answer.content)
            found = answer.json["id"]
        else:
            assert listing
            answer = await self.client.ask("GET", address, **await self.least(listing))
            found = answer.json["data"][0]["id"] if answer.json["data"] else f"{collection[-9:-1]}_01Nowhere"
        self.ids[collection] = found
        return str(found)
