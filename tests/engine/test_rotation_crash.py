"""Kill -9 at every step of a rotation: whatever is left opens, and running it again ends it."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.crash]

KILLED_AT_EVERY_STEP = """
import asyncio, itertools, os, signal, sys
from pathlib import Path

from agentops.base.clock import SystemClock
from agentops.base.secrets import Secret
from agentops.engine.keyring import Keyring
from agentops.engine.rotation import rotate
from agentops.engine.sealing import Box
from agentops.engine.settings import Settings
from agentops.engine.store import postgres, sqlite
from agentops.engine.store.choice import database
from agentops.engine.store.secrets import Secrets
from agentops.engine.store.server_key import ServerKey

AT = "2026-11-21T08:30:00.000000Z"
OWNERS = ("vlt_1", "vlt_2")
TEXTS = {"token": Secret("marked-one")}
FOLDER = Path(sys.argv[2])
SETTINGS = Settings(sys.argv[1], FOLDER)

async def at_rest(work):
    store = database(SETTINGS.database)
    await store.open(AT)
    try:
        return await store.write(work)
    finally:
        await store.close()

def boxes(tx):
    return [Secrets(tx, Box("w", each), Keyring(None, FOLDER / "vault-key")) for each in OWNERS]

def write(tx):
    for each in boxes(tx):
        each.put("a", TEXTS, AT)

def read(tx):
    assert [each.of("a") for each in boxes(tx)] == [TEXTS] * len(OWNERS)
    return ServerKey(tx).id

def deadly(home, name, steps):
    original = getattr(home, name)

    def act(*args, **kwargs):
        answer = original(*args, **kwargs)
        if next(steps) == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(home, name, act)

def rotate_until(step):
    steps = itertools.count(step, -1)
    for home, name in ((os, "open"), (os, "fsync"), (os, "link"), (os, "replace"), (os, "unlink"), (asyncio, "run"),
                       (sqlite.SqliteTransaction, "run"), (postgres.PostgresTransaction, "run"),
                       (sqlite, "_commit_group"), (postgres, "_run")):
        deadly(home, name, steps)
    asyncio.run(rotate(SETTINGS, SystemClock(), reseal=True))

asyncio.run(at_rest(write))
ids = [asyncio.run(at_rest(read))]
for step in itertools.count():
    child = os.fork()
    if not child:
        rotate_until(step)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    ids.append(asyncio.run(at_rest(read)))
    if os.waitstatus_to_exitcode(status) == 0:
        break
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
assert Keyring(None, FOLDER / "vault-key").own().id == ids[-1]
print(step, len(set(ids)), flush=True)
"""


def test_a_rotation_can_be_killed_at_every_step(database_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED_AT_EVERY_STEP, database_url, str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    steps, keys = map(int, done.stdout.split())
    # The new key in a file, two boxes, the record, the commit, the old key in a file, the new one in its place.
    assert steps >= 15
    assert 2 < keys < steps
