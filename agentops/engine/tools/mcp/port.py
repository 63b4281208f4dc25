"""What the parts that talk to MCP servers share, without the SDK that speaks the protocol."""

from dataclasses import dataclass
from typing import Final, Protocol

from agentops.base.secrets import Secret

TOOLS_MOST: Final = 256
"""Of one server."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take. Units: seconds."""

    connect_s: float = 10.0
    """To connect, and to name its tools."""

    call_s: float = 120.0
    """For one call: as long as a command in the shell."""


class Credentials(Protocol):
    """The vaults of one session."""

    async def token(self, url: str) -> Secret | None:
        """Return what is sent to the server at a URL; None when no vault holds anything for it."""

    async def renewed(self, url: str, refused: Secret) -> Secret | None:
        """Return what takes the place of a credential that the server refused; None when nothing does."""


class NotConnected(Exception):
    """There is no connection; the text says why, without anything that the server said at length."""

    def __init__(self, status: int, problem: str) -> None:
        """Hold the HTTP status of the last answer, 0 for none."""
        super().__init__(problem)
        self.status = status


class CallFailed(Exception):
    """A call has no result; the text is the server's or the connection's."""

    def __init__(self, problem: str, *, is_unknown: bool) -> None:
        """Hold whether the call may have taken effect all the same."""
        super().__init__(problem)
        self.is_unknown = is_unknown
