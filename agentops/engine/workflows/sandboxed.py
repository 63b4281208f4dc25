"""Programs in sandboxes: a small one for each, apart from the session's, so that a plan can harm nothing but itself.

A plan must not depend on files or the network, or it could not be repeated; and one that fills the memory or starts
processes without end must not take the session's shells with it.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from agentops.base.threads import in_thread
from agentops.engine.core.json import Json
from agentops.engine.core.workflows.effects import AnswerProgram, StartProgram
from agentops.engine.core.workflows.happenings import Cause, Failed, Finished, Lost, Request
from agentops.engine.core.workflows.requests import requested
from agentops.engine.sandbox.folders import remove
from agentops.engine.sandbox.lines import Garbled, parsed
from agentops.engine.sandbox.port import Limits, Sandbox, Sandboxes, SandboxFailed, SandboxSpec

LIMITS = Limits(memory_mib=512, processes=192, cpu_percent=100, file_mib=8, disk_mib=64, files=1_000, open_files=256)
_MIB = 1024 * 1024
_PLAN = "plan"
_POLL_S = 60.0
_GRACE_S = 15.0

_OUTLIVED = timedelta(hours=25)
"""How old a folder is that no run needs any more: several servers may share the place, and a run lasts for a day."""


@dataclass(frozen=True, slots=True)
class Share:
    """What the plan's own process may take of its sandbox."""

    cpu_s: int = 60
    """Processing time of one attempt: a plan only hands out work."""

    memory_mib: int = 256


class SandboxedPrograms:
    """Makes programs that run in sandboxes of their own."""

    def __init__(self, sandboxes: Sandboxes, folder: Path, share: Share | None = None) -> None:
        """Take where sandboxes come from, and the folder for what they may write."""
        self._sandboxes = sandboxes
        self._folder = folder
        self._share = share or Share()

    def new(self, run_id: str) -> "SandboxedProgram":
        """Return a program that was not started yet."""
        spec = SandboxSpec(run_id, self._folder / run_id, limits=LIMITS)
        return SandboxedProgram(self._sandboxes, spec, self._share)

    async def sweep(self, now: datetime) -> None:
        """Remove what servers left behind that died; what a run that is open may need stays."""
        for each in await in_thread(_older, self._folder, (now - _OUTLIVED).timestamp()):
            await _removed(each)


class _Refused(SandboxFailed):
    """The tool server inside lives, and does not do it."""


class SandboxedProgram:
    """One attempt at a plan, in a sandbox that ends with it."""

    def __init__(self, sandboxes: Sandboxes, spec: SandboxSpec, share: Share) -> None:
        """Start nothing yet."""
        self._sandboxes = sandboxes
        self._spec = spec
        self._share = share
        self._sandbox: Sandbox | None = None
        self._lost: Lost | None = None
        self._answering = asyncio.Lock()

    async def start(self, order: StartProgram) -> None:
        """Begin; that there is nowhere to run it is heard as a request."""
        try:
            await in_thread(_laid_out, self._spec.folder)
            self._sandbox = await self._sandboxes.start(self._spec)
            await self._call({"op": "plan_start", **_order(order, self._share)})
        except SandboxFailed as error:
            # A plan that has begun may have killed all that is around it before anybody said so.
            has_begun = self._sandbox is not None and not isinstance(error, _Refused)
            self._lost = Lost(Cause.DIED if has_begun else Cause.UNAVAILABLE, str(error))
        except OSError as error:
            self._lost = Lost(Cause.UNAVAILABLE, str(error))

    async def requests(self) -> AsyncIterator[Request]:
        """Yield what the plan asks for, and at last how it ended."""
        has_ended = False
        while not has_ended:
            for each in await self._heard():
                has_ended = isinstance(each, Finished | Failed | Lost)
                yield each
                if has_ended:
                    break

    async def answer(self, answer: AnswerProgram) -> None:
        """Hand an answer on, after those before it."""
        fields = {"n": answer.number, "text": answer.text, "is_error": answer.is_error}
        # The tool server works on calls side by side: the next one may only begin when this one is done.
        async with self._answering:
            with contextlib.suppress(SandboxFailed):  # who waits for requests hears of it
                await self._call({"op": "plan_answer", **fields})

    async def stop(self) -> None:
        """Kill it with everything that it started."""
        self._lost = self._lost or Lost(Cause.DIED)
        if self._sandbox is not None:
            await self._sandbox.stop()
        await _removed(self._spec.folder)

    async def _heard(self) -> list[Request]:
        """Return what the plan said since, and its end where that was it."""
        if self._lost is not None:
            return [self._lost]
        try:
            answer = await self._call({"op": "plan_next", "timeout_s": _POLL_S})
        except SandboxFailed as error:
            return [Lost(Cause.DIED, str(error))]
        return list(_requests(answer))

    async def _call(self, request: Json) -> Json:
        assert self._sandbox is not None
        answer = await self._sandbox.call({**request, "plan": _PLAN}, timeout_s=_POLL_S + _GRACE_S)
        if "error" in answer:
            raise _Refused(answer["error"])
        ok: Json = answer["ok"]
        return ok


def _order(order: StartProgram, share: Share) -> Json:
    facts = order.facts
    data = share.memory_mib * _MIB
    return {
        "program": order.program,
        "facts": {
            "phases": order.phases,
            "agents": facts.agents,
            "has_inline": facts.has_inline,
            "tools": facts.tools,
        },
        # The first limit is told to the process by a signal, which says what it died of.
        "limits": {"RLIMIT_CPU": (share.cpu_s, share.cpu_s + 1), "RLIMIT_DATA": (data, data)},
    }


def _requests(answer: Json) -> Iterator[Request]:
    """Yield what a plan said, and what became of it; not even the shape of it is believed."""
    match answer:
        case {"lines": [*lines], "end": int() | None as end, "is_garbled": bool(is_garbled), "printed": str(printed)}:
            for each in lines:
                yield _request(each)
            if is_garbled:
                yield Lost(Cause.GARBLED, printed)
            elif end is not None:
                yield Lost(Cause.CPU if end == -signal.SIGXCPU else Cause.DIED, printed)
        case _:
            yield Lost(Cause.GARBLED)


def _request(line: object) -> Request:
    try:
        return requested(parsed(str(line).encode(errors="replace")))
    except Garbled:
        return Lost(Cause.GARBLED)


def _older(folder: Path, moment: float) -> list[Path]:
    with contextlib.suppress(OSError):
        return [each for each in folder.iterdir() if each.stat().st_mtime < moment]
    return []


def _laid_out(folder: Path) -> None:
    for each in ("workspace", "outputs"):
        (folder / each).mkdir(parents=True, exist_ok=True)


async def _removed(folder: Path) -> None:
    with contextlib.suppress(OSError):
        await in_thread(remove, folder)
