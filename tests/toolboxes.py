"""What toolboxes of tests have in common: nothing of a session's folder, and nothing to tidy."""

from typing import Self

from agentops.engine.core.json import Json
from agentops.engine.outbound import Outbound
from agentops.engine.tools.builtin import Web
from agentops.engine.tools.port import CheckRun, Outcome, SandboxFile, ToolsUnavailable
from agentops.engine.tools.search import WebSearch
from agentops.engine.tools.web import WebFetch

NOWHERE = "These tools have no sandbox."


def plain_web(_agent: Json | None) -> Web:
    """Return the web as an agent without settings may see it."""
    return Web(WebFetch(Outbound()), WebSearch())


class Bare:
    """Tools without a folder; what a call does is for each test to say."""

    def definitions(self, *_: object) -> bytes:
        return b"[]"

    async def notes(self, *_: object) -> str:
        return ""

    async def begin(self, *_: object) -> None:
        """Nothing is left of anything."""

    async def discard(self, *_: object) -> None:
        """Nothing is left of anything."""

    async def open(self, *_: object) -> Self:
        return self

    def inspection(self) -> Self:
        return self

    async def check(self, command: str, timeout_s: float) -> CheckRun:
        raise ToolsUnavailable(NOWHERE)

    async def content(self, path: str, limit_bytes: int) -> tuple[bytes, bool]:
        raise ToolsUnavailable(NOWHERE)

    async def kind(self, path: str) -> None:
        raise ToolsUnavailable(NOWHERE)

    async def files(self, folder: str) -> tuple[tuple[SandboxFile, ...], bool]:
        raise ToolsUnavailable(NOWHERE)

    async def look(self, name: str, sent: object) -> Outcome:
        raise ToolsUnavailable(NOWHERE)

    async def close(self) -> None:
        """Nothing is held."""
