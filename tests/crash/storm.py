"""Thousands of events for receivers of every kind, and couriers in processes of their own that are killed meanwhile."""

import asyncio
import resource
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

import httpx2

from agentops.base.clock import SystemClock, timestamp
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.core import happenings
from agentops.engine.core.happenings import Happening, Home
from agentops.engine.deliveries.courier import Courier, PostOffice
from agentops.engine.keyring import VAULT_KEY_FILE, Keyring
from agentops.engine.news import News
from agentops.engine.outbound import Outbound
from agentops.engine.runner import life
from agentops.engine.server import build
from agentops.engine.settings import Settings
from agentops.engine.store.choice import database
from agentops.engine.store.deliveries import Message, Outbox, Owner
from agentops.engine.store.port import Database, Row, Transaction
from agentops.engine.store.runners import Runners
from tests.engine.deliveries.receiver import Receiver, receiving
from tests.forked import processes

WEBHOOKS = "/v1/x-agentops/webhooks"
PATIENCE_S = 0.25
"""Long enough for whoever answers at all on a busy machine, most of the time."""

AT_ONCE = 64
KINDS = ("healthy", "slow", "500", "down", "redirect", "hang", "private")


@dataclass(frozen=True)
class Plan:
    """What a courier's process needs to know."""

    url: str
    folder: Path
    number: int


class VirtualClock:
    """The machine's clock and what a test adds to it, in every process at once."""

    def __init__(self, ahead_s: Any) -> None:
        self._ahead_s = ahead_s

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(seconds=self._ahead_s.value)

    def advance(self, by: timedelta) -> None:
        with self._ahead_s.get_lock():
            self._ahead_s.value += by.total_seconds()


class Weighed(Courier):
    """Notes the most that it ever had in its hands, and goes by the clock that all processes of a storm share.

    A database's own clock knows nothing of what the test adds to it.
    """

    most = 0

    def _now(self) -> datetime:
        return self._in.clock.now()

    async def turn(self) -> float:
        wait_s = await super().turn()
        self.most = max(self.most, self.in_hand)
        return wait_s


@dataclass(frozen=True)
class Weight:
    """What a courier took. Units: `grown_kib` of resident memory since it began."""

    most_in_hand: int
    grown_kib: int


async def _resolve(host: str, _port: int) -> Sequence[str]:
    return ["10.0.0.1"] if host == "inside.example" else ["127.0.0.1"]


def _deliver(plan: Plan, ahead_s: Any, ours: Connection) -> None:
    asyncio.run(_delivered(plan, VirtualClock(ahead_s), ours))


async def _delivered(plan: Plan, clock: VirtualClock, ours: Connection) -> None:
    opened = database(plan.url)
    await opened.open(timestamp(clock.now()))
    runner_id = f"runner_{plan.number}"
    await opened.write(partial(_enter, runner_id=runner_id, clock=clock))
    outbound = Outbound(private=(ip_network("127.0.0.0/8"),), resolve=_resolve)
    keyring = Keyring(None, plan.folder / VAULT_KEY_FILE)
    office = PostOffice(
        runner_id, opened, clock, keyring, News(), outbound, patience_s=PATIENCE_S, at_once=AT_ONCE, grace_s=1.0
    )
    courier = Weighed(office, look_every_s=0.05)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await courier.open()
    ours.send("open")
    await asyncio.get_running_loop().run_in_executor(None, ours.recv)
    await courier.close()
    await opened.close()
    ours.send(Weight(courier.most, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before))


def _enter(tx: Transaction, runner_id: str, clock: VirtualClock) -> None:
    runners = Runners(tx)
    for gone in life.dead(runners.all(), runner_id, SystemClock().now()):
        runners.leave(gone)
    # Its sign of life is of the real time: nobody renews it here.
    runners.enter(life.born(runner_id, SystemClock().now()))


class Process:
    """A courier in a process of its own."""

    def __init__(self, plan: Plan, ahead_s: Any) -> None:
        self._ours, theirs = processes.Pipe()
        self._process = processes.Process(target=_deliver, args=(plan, ahead_s, theirs))
        self._process.start()
        theirs.close()
        assert self._ours.recv() == "open"

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def stop(self) -> Weight:
        self._ours.send("stop")
        weight = self._ours.recv()
        self._process.join()
        assert isinstance(weight, Weight)
        return weight


