"""`agentops watch` as a process: lines into a pipe, and Ctrl-C."""

import os
import select
import signal
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen

import pytest

from tests.flow.command import AGENTOPS, PATIENCE_S, bare_environment

PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\nspec: {}\n"
AGENT = "apiVersion: agentops/v1\nkind: Agent\nmetadata: {name: a}\nspec:\n  model: claude-opus-5-5\n"


class Screen:
    """What a process printed so far."""

    def __init__(self, process: "Popen[bytes]") -> None:
        assert process.stdout
        self._out = process.stdout.fileno()
        self.text = ""

    def until(self, wanted: str) -> None:
        """Read until something stands there."""
        while wanted not in self.text:
            assert select.select([self._out], [], [], PATIENCE_S)[0], self.text
            new = os.read(self._out, 65536).decode()
            assert new, self.text
            self.text += new


@pytest.mark.long
def test_lines_tell_every_save_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    (tmp_path / "agents.d").mkdir()
    (tmp_path / "agents.d" / "project.yaml").write_text(PROJECT)
    environment = bare_environment(tmp_path)
    with Popen([AGENTOPS, "watch"], cwd=tmp_path, env=environment, stdout=PIPE, stderr=STDOUT) as process:
        screen = Screen(process)
        screen.until("No changes.")
        (tmp_path / "agents.d" / "a.yaml").write_text(AGENT)
        screen.until("Plan: 1 to create")
        (tmp_path / "agents.d" / "a.yaml").write_text(AGENT + "  sytem: x\n")
        screen.until("nothing is planned until that is mended")
        assert "error[manifest.unknown-field]" in screen.text
        assert "saved: a.yaml" in screen.text
        process.send_signal(signal.SIGINT)
        screen.until("stopped watching")
        assert process.wait(PATIENCE_S) == 0
    assert "Traceback" not in screen.text
