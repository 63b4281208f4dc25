"""A session in a real database, and its folder on a real disk."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.sessions import Session
from agentops.engine.mounting.desk import Backing
from agentops.engine.mounting.mounting import Mounting
from agentops.engine.server import Engine
from agentops.engine.store.runners import Place
from agentops.engine.store.session_resources import SessionResources
from agentops.engine.store.sessions import Sessions

AGENT: Json = {"name": "a", "model": "claude-opus-5-5", "tools": [{"type": "agent_toolset_20260401"}]}


@dataclass
class Api:
    """The engine from outside."""

    http: httpx2.AsyncClient
    engine: Engine

    async def post(self, path: str, /, **fields: Any) -> Json:
        answer = await self.http.post(f"/v1/{path}", json=fields)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def get(self, path: str, **query: Any) -> Json:
        answer = await self.http.get(f"/v1/{path}", params=query)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def delete(self, path: str) -> None:
        assert (await self.http.delete(f"/v1/{path}")).status_code == 200

    async def upload(self, data: bytes, name: str = "a.txt") -> str:
        answer = await self.http.post("/v1/files", files={"file": (name, data)})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def store(self, **fields: Any) -> str:
        return str((await self.post("memory_stores", **{"name": "Notes", **fields}))["id"])

    async def memories(self, store: str) -> dict[str, str]:
        listed = await self.get(f"memory_stores/{store}/memories", view="full", limit=100)
        return {each["path"]: each["content"] for each in listed["data"]}

    async def versions(self, store: str) -> list[Json]:
        found: list[Json] = (await self.get(f"memory_stores/{store}/memory_versions", limit=100, view="full"))["data"]
        return found

    async def session(self, resources: list[Json], **agent: Any) -> Place:
        environment = await self.post("environments", name="e")
        made = await self.post("agents", **{**AGENT, **agent})
        session = await self.post("sessions", agent=made["id"], environment_id=environment["id"], resources=resources)
        found = await self.engine._database.read(
            lambda tx: tx.one("SELECT workspace_id FROM sessions WHERE id = :id", {"id": session["id"]})
        )
        assert found is not None
        return Place(found[0], session["id"])

    async def loaded(self, place: Place) -> tuple[Session, tuple[Json, ...]]:
        def read(tx: Any) -> tuple[Session, tuple[Json, ...]]:
            session = Sessions(tx, place.workspace).get(place.session_id)
            assert session is not None
            mounted = SessionResources(tx, place.workspace).of(place.session_id)
            return session, tuple(parsed(each.body) for each in mounted)

        return await self.engine._database.read(read)


@pytest.fixture
async def api(http: httpx2.AsyncClient, engine: Engine) -> Api:
    return Api(http, engine)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


@pytest.fixture
async def mounting(engine: Engine, folder: Path, clock: ManualClock) -> AsyncIterator[Callable[[], Mounting]]:
    """Makes what a server that has just been started has."""
    backing = backing_of(engine, clock)
    made: list[Mounting] = []

    def make() -> Mounting:
        made.append(Mounting(backing, folder))
        return made[-1]

    yield make
    for each in made:
        await each.close()


def backing_of(engine: Engine, clock: ManualClock) -> Backing:
    return Backing(engine._database, engine._blobs, clock, RandomIds(), engine._keyring, "org")
