"""Kill -9 in the middle of writing: every acknowledged write is there afterwards, and the file is whole."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.crash]

WRITE_FOR_EVER = """
import asyncio, itertools, sys
from agentops.engine.store.choice import database
from agentops.engine.store.documents import Document, Environments

AT = "2026-11-21T08:30:00.000000Z"

async def write(store, name):
    await store.write(lambda tx: Environments(tx, "w").insert(Document(name, "x" * 3000, AT, None)))
    print(name, flush=True)

async def main():
    store = database(sys.argv[1])
    await store.open(AT)
    for group in itertools.count():
        await asyncio.gather(*(write(store, f"{group}-{index}") for index in range(8)))

asyncio.run(main())
"""


@pytest.mark.parametrize("acknowledged", [1, 9, 200])
def test_every_acknowledged_write_survives_the_process(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "engine.db"
    command = [sys.executable, "-c", WRITE_FOR_EVER, f"sqlite:///{path}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        seen = [writer.stdout.readline().strip() for _ in range(acknowledged)]
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read()
    # A line that the kill cut in two was not acknowledged.
    seen += [line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    with sqlite3.connect(path) as reopened:
        kept = {row[0] for row in reopened.execute("SELECT id FROM environments")}
        assert reopened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    reopened.close()
    assert len(seen) >= acknowledged
    assert set(seen) <= kept
