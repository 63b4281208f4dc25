"""What holds of memory in sessions whatever agents, other people and crashes do, in any order."""

import asyncio
import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.engine.core.json import Json
from agentops.engine.mounting import memory
from agentops.engine.mounting.desk import Backing
from agentops.engine.mounting.merging import Head, Step, step
from agentops.engine.mounting.merging import Path as Paths
from agentops.engine.mounting.mounting import Mounting, Prepared
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.port import Transaction

from .conftest import Api, backing_of

T = TypeVar("T")

BETA = "managed-agents-2026-04-01"
NAMES = ("a.md", "d/b.md", "d")
FOR_EVER = 10**9


class Killed(BaseException):
    """The server is gone."""


class Life:
    """How many more things a server gets done: transactions, and pieces of work on the disk."""

    left = FOR_EVER

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed


class MortalDatabase:
    """A database whose server may be killed before a transaction and after it."""

    def __init__(self, inner: Any, life: Life) -> None:
        self._inner = inner
        self._life = life

    async def read(self, work: Callable[[Transaction], T]) -> T:
        found: T = await self._inner.read(work)
        return found

    async def write(self, work: Callable[[Transaction], T]) -> T:
        self._life.spend()
        found: T = await self._inner.write(work)
        self._life.spend()
        return found


class World:
    """One session with one store; an agent that only ever adds words to what it has seen, and others who do too."""

    def __init__(self, api: Api, life: Life, folder: Path, clock: ManualClock) -> None:
        self.api = api
        self.life = life
        self.clock = clock
        backing = backing_of(api.engine, clock)
        self.backing = Backing(
            MortalDatabase(backing.database, life), backing.blobs, clock, RandomIds(), backing.keyring, "org"
        )
        self.folder = folder
        self.words = 0
        self.seen: dict[str, set[str]] = {}
        self.prepared: Prepared
        self.mounting: Mounting

    async def begin(self) -> None:
        self.store = await self.api.store()
        self.place = await self.api.session([{"type": "memory_store", "memory_store_id": self.store}])
        await self.restart()

    async def restart(self) -> None:
        self.life.left = FOR_EVER
        self.clock.advance(timedelta(seconds=1))
        session, resources = await self.api.loaded(self.place)
        self.mounting = Mounting(self.backing, self.folder)
        self.prepared = await self.mounting.prepare(self.place, session, resources)

    @property
    def tree(self) -> Path:
        return self.folder / self.place.session_id / "memory" / "notes"

    def files(self) -> dict[str, str]:
        found = (each for each in self.tree.rglob("*") if each.is_file()) if self.tree.is_dir() else ()
        return {f"/{each.relative_to(self.tree)}": each.read_text() for each in found}

    def look(self) -> None:
        for path, text in self.files().items():
            self.seen.setdefault(path, set()).update(text.split())

    def word(self) -> str:
        self.words += 1
        return f"w{self.words}"

    def write(self, name: str) -> None:
        self.look()
        file = self.tree / name
        if file.is_dir() or any(each.is_file() for each in file.parents if each != self.tree):
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        known = self.seen.setdefault(f"/{name}", set())
        known.add(self.word())
        file.write_text(" ".join(sorted(known)))

    def drop(self, name: str) -> None:
        self.look()
        if (self.tree / name).is_file():
            (self.tree / name).unlink()
        elif (self.tree / name).is_dir():
            shutil.rmtree(self.tree / name)

    async def write_elsewhere(self, name: str) -> None:
        held = {each["path"]: each for each in await self.heads()}
        self.clock.advance(timedelta(seconds=1))
        if f"/{name}" in held:
            content = f"{held[f'/{name}']['content']} {self.word()}"
            await self.api.post(f"memory_stores/{self.store}/memories/{held[f'/{name}']['id']}", content=content)
        elif not any(path.startswith(f"/{name}/") or f"/{name}".startswith(f"{path}/") for path in held):
            await self.api.post(f"memory_stores/{self.store}/memories", path=f"/{name}", content=self.word())

    async def drop_elsewhere(self, name: str) -> None:
        self.clock.advance(timedelta(seconds=1))
        for each in await self.heads():
            if each["path"] == f"/{name}":
                await self.api.delete(f"memory_stores/{self.store}/memories/{each['id']}")

    async def heads(self) -> list[Json]:
        listed: list[Json] = (await self.api.get(f"memory_stores/{self.store}/memories", view="full", limit=100))[
            "data"
        ]
        return listed

    async def settle(self) -> None:
        self.look()
        before = {word for text in self.files().values() for word in text.split()}
        self.clock.advance(timedelta(seconds=1))
        try:
            await self.mounting.settle(self.place, self.prepared)
        except Killed:
            await self.restart()
        kept = {word for text in self.files().values() for word in text.split()}
        kept |= {word for each in await self.history() for word in (each[3] or "").split()}
        assert before <= kept, "a text that the agent wrote is nowhere"

    async def history(self) -> list[tuple[str, str, str, str | None]]:
        rows = await self.api.engine._database.read(
            lambda tx: tx.all(
                "SELECT memory_id, path, created_by_type, content FROM memory_versions WHERE store_id = :store"
                " ORDER BY seq",
                {"store": self.store},
            )
        )
        return [(row[0], row[1], row[2], json.loads(row[3]) if row[3] else None) for row in rows]

    async def check(self) -> None:
        await self.settle()
        await self.settle()
        held_now = {each["path"]: each["content"] for each in await self.heads()}
        files = self.files()
        assert files.items() <= held_now.items()
        # A disk cannot have a file and a folder of one name.
        assert all(is_beside(path, files) for path in held_now.keys() - files.keys())
        held: dict[str, set[str]] = {}
        for memory_id, path, author, content in await self.history():
            words = set((content or "").split())
            if author == "session_actor":
                lost = held.get(memory_id, set()) - words
                assert lost <= self.seen.get(path, set()) or not lost, "the session overwrote what it had not seen"
                assert content is None or not lost, "the session took words away"
            held[memory_id] = words


