"""The server is killed before and after every commit of a dream, started again, and the dream is dreamt once."""

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any, Literal

import pytest

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.server import build
from agentops.engine.settings import Settings
from tests.engine.dreams.bedroom import Bedroom, asked, lesson

from .nights import NightLife

pytestmark = pytest.mark.crash

NOTES = {"/notes.md": "# Notes\n\n- be brief\n", "/empty.md": ""}
COMMITS = ["take", "tell", "clone", "tell", "tell", "finish"]
"""Beside them a dream tells what its stages say of themselves, each in a commit like the ones before."""

DEATHS = [
    ((name, COMMITS[: place + 1].count(name)), side)
    for place, name in enumerate(COMMITS)
    for side in ("before", "after")
]
UPDATING = [each for each in DEATHS if each[0][0] in ("clone", "finish")]
"""Where a dream that writes into its own store does something else than one that has a copy."""


class Evenings:
    """Databases with sessions, a store and a dream that nobody has taken up; and what each night comes to."""

    def __init__(self, tables: Path, folder: Path) -> None:
        self._tables = tables
        self._folder = folder
        self._unharmed: dict[bool, dict[str, Any]] = {}

    def life(self, folder: Path, *, updates: bool) -> NightLife:
        """Return a life that begins where the server dreams the first time."""
        evening = self._folder / str(updates)
        if not evening.exists():
            evening.mkdir()
            asyncio.run(self._prepare(evening, updates=updates))
        shutil.copy(evening / "engine.db", folder / "engine.db")
        return NightLife(folder)

    def unharmed(self, *, updates: bool) -> dict[str, Any]:
        """Return what a night without a death comes to."""
        if updates not in self._unharmed:
            folder = self._folder / f"unharmed-{updates}"
            folder.mkdir()
            life = self.life(folder, updates=updates)
            assert life.begin() == 0
            (*told, last) = [each for each in life.commits if each != "let_go"]
            assert (told[:5], {*told[5:]} - {"tell"}, last) == (COMMITS[:5], set(), COMMITS[-1])
            self._unharmed[updates] = morning(life)
        return self._unharmed[updates]

    async def _prepare(self, folder: Path, *, updates: bool) -> None:
        shutil.copy(self._tables, folder / "engine.db")
        settings = Settings(database=f"sqlite:///{folder / 'engine.db'}", data=folder)
        engine = build(settings, clock=SystemClock(), ids=RandomIds())
        async with engine, asked(engine) as client:
            room = Bedroom(engine, client, SystemClock())
            sessions = [await room.session(lesson(number)) for number in (7, 8)]
            await room.dream(await room.store(NOTES), *sessions, updates=updates)


@pytest.fixture(scope="module")
def evenings(tmp_path_factory: pytest.TempPathFactory, sqlite_tables: Path) -> Evenings:
    return Evenings(sqlite_tables, tmp_path_factory.mktemp("evenings"))


@pytest.mark.parametrize(("commit", "side"), DEATHS, ids=str)
def test_a_dream_outlives_its_server(
    commit: tuple[str, int], side: Literal["before", "after"], evenings: Evenings, tmp_path: Path
) -> None:
    outlives(evenings, NightLife(tmp_path, commit, side), updates=False)


@pytest.mark.parametrize(("commit", "side"), UPDATING, ids=str)
def test_a_dream_that_updates_its_store_outlives_its_server(
    commit: tuple[str, int], side: Literal["before", "after"], evenings: Evenings, tmp_path: Path
) -> None:
    outlives(evenings, NightLife(tmp_path, commit, side), updates=True)


def outlives(evenings: Evenings, doomed: NightLife, *, updates: bool) -> None:
    unharmed = evenings.unharmed(updates=updates)
    life = evenings.life(doomed.folder, updates=updates)
    assert doomed.begin() == -9
    assert morning(life)["texts"] in ([NOTES], [NOTES, NOTES], unharmed["texts"]), "a store is half written"
    assert life.begin() == 0
    assert morning(life) == unharmed


def morning(life: NightLife) -> dict[str, Any]:
    """Return what a dream left behind, without what differs from one night to the next."""
    with sqlite3.connect(life.folder / "engine.db") as connection:
        every = connection.execute
        dreams = [(row[0], json.loads(row[1])["error"]) for row in every("SELECT status, progress FROM dreams")]
        stores = [row[0] for row in every("SELECT id FROM memory_stores ORDER BY seq")]
        files = every("SELECT store_id, path, content FROM memories ORDER BY path").fetchall()
        versions = every("SELECT path, operation, created_by_type FROM memory_versions ORDER BY seq").fetchall()
        operations = every("SELECT seq, standing, body FROM dream_operations ORDER BY seq").fetchall()
        nights = every("SELECT status, archived_at IS NULL FROM sessions WHERE dream_id IS NOT NULL").fetchall()
        ends = every("SELECT type FROM session_events WHERE type LIKE 'session.status_%' ORDER BY seq").fetchall()
        runners = every("SELECT COUNT(*) FROM dreams WHERE runner_id IS NOT NULL").fetchall()
    texts = [{path: json.loads(text) for of, path, text in files if of == store} for store in stores]
    return {
        "dreams": dreams,
        "texts": texts,
        "versions": sorted(versions),
        "operations": operations,
        "sessions": nights,
        "ends": ends,
        "runners": runners,
    }
