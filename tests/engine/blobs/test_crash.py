"""Kill -9 in the middle of uploads: what was acknowledged is whole, and what was not goes away by itself."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from agentops.base.clock import ManualClock, SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.server import build
from agentops.engine.settings import Settings
from agentops.engine.store.blobs import Blobs

pytestmark = [pytest.mark.crash]

UPLOAD_FOR_EVER = """
import asyncio, os, sys
from pathlib import Path
import httpx2
from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.server import build
from agentops.engine.settings import Settings

async def upload(http, number):
    data = (b"%d " % number) * 60_000
    made = (await http.post("/v1/files", files={"file": ("a.txt", data)})).json()
    if number % 3 == 0:
        await http.delete("/v1/files/" + made["id"])
    else:
        print(made["id"], number, flush=True)

async def main():
    folder = Path(sys.argv[1])
    settings = Settings(f"sqlite:///{folder}/engine.db", folder)
    async with build(settings, clock=SystemClock(), ids=RandomIds()) as engine:
        headers = {"x-api-key": engine.credential.reveal()}
        transport = httpx2.ASGITransport(app=engine.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://e", headers=headers) as http:
            for group in range(10_000):
                await asyncio.gather(*(upload(http, group * 6 + each) for each in range(6)))

asyncio.run(main())
"""


def killed_after(folder: Path, acknowledged: int) -> list[tuple[str, int]]:
    """Return which files a process had been told of, and what is in them, when it was killed."""
    command = [sys.executable, "-c", UPLOAD_FOR_EVER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(acknowledged)]
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.read().splitlines(keepends=True)
    return [(line.split()[0], int(line.split()[1])) for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("acknowledged", [1, 23])
def test_acknowledged_bytes_survive_and_others_go(tmp_path: Path, acknowledged: int) -> None:
    known = killed_after(tmp_path, acknowledged)
    assert len(known) >= acknowledged
    for draft in (tmp_path / "blobs" / "drafts").iterdir():
        os.utime(draft, (0, 0))
    later = ManualClock(SystemClock().now() + timedelta(hours=2))
    engine = build(Settings(f"sqlite:///{tmp_path}/engine.db", tmp_path), clock=later, ids=RandomIds())

    async def reopened() -> dict[str, str]:
        async with engine:
            rows = await engine._database.read(lambda tx: tx.all("SELECT owner, sha256 FROM blobs"))
            doomed = await engine._database.read(lambda tx: Blobs(tx).doomed())
            assert doomed == []
            return dict(rows)

    owned = asyncio.run(reopened())
    places = {each.name: each for each in (tmp_path / "blobs").rglob("*") if each.is_file()}
    assert set(places) == set(owned)
    assert {each for each, _ in known} <= set(owned)
    for file_id, number in known:
        assert places[file_id].read_bytes() == (b"%d " % number) * 60_000
