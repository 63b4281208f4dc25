"""The sandboxes of a self-hosted environment, none of which is on this server."""

from agentops.engine.sandbox.port import Isolation, Sandbox, SandboxFailed, SandboxSpec


class Elsewhere:
    """Starts nothing: long answers of servers and pages are cut, for there is no place here to keep them."""

    async def start(self, spec: SandboxSpec) -> Sandbox:
        """Refuse to start one.

        Raises:
            SandboxFailed: always.
        """
        raise SandboxFailed(f"The sandbox of session {spec.session_id} is with the workers of its environment.")

    async def close(self) -> None:
        """Stop nothing."""

    async def isolation(self) -> Isolation:
        """Return that nothing is isolated here."""
        return Isolation("none", {})