def is_beside(path: str, files: dict[str, str]) -> bool:
    return any(f"{path}/".startswith(f"{each}/") or f"{each}/".startswith(f"{path}/") for each in files)


WHAT = st.one_of(
    st.tuples(st.sampled_from(["write", "drop", "write_elsewhere", "drop_elsewhere"]), st.sampled_from(NAMES)),
    st.tuples(st.just("settle"), st.none()),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("killed"), st.integers(0, 12)),
)


async def lived(world: World, history: list[tuple[str, Any]]) -> None:
    await world.begin()
    for what, which in history:
        if what == "killed":
            world.life.left = which
            await world.settle()
            world.life.left = FOR_EVER
        elif what in ("settle", "restart"):
            await getattr(world, what)()
        elif what in ("write", "drop"):
            getattr(world, what)(which)
        else:
            await getattr(world, what)(which)
    await world.check()


def test_no_order_of_edits_and_kills_loses_a_word(
    sqlite_tables: Path, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = Life()
    on_disk = memory.on_disk

    async def mortal(work: Callable[..., Any], *args: object) -> Any:
        life.spend()
        found = await on_disk(work, *args)
        life.spend()
        return found

    monkeypatch.setattr(memory, "on_disk", mortal)
    shutil.copy(sqlite_tables, tmp_path / "engine.db")
    engine = build(
        Settings(database=f"sqlite:///{tmp_path / 'engine.db'}", data=tmp_path / "data"), clock=clock, ids=RandomIds()
    )

    with asyncio.Runner() as runner:
        runner.run(engine.__aenter__())
        http = client(engine)

        @settings(max_examples=30)
        @given(st.lists(WHAT, max_size=12))
        def law(history: list[tuple[str, Any]]) -> None:
            world = World(Api(http, engine), life, tmp_path / uuid4().hex, clock)
            runner.run(lived(world, history))

        law()
        runner.run(http.aclose())
        runner.run(engine.__aexit__(None, None, None))


def client(engine: Engine) -> httpx2.AsyncClient:
    headers = {"x-api-key": engine.credential.reveal(), "anthropic-beta": BETA, "anthropic-version": "2023-06-01"}
    transport = httpx2.ASGITransport(app=engine.app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://engine.test", headers=headers)


HEADS = st.none() | st.builds(Head, st.sampled_from("12"), st.sampled_from("xy"), st.just("m"))
PATHS = st.builds(Paths, HEADS, st.none() | st.sampled_from("xyz"), HEADS, st.booleans())


@given(PATHS)
def test_nothing_is_done_where_both_say_the_same(path: Paths) -> None:
    is_same = path.copy == (path.store.sha256 if path.store else None)
    assert (step(path, is_writable=True) in (Step.REST, Step.NOTE)) == is_same


@given(PATHS)
def test_a_store_is_only_written_over_what_the_sandbox_was_given(path: Paths) -> None:
    if step(path, is_writable=True) is Step.PUSH and path.store is not None:
        assert path.known is not None
        assert path.known.sha256 == path.store.sha256


@given(PATHS)
def test_an_edit_is_never_fetched_over(path: Paths) -> None:
    is_edit = path.copy is not None and path.copy != (path.known.sha256 if path.known else None)
    if is_edit and not path.is_old:
        assert step(path, is_writable=True) is not Step.FETCH


@given(PATHS)
def test_what_is_read_only_never_writes(path: Paths) -> None:
    assert step(path, is_writable=False) in (Step.REST, Step.NOTE, Step.FETCH)
