"""The built-in toolset of a running session: files and commands in its sandbox, the web from outside of it."""

import asyncio
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass

from agentops.engine.core.json import Json
from agentops.engine.sandbox.port import Sandboxes, SandboxSpec
from agentops.engine.tools.inputs import BashInput, WebFetchInput, WebSearchInput, checked
from agentops.engine.tools.inspection import SandboxInspection
from agentops.engine.tools.lazily import Died, LazySandbox
from agentops.engine.tools.port import Invocation, Outcome, ToolsUnavailable, text
from agentops.engine.tools.results import SHOWN_WHOLE, outcome
from agentops.engine.tools.search import WebSearch
from agentops.engine.tools.web import WebFetch
from agentops.wire.shape import Shape

_BASH_S = 120.0
"""Source: SDK 2.11.0 `lib/tools/agent_toolset.py`."""

_BASH_MOST_S = 600.0
_OTHERS_S = 60.0
_GRACE_S = 15.0
"""How long the tool server may take beyond a command's own time: to interrupt it, and to kill what does not react."""

_PREVIEW = 10_000

_DIED = (
    "The sandbox stopped while this ran, so it is not known what the call did. A new one starts with the next call: "
    "files under /workspace and /mnt are as they were left; shells, running processes and everything else are gone."
)
_RESUMED = "[this is a new shell: files are kept; variables, the working directory and running processes are not]"


@dataclass(frozen=True, slots=True)
class Web:
    """The web as one agent may see it."""

    fetch: WebFetch
    search: WebSearch


class BuiltinTools:
    """A toolbox of the eight built-in tools; whether a call is permitted was decided before."""

    def __init__(
        self, sandboxes: Sandboxes, spec: SandboxSpec, web: Callable[[Json | None], Web], *, is_resumed: bool = False
    ) -> None:
        """Start nothing yet; of a session that has run before, the model is told that its shells are new.

        `web` makes the web as an agent's settings let it be seen; None for the agent of the session.
        """
        self._sandbox = LazySandbox(sandboxes, spec)
        self._web = web
        self._webs: dict[str, Web] = {}
        self._is_resumed = is_resumed
        self._greeted: set[str] = set()
        self._shells: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._changing = asyncio.Lock()
        self._spills = 0

    async def run(self, invocation: Invocation) -> Outcome:
        """Return what came of the call; cancelling stops what it started.

        Raises:
            ToolsUnavailable: no sandbox can be had.
        """
        sent = checked(invocation.name, invocation.input)
        if isinstance(sent, str):
            return text(sent, is_error=True)
        if isinstance(sent, WebFetchInput):
            return await self.bounded(await self._web_of(invocation).fetch.fetch(sent.url))
        if isinstance(sent, WebSearchInput):
            return await self.bounded(await self._web_of(invocation).search.search(sent.query))
        async with self._turn(invocation):
            try:
                return await self._inside(invocation, sent)
            except Died:
                return text(_DIED, is_error=True)

    def inspection(self) -> SandboxInspection:
        """Return what looks at the session's files for those who judge them."""
        return SandboxInspection(self._sandbox)

    async def close(self) -> None:
        """Stop the sandbox; files stay."""
        await self._sandbox.stop()

    def _web_of(self, invocation: Invocation) -> Web:
        if invocation.thread_id not in self._webs:
            self._webs[invocation.thread_id] = self._web(invocation.agent)
        return self._webs[invocation.thread_id]

    def _turn(self, invocation: Invocation) -> AbstractAsyncContextManager[object]:
        """Return what keeps calls in the order in which they were made, where that matters."""
        if invocation.name == "bash":
            return self._shells[invocation.thread_id]
        return self._changing if invocation.name in ("write", "edit") else nullcontext()

    async def _inside(self, invocation: Invocation, sent: Shape) -> Outcome:
        timeout_s = _time_for(sent)
        request: Json = {"op": invocation.name, **sent.sent(), "timeout_s": timeout_s}
        if isinstance(sent, BashInput):
            request["shell"] = invocation.thread_id
        else:
            request["timeout_s"] = _OTHERS_S / 2
        answer = await self._sandbox.call(request, timeout_s + _GRACE_S)
        found = outcome(invocation.name, sent, answer, timeout_s)
        if isinstance(sent, BashInput) and invocation.thread_id not in self._greeted:
            self._greeted.add(invocation.thread_id)
            if self._is_resumed:
                return text(f"{_RESUMED}\n{found.content[0]['text']}", is_error=found.is_error)
        return found

    async def bounded(self, found: Outcome) -> Outcome:
        """Return the outcome with its text shown whole or, when it is too long, in part and kept in a file."""
        words = "\n\n".join(each["text"] for each in found.content if each["type"] == "text")
        if len(words) <= SHOWN_WHOLE:
            return found
        told = {"type": "text", "text": f"{words[:_PREVIEW]}\n\n[{await self._kept(words)}]"}
        return Outcome((told, *(each for each in found.content if each["type"] != "text")), found.is_error)

    async def _kept(self, words: str) -> str:
        self._spills += 1
        path = f"/tmp/agentops-output-{self._spills}.txt"  # noqa: S108 - of the sandbox, where nobody else is
        request = {"op": "put", "path": path, "data": b64encode(words.encode(errors="replace")).decode()}
        try:
            answer = await self._sandbox.call(request, _OTHERS_S)
        except (Died, ToolsUnavailable):
            answer = {}
        where = f"all of it is in {path}" if "ok" in answer else "the rest could not be kept"
        return f"these are {_PREVIEW} of {len(words)} characters; {where}"


def _time_for(sent: Shape) -> float:
    if not isinstance(sent, BashInput):
        return _OTHERS_S
    return min(sent.timeout_ms / 1000, _BASH_MOST_S) if sent.timeout_ms else _BASH_S
