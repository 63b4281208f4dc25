"""A server's data with something of each kind in it, and what a client sees of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from agentops.base.clock import ManualClock, timestamp
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.backups.places import Places
from agentops.engine.keyring import Keyring
from agentops.engine.sealing import Box
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.port import Transaction
from agentops.engine.store.secrets import Secrets
from tests.conftest import BETA, NOW

FILES = {"anthropic-beta": "files-api-2025-04-14"}
BOX = Box("w", "vlt_1")


@dataclass(frozen=True)
class Ground:
    """A folder with a server's data."""

    data: Path

    @property
    def places(self) -> Places:
        return Places(self.data / "engine.db", self.data)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[tuple[Engine, httpx2.AsyncClient]]:
        """Open the server and give a client with the key in its file too."""
        settings = Settings(f"sqlite:///{self.data / 'engine.db'}", self.data)
        async with build(settings, clock=ManualClock(NOW), ids=RandomIds()) as engine:
            key = await engine.first_key()
            headers = {"x-api-key": key.reveal(), "anthropic-beta": BETA, "anthropic-version": "2023-06-01"}
            transport = httpx2.ASGITransport(app=engine.app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://e.test", headers=headers) as client:
                yield engine, client

    async def furnish(self) -> None:
        """Have an agent, the same bytes twice, other bytes, and a secret."""
        async with self.opened() as (engine, http):
            assert (await http.post("/v1/agents", json={"name": "A", "model": "claude-sonnet-5-5"})).is_success
            for data in (b"same", b"same", b"other" * 1000):
                answer = await http.post("/v1/files", files={"file": ("a.txt", data)}, headers=FILES)
                assert answer.is_success, answer.text
            await engine._database.write(
                lambda tx: self.secrets(tx).put("a", {"token": Secret("s3cret")}, timestamp(NOW))
            )

    async def seen(self) -> list[object]:
        """Return all that a client sees."""
        async with self.opened() as (engine, http):
            agents = (await http.get("/v1/agents")).json()["data"]
            files = (await http.get("/v1/files", headers=FILES)).json()["data"]
            sizes = [(each["id"], each["size_bytes"]) for each in files]
            secret = await engine._database.read(lambda tx: self.secrets(tx).of("a")["token"].reveal())
            return [agents, sizes, secret, self.blobs()]

    def secrets(self, tx: Transaction) -> Secrets:
        return Secrets(tx, BOX, Keyring(None, self.data / "vault-key"))

    def blobs(self) -> dict[str, bytes]:
        """Return every owner's bytes."""
        return {each.name: each.read_bytes() for each in self.places.blobs.glob("*/*/*")}
