"""A server whose model and tools take no time of their own, in a process that can tell how often its loop stood still.

`python -m tests.benchmarks.session_server DATABASE FOLDER PACE_MS`: one step of a session each PACE_MS.
Writes its address, then for each line that it reads one JSON object: what happened since the last one.
"""

import asyncio
import json
import sys
import threading
import time
from pathlib import Path

from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.core.json import Json
from agentops.engine.core.runs.setting import Bounds
from agentops.engine.listener import Address, Listener, settle
from agentops.engine.models.script import Script
from agentops.engine.models.scripted import Scripted
from agentops.engine.runner.means import Means
from agentops.engine.server import build
from agentops.engine.settings import Settings
from agentops.engine.tools.port import Invocation, Outcome, text
from agentops.wire.problems import check
from tests.crash.lives import Witness

KEY = "a-key-for-benchmarks"
_TICK_S = 0.005
_STALL_S = 0.05


class Nothing(Witness):
    """Tools that are done at once, and leave nothing."""

    async def run(self, invocation: Invocation) -> Outcome:
        del invocation
        return text("done")


class Lag:
    """How late the event loop is, and how much of that it computed: the rest is what others took of the machine."""

    def __init__(self) -> None:
        self.late_s: list[float] = []
        self.own_s: list[float] = []

    async def watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, used = loop.time() + _TICK_S, time.thread_time()
            await asyncio.sleep(_TICK_S)
            self.late_s.append(max(0.0, loop.time() - due))
            self.own_s.append(time.thread_time() - used)

    def told(self) -> Json:
        late, self.late_s = sorted(self.late_s) or [0.0], []
        own, self.own_s = sorted(self.own_s) or [0.0], []
        return {
            "lag": [1000 * late[len(late) * 99 // 100], 1000 * late[-1], sum(each > _STALL_S for each in late)],
            "own": [1000 * own[len(own) * 99 // 100], 1000 * own[-1], sum(each > _STALL_S for each in own)],
        }


def _script(pace_ms: int) -> Script:
    turns: list[Json] = [
        {"when": {"agent": "quick"}, "say": "Done.", "times": "forever"},
        {"delay_ms": pace_ms, "call": [{"tool": "bash", "input": {"command": "date"}}], "times": "forever"},
    ]
    script, problems = check(Script, {"turns": turns})
    assert script, problems
    return script


def main(url: str, folder: Path, pace_ms: int) -> None:
    """Serve until a signal."""
    lag = Lag()
    means = Means(Scripted(_script(pace_ms), asyncio.sleep), Nothing(folder), Bounds(requests=100_000))
    settings = Settings(database=url, data=folder, port=0, api_key=Secret(KEY))
    engine = build(settings, clock=SystemClock(), ids=RandomIds(), means=means)

    def answer() -> None:
        for _ in sys.stdin:
            print(json.dumps(lag.told()), flush=True)

    def started(address: Address) -> None:
        settle()
        print(address.url, flush=True)

    async def serve() -> None:
        watching = asyncio.ensure_future(lag.watch())
        await Listener(engine, started).run_until_stopped()
        watching.cancel()

    threading.Thread(target=answer, daemon=True).start()
    asyncio.run(serve())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
