"""An engine whose couriers turn when a test says so, and a receiver on a real socket that they deliver to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock, timestamp
from agentops.base.secrets import Secret
from agentops.engine.core import happenings
from agentops.engine.core.happenings import Happening, Home
from agentops.engine.deliveries.courier import Courier, PostOffice
from agentops.engine.outbound import Outbound
from agentops.engine.runner import life
from agentops.engine.server import Engine
from agentops.engine.settings import Settings
from agentops.engine.store.deliveries import Message, Outbox, Owner
from agentops.engine.store.port import NO_PARAMS, Params, Row
from agentops.engine.store.runners import Runners

from .receiver import Receiver, receiving

WEBHOOKS = "/v1/x-agentops/webhooks"
ORGANIZATION = "/v1/organizations/webhooks"
BETA = {"anthropic-beta": "webhooks-2026-10-07"}
NEVER_S = 3600.0
LOOPBACK = (ip_network("127.0.0.0/8"),)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@pytest.fixture
def clock() -> ManualClock:
    """Begins now: who checks a signature compares its time with the machine's."""
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, has_duties=False)


@pytest.fixture
async def receiver(anyio_backend: str) -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@dataclass
class Post:
    """Endpoints, messages for them, and what becomes of both."""

    engine: Engine
    http: httpx2.AsyncClient
    clock: ManualClock
    secrets: dict[str, Secret] = field(default_factory=dict)
    count: int = 0

    async def endpoint(self, url: str, **fields: Any) -> str:
        made = await self.sent("POST", WEBHOOKS, url=url, **{"events": ["agent.updated"], **fields})
        self.secrets[made["id"]] = Secret(made["signing_secret"])
        return str(made["id"])

    async def organization_endpoint(self, url: str) -> str:
        made = await self.sent("POST", ORGANIZATION, url=url, enabled_events=["external_key.failed"])
        self.secrets[made["id"]] = Secret(made["signing_secret"])
        return str(made["id"])

    async def sent(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        content = {"json": body} if method == "POST" else {}
        answer = await self.http.request(method, path, headers=BETA, **content)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def shown(self, endpoint_id: str, within: str = WEBHOOKS) -> dict[str, Any]:
        return await self.sent("GET", f"{within}/{endpoint_id}")

    async def put(self, endpoint_id: str, count: int = 1, event_type: str = "agent.updated", of: str = "") -> list[str]:
        """Put messages down as those do who tell of events, and return the events' ids."""
        settings, at = self.engine.settings, timestamp(self.clock.now())
        is_own = event_type.startswith("external_key")
        messages = []
        for _ in range(count):
            self.count += 1
            event_id = f"whe_{self.count:06}"
            happening = Happening(event_type, of or f"agent_{self.count}")  # type: ignore[arg-type]  # one of its literals
            body = happenings.body(happening, Home(settings.organization, settings.workspace), event_id, at)
            messages.append(Message(f"whd_{self.count:06}", endpoint_id, event_id, event_type, body, at))
        owner = Owner.ORGANIZATION if is_own else Owner.WORKSPACE
        owner_id = settings.organization if is_own else settings.workspace
        await self.engine._database.write(lambda tx: Outbox(tx, owner, owner_id).put(messages))
        return [each.event_id for each in messages]

    async def log(self, endpoint_id: str, **query: str) -> list[dict[str, Any]]:
        """Return the deliveries of an endpoint, oldest first, whole."""
        answer = await self.http.get(f"{WEBHOOKS}/{endpoint_id}/deliveries", params={"limit": "100", **query})
        assert answer.status_code == 200, answer.text
        listed = answer.json()["data"][::-1]
        return [await self.sent("GET", f"{WEBHOOKS}/{endpoint_id}/deliveries/{each['id']}") for each in listed]

    async def ends(self, endpoint_id: str) -> list[tuple[str, list[str]]]:
        """Return how each delivery stands, and what was wrong with its attempts."""
        return [(each["status"], [one["problem"] for one in each["attempts"]]) for each in await self.log(endpoint_id)]

    async def sql(self, statement: str, params: Params = NO_PARAMS) -> list[Row]:
        return await self.engine._database.read(lambda tx: tx.all(statement, params))

    async def enter(self, runner_id: str) -> None:
        """Put a process on the list of those that live."""
        runner = life.born(runner_id, self.clock.now())
        await self.engine._database.write(lambda tx: Runners(tx).enter(runner))

    async def leave(self, runner_id: str) -> None:
        await self.engine._database.write(lambda tx: Runners(tx).leave(runner_id))

    @asynccontextmanager
    async def courier(
        self, runner_id: str = "runner_a", resolve: Resolve | None = None, **fields: Any
    ) -> AsyncIterator["Round"]:
        """Have a courier that may deliver to this machine, and does nothing by itself."""
        await self.enter(runner_id)
        outbound = fields.pop("outbound", None) or Outbound(private=LOOPBACK, resolve=resolve)
        engine = self.engine
        office = PostOffice(
            runner_id, engine._database, self.clock, engine._keyring, engine._news, outbound,
            **{"roll": lambda: 0.5, "patience_s": 30.0, "grace_s": 0.1, **fields},
        )  # fmt: skip
        courier = Courier(office, look_every_s=NEVER_S)
        try:
            yield Round(courier, self.clock)
        finally:
            await courier.close()


@dataclass(frozen=True, slots=True)
class Round:
    """A courier in the hands of a test."""

    courier: Courier
    clock: ManualClock

    async def turn(self) -> float:
        return await self.courier.turn()

    async def all_due(self) -> float:
        """Deliver until nothing is due any more, and return when something is."""
        while True:
            wait_s = await self.courier.turn()
            if not self.courier._tasks and not self.courier._sent:
                return wait_s
            if self.courier._tasks:
                await asyncio.wait(self.courier._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def to_the_end(self) -> None:
        """Let the time pass until nothing waits."""
        while (wait_s := await self.all_due()) < NEVER_S:
            self.clock.advance(timedelta(seconds=wait_s))


@pytest.fixture
def post(engine: Engine, http: httpx2.AsyncClient, clock: ManualClock) -> Post:
    return Post(engine, http, clock)
