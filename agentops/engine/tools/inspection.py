"""The look at a session's files for those who judge them: a sandbox's, past the agent and its shells."""

from base64 import b64decode
from typing import Literal

from agentops.engine.core.json import Json
from agentops.engine.tools.inputs import checked
from agentops.engine.tools.lazily import Died, LazySandbox
from agentops.engine.tools.port import CheckRun, FileRefused, Outcome, SandboxFile, ToolsUnavailable, text
from agentops.engine.tools.results import outcome

_READING = ("read", "glob", "grep")
_OTHERS_S = 60.0
_GRACE_S = 15.0
"""How long the tool server may take beyond a command's own time: to stop it and all that it started."""

_CANNOT_RUN = 126
"""As shells say it of a command that is there and cannot be run."""


class SandboxInspection:
    """An inspection of one sandbox, started when it is first needed."""

    def __init__(self, sandbox: LazySandbox) -> None:
        """Look at this sandbox."""
        self._sandbox = sandbox

    async def check(self, command: str, timeout_s: float) -> CheckRun:
        """Return what came of a command in a new shell of its own; all else in the sandbox stands still meanwhile.

        Raises:
            ToolsUnavailable: no sandbox can be had, or it died.
        """
        request = {"op": "check", "command": command, "timeout_s": timeout_s}
        answer = await self._asked(request, timeout_s + _GRACE_S)
        if "ok" not in answer:
            return CheckRun(_CANNOT_RUN, _words(answer))
        ran = answer["ok"]
        status = ran.get("exit_code") if ran["end"] == "done" else None
        return CheckRun(status, str(ran["output"]), ran["end"] == "timed_out")

    async def content(self, path: str, limit_bytes: int) -> tuple[bytes, bool]:
        """Return the first bytes of a file, and whether there are more.

        Raises:
            FileRefused: it cannot be read.
            ToolsUnavailable: no sandbox can be had, or it died.
        """
        answer = await self._asked({"op": "get", "path": path, "limit": limit_bytes})
        if "ok" not in answer:
            raise FileRefused(_words(answer))
        return b64decode(answer["ok"]["data"]), answer["ok"]["is_cut"]

    async def kind(self, path: str) -> Literal["file", "folder", "other"] | None:
        """Return what is at a path, links followed; None when there is nothing.

        Raises:
            ToolsUnavailable: no sandbox can be had, or it died.
        """
        found = (await self._asked({"op": "kind", "path": path})).get("ok", {}).get("kind")
        return found if found in ("file", "folder", "other") else None

    async def files(self, folder: str) -> tuple[tuple[SandboxFile, ...], bool]:
        """Return the files below a folder, none when there is no such folder, and whether there are more.

        Raises:
            ToolsUnavailable: no sandbox can be had, or it died.
        """
        found = (await self._asked({"op": "list", "path": folder})).get("ok") or {"files": [], "is_cut": False}
        return tuple(SandboxFile(str(each["path"]), each["size"]) for each in found["files"]), found["is_cut"]

    async def look(self, name: str, sent: object) -> Outcome:
        """Return what came of a call of `read`, `glob` or `grep`; of another name, that it is not offered.

        Raises:
            ToolsUnavailable: no sandbox can be had, or it died.
        """
        if name not in _READING:
            return text(f"There is no tool {name[:64]!r} here. There are {', '.join(_READING)}.", is_error=True)
        shape = checked(name, sent)
        if isinstance(shape, str):
            return text(shape, is_error=True)
        answer = await self._asked({"op": name, **shape.sent(), "timeout_s": _OTHERS_S / 2})
        return outcome(name, shape, answer, _OTHERS_S)

    async def _asked(self, request: Json, timeout_s: float = _OTHERS_S) -> Json:
        try:
            return await self._sandbox.call(request, timeout_s)
        except Died as error:
            raise ToolsUnavailable(f"The sandbox stopped while it was looked at. {error}") from None


def _words(answer: Json) -> str:
    return str(answer.get("error") or "The tool server gave no answer.")
