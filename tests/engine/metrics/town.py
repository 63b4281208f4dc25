"""A server with instruments, whose model follows a script and whose clients are counted."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from anthropic import AsyncAnthropic
from prometheus_client.parser import text_string_to_metric_families

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.engine.admin.port import AdminPort
from agentops.engine.api.app import ROUTES
from agentops.engine.instruments import Instruments
from agentops.engine.listener import Address, Listener
from agentops.engine.metering.sandboxes import MeteredSandboxes
from agentops.engine.metrics.families import Families
from agentops.engine.metrics.standing import Disk
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.outbound import Outbound
from agentops.engine.runner.kit import Kit
from agentops.engine.runner.means import Means
from agentops.engine.runner.workshop import Sleep
from agentops.engine.sandbox.local import UnsafeLocal
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.tracing.port import Tracer
from agentops.wire.problems import check

Labels = tuple[tuple[str, str], ...]
Samples = dict[tuple[str, Labels], float]

_ID = re.compile(r"[a-z]+_01[1-9A-Za-z]{22}")
_TEMPLATES = {re.sub(r"{[^}]*}", "{}", path): path for path, _ in ROUTES}


class Alone:
    """A process that does nothing, and knows all of itself."""

    busy = 0
    is_draining = False
    is_isolating = True

    def disk(self) -> Disk:
        return Disk(1, 2)


@dataclass
class Town:
    """One server, its admin port, and a client that counts what it asked."""

    engine: Engine
    admin: AdminPort
    client: AsyncAnthropic
    http: httpx2.AsyncClient
    asked: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Requests that were answered, by route, method and class of status."""

    async def scrape(self) -> Samples:
        """Return every sample that there is; the clock has to move for the database to be read again."""
        answer = await self.http.get(f"{self.admin.address.url}/metrics")
        assert answer.status_code == 200
        return samples(answer.text)

    async def rows(self, sql: str) -> list[Any]:
        """Return what lies in the database."""
        return await self.engine.database.read(lambda tx: tx.all(sql))

    def note(self, answer: httpx2.Response) -> None:
        """Count an answer of the API."""
        path = _ID.sub("{}", answer.request.url.path)
        self.asked[_TEMPLATES.get(path, "none"), answer.request.method, f"{answer.status_code // 100}xx"] += 1


def samples(text: str) -> Samples:
    """Return the samples of an exposition, without the moments at which they were made."""
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
        if not each.name.endswith("_created")
    }


def of(found: Samples, name: str) -> dict[tuple[str, ...], float]:
    """Return the values of one metric by the values of its labels, in the order of their names."""
    return {tuple(value for _, value in labels): each for (named, labels), each in found.items() if named == name}


@asynccontextmanager
async def town(
    settings: Settings,
    clock: ManualClock,
    turns: Sequence[Any],
    *,
    tracer: Tracer | None = None,
    sleep: Sleep | None = None,
) -> AsyncIterator[Town]:
    """Serve with instruments; tools run without walls, and waits take no time; `sleep` is what the model does it by."""
    script, problems = check(Script, {"turns": list(turns)})
    assert script is not None, problems
    settings = replace(settings, port=0)
    families = Families(settings.models, settings.database.partition(":")[0])
    sandboxes = MeteredSandboxes(UnsafeLocal(), families)
    kit = Kit(sandboxes, Outbound(allow_loopback=True), settings.data / "sessions")
    means = Means(
        Scripted(script, sleep or asyncio.sleep),
        kit,
        sleep=lambda _seconds: asyncio.sleep(0),
        isolation=sandboxes.isolation,
        close=kit.close,
    )
    engine = build(settings, clock=clock, ids=RandomIds(), means=means, instruments=Instruments(families, tracer))
    admin = AdminPort(engine, families, clock, Address("127.0.0.1", 0))
    started: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
    listener = Listener(engine, started.set_result, admin)
    serving = asyncio.create_task(listener.run_until_stopped())
    await asyncio.wait([serving, started], return_when=asyncio.FIRST_COMPLETED)
    address = started.result() if started.done() else await serving
    assert isinstance(address, Address)
    async with httpx2.AsyncClient(timeout=30) as http:
        found = Town(engine, admin, AsyncAnthropic(api_key="unset"), http)

        async def note(answer: httpx2.Response) -> None:
            found.note(answer)

        try:
            async with httpx2.AsyncClient(timeout=30, event_hooks={"response": [note]}) as counted:
                found.client = AsyncAnthropic(
                    api_key=engine.credential.reveal(), base_url=address.url, max_retries=0, http_client=counted
                )
                yield found
        finally:
            listener.stop()
            await serving
