"""A sandbox as the tools see it: something to send a request to, with walls around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from agentops.engine.core.json import Json


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder or file of the host inside."""

    source: Path
    target: str
    """An absolute path inside."""

    is_writable: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one session may take. Where the host cannot hold one of them, `Isolation` says so."""

    memory_mib: int = 2048
    processes: int = 256
    cpu_percent: int = 200
    file_mib: int = 1024
    """The longest single file."""

    disk_mib: int = 10_240
    """All writable places together."""

    files: int = 200_000
    """How many files and folders, all writable places together."""

    open_files: int = 1024


@dataclass(frozen=True, slots=True)
class Egress:
    """Where the sandbox may connect to, through the proxy; private addresses never."""

    mode: Literal["none", "limited", "unrestricted"] = "none"
    hosts: tuple[str, ...] = ()
    """For `limited`: exact names and `*.suffix`."""


@dataclass(frozen=True, slots=True)
class SandboxSpec:
    """What a sandbox is made of."""

    session_id: str
    folder: Path
    """The host folder of the session, made by who asks: `workspace/` and `outputs/` in it are mounted writable at
    `/workspace` and `/mnt/session/outputs`. Everything in it stays when the sandbox is gone."""

    mounts: tuple[Mount, ...] = ()
    egress: Egress = Egress()
    limits: Limits = Limits()
    environment: tuple[tuple[str, str], ...] = ()
    """Variables set inside, beside PATH, HOME and LANG. Never secrets."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """What this host gives, as `agentops doctor` and the API show it."""

    kind: Literal["kernel-shared", "user-kernel", "vm", "none"]
    features: Mapping[str, bool]
    """`namespaces seccomp own_uid cgroup_memory cgroup_pids cgroup_cpu disk_watch egress_proxy`, each held or not."""

    problem: str = ""
    """Why there is no isolation, with the way out; empty when there is."""


class SandboxFailed(Exception):
    """It could not be started, or it died. The text is for an operator and says what to do."""


class Sandbox(Protocol):
    """One running sandbox; requests to it may overlap."""

    async def call(self, request: Json, *, timeout_s: float) -> Json:
        """Return the answer of the tool server inside; cancelling interrupts what the request started.

        It is `{"ok": {...}}`, or `{"error": "words for a model"}`, without the id that carried it.

        Raises:
            SandboxFailed: it died, or does not answer in time.
        """

    async def stop(self) -> None:
        """Kill everything inside; doing it twice is fine."""


class Sandboxes(Protocol):
    """Makes sandboxes."""

    async def start(self, spec: SandboxSpec) -> Sandbox:
        """Return a sandbox that is ready.

        Raises:
            SandboxFailed: there is none to be had.
        """

    async def close(self) -> None:
        """Stop every sandbox."""

    async def isolation(self) -> Isolation:
        """Return what was found by really trying, once."""