class Yard:
    """The receivers, in a thread with a loop of its own."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))

    async def _serve(self) -> None:
        async with receiving() as self.receiver:
            self._ready.set()
            await self._stopped.wait()
        # Those that hang end by what they wait for.
        await asyncio.sleep(0)
        for task in asyncio.all_tasks(self._loop) - {asyncio.current_task()}:
            task.cancel()

    def soon(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        """Return what is done once something was, there."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._loop.close()


@dataclass
class Storm:
    """Everything that is put down, and what became of it."""

    url: str
    folder: Path
    yard: Yard
    count: int
    ahead_s: Any = field(default_factory=lambda: processes.Value("d", 0.0))
    endpoints: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    events: dict[str, list[str]] = field(default_factory=dict)
    weights: list[Weight] = field(default_factory=list)
    started: int = 0

    @property
    def receiver(self) -> Receiver:
        return self.yard.receiver

    async def prepare(self) -> None:
        """Register an endpoint of each kind and put the events down, those of all kinds in turn."""
        settings = Settings(database=self.url, data=self.folder, port=0, has_duties=False)
        engine = build(settings, clock=SystemClock(), ids=RandomIds())
        async with engine:
            transport = httpx2.ASGITransport(app=engine.app)
            headers = {"x-api-key": engine.credential.reveal()}
            async with httpx2.AsyncClient(transport=transport, base_url="http://e.test", headers=headers) as http:
                for kind in KINDS:
                    made = (
                        await http.post(WEBHOOKS, json={"url": self._url(kind), "events": ["agent.updated"]})
                    ).json()
                    self.endpoints[kind], self.secrets[kind] = made["id"], Secret(made["signing_secret"])
            await engine._database.write(partial(self._put, settings=settings))

    def _url(self, kind: str) -> str:
        match kind:
            case "down":
                return "http://127.0.0.1:1/"
            case "private":
                return "https://inside.example/"
            case _:
                return self.receiver.url(f"/{kind}")

    def _put(self, tx: Transaction, settings: Settings) -> None:
        at = timestamp(SystemClock().now())
        outbox = Outbox(tx, Owner.WORKSPACE, settings.workspace)
        messages = []
        for number in range(self.count):
            kind = KINDS[number % len(KINDS)]
            event_id = f"whe_{number:06}"
            body = happenings.body(
                Happening("agent.updated", f"agent_{number}"),
                Home(settings.organization, settings.workspace), event_id, at,
            )  # fmt: skip
            messages.append(Message(f"whd_{number:06}", self.endpoints[kind], event_id, "agent.updated", body, at))
            self.events.setdefault(kind, []).append(event_id)
        outbox.put(messages)

    def start(self) -> Process:
        self.started += 1
        return Process(Plan(self.url, self.folder, self.started), self.ahead_s)

    async def run(self, kills: int) -> None:
        """Deliver everything; the process that does is killed so often, when so much of it has arrived."""
        opened = database(self.url)
        await opened.open(timestamp(SystemClock().now()))
        process = await asyncio.to_thread(self.start)
        try:
            for kill in range(kills):
                share = (kill + 1) / (kills + 2) * len(self.events["healthy"])
                await asyncio.wrap_future(self.yard.soon(self.receiver.reached("/healthy", share)))
                await asyncio.to_thread(process.kill)
                process = await asyncio.to_thread(self.start)
            await self._to_the_end(opened)
            self.weights.append(await asyncio.to_thread(process.stop))
        finally:
            with suppress(Exception):
                process.kill()
            await opened.close()

    async def _to_the_end(self, opened: Database) -> None:
        """Let the time of the next attempts come, and half a day pass once only those that hang are left."""
        clock = VirtualClock(self.ahead_s)
        while waiting := await self.waiting(opened):
            others = [due for endpoint, due in waiting.items() if endpoint != self.endpoints["hang"]]
            if not others:
                clock.advance(timedelta(hours=12, minutes=1))
            elif min(others) > timestamp(clock.now()):
                clock.advance(timedelta(minutes=2))
            await asyncio.sleep(0.05)

    async def waiting(self, opened: Database) -> dict[str, str]:
        rows = await opened.read(
            lambda tx: tx.all("SELECT endpoint_id, MIN(due_at) FROM deliveries WHERE status = 'pending' GROUP BY 1")
        )
        return dict(rows)

    async def look(self, sql: str) -> list[Row]:
        opened = database(self.url)
        await opened.open(timestamp(SystemClock().now()))
        try:
            return await opened.read(lambda tx: tx.all(sql))
        finally:
            await opened.close()
