"""A host on which sandboxes can be built, or the reason why this one is none."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.port import Egress, Limits, SandboxSpec
from tests.conftest import NO_SANDBOX

PROBE = Path(__file__).parent / "probe.py"
LIMITS = Limits(memory_mib=256, processes=48, file_mib=8, open_files=200)


@pytest.fixture(scope="session", autouse=True)
def _host() -> None:
    """Skip only where nobody could build one: without bubblewrap, or without user namespaces."""
    command = shutil.which("bwrap")
    if command is None:
        pytest.skip(f"{NO_SANDBOX}bubblewrap is not installed")
    user = {"user": 60_599, "group": 60_599, "extra_groups": []} if os.geteuid() == 0 else {}
    words = [command, "--unshare-user", "--unshare-net", "--ro-bind", "/", "/", "/bin/true"]
    tried = subprocess.run(words, capture_output=True, check=False, **user)
    if tried.returncode != 0:
        pytest.skip(f"{NO_SANDBOX}{tried.stderr.decode().strip()}")


@pytest.fixture
def spec(tmp_path: Path) -> Callable[..., SandboxSpec]:
    """Make the folders of a session."""

    def made(name: str = "session", limits: Limits = LIMITS, egress: Egress = Egress(), **more: Any) -> SandboxSpec:  # noqa: B008 - frozen
        return new_spec(tmp_path / name, limits, egress, **more)

    return made


def new_spec(folder: Path, limits: Limits, egress: Egress, **more: Any) -> SandboxSpec:
    for each in ("workspace", "outputs"):
        (folder / each).mkdir(parents=True, exist_ok=True)
    return SandboxSpec(folder.name, folder, limits=limits, egress=egress, **more)


@pytest.fixture
def sandboxes() -> Bubblewrap:
    return Bubblewrap(program=PROBE)
