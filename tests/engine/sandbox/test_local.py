"""Tools without walls: what they still have in common with a sandbox, and that they say what they are."""

import logging
from pathlib import Path

import pytest

from agentops.engine.sandbox.local import UnsafeLocal
from agentops.engine.sandbox.port import Mount, SandboxFailed, SandboxSpec
from agentops.engine.sandbox.report import report

pytestmark = pytest.mark.anyio

PROGRAM = """
import json, os, sys
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    seen = {"environment": sorted(os.environ), "root": os.environ["AGENTOPS_ROOT"]}
    print(json.dumps({"id": request["id"], "ok": seen}), flush=True)
"""


@pytest.fixture
def spec(tmp_path: Path) -> SandboxSpec:
    for name in ("session/workspace", "session/outputs", "store"):
        (tmp_path / name).mkdir(parents=True)
    return SandboxSpec("session", tmp_path / "session", mounts=(Mount(tmp_path / "store", "/mnt/memory/store"),))


async def test_the_session_s_folder_stands_for_the_root(
    spec: SandboxSpec, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    with caplog.at_level(logging.WARNING):
        sandboxes = UnsafeLocal(program=tmp_path / "program.py")
    assert "without a sandbox" in caplog.text
    sandbox = await sandboxes.start(spec)
    answer = (await sandbox.call({"op": "any"}, timeout_s=20))["ok"]
    assert answer == {"environment": ["AGENTOPS_ROOT", "HOME", "LANG", "PATH"], "root": str(spec.folder)}
    assert (spec.folder / "mnt/memory/store").resolve() == tmp_path / "store"
    assert (spec.folder / "mnt/session/outputs").resolve() == spec.folder / "outputs"
    await sandbox.stop()
    with pytest.raises(SandboxFailed, match="was stopped"):
        await sandbox.call({"op": "any"}, timeout_s=20)
    await (await sandboxes.start(spec)).stop()
    await sandboxes.close()


async def test_a_program_that_does_not_start_is_told_with_its_last_words(spec: SandboxSpec, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("raise SystemExit('there is no such thing')")
    with pytest.raises(SandboxFailed, match="no such thing"):
        await UnsafeLocal(program=tmp_path / "program.py").start(spec)


async def test_it_says_that_it_is_no_sandbox() -> None:
    found = await UnsafeLocal().isolation()
    assert found.kind == "none"
    assert not any(found.features.values())
    assert "--unsafe-local-tools" in report(found)[1]
