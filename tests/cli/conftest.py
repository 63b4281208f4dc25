"""A shell for the tests that run commands."""

from pathlib import Path

import pytest

from .shell import Shell, Stages


@pytest.fixture
def agentops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    for name in ("AGENTOPS_TARGET", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return Shell(capsys)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """What the tests of one module begin with."""
    return Stages(tmp_path_factory.mktemp("stages"))
