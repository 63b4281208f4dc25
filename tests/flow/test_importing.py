"""Importing with the real command: asked for at a terminal, refused by Ctrl-C, killed in the middle and finished."""

import signal
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from .command import PATIENCE_S, Command, bare_environment
from .nursery import born
from .server import Server
from .terminal import CTRL_C, at_terminal

pytestmark = [pytest.mark.flow, pytest.mark.long, pytest.mark.timeout(180)]

COUNT = 40


@pytest.fixture
def shop(agentops: Command, server: Server) -> Command:
    """An empty folder, and a server with agents that nobody manages."""
    for place in range(COUNT):
        server.create("agents", name=f"Agent {place}", model="claude-haiku-5-5", system=f"You are {place}.\n" * 2)
    return Command(agentops.folder, server.settings)


def manifests(folder: Path) -> list[Path]:
    return sorted((folder / "agents.d").rglob("*.yaml")) if (folder / "agents.d").exists() else []


def test_a_person_is_asked_and_nothing_happens_without_a_yes(shop: Command) -> None:
    for answer, status in (("n\n", 0), (CTRL_C, 130)):
        ended, screen = at_terminal(shop.folder, "import", "--all", answer=answer, **shop.settings)
        assert (ended, "Write 82 files and write our marks on 40 objects?" in screen) == (status, True), screen
        assert manifests(shop.folder) == []
    ended, screen = at_terminal(shop.folder, "import", "--all", answer="y\n", **shop.settings)
    assert ended == 0, screen
    assert "`agentops plan` shows no changes for these." in screen
    shop("plan", "--exit-code")
    shop("validate")


def test_nobody_to_ask_is_told_so(shop: Command) -> None:
    assert "add --yes, or --dry-run to look only" in shop("import", "--all", status=2).err
    assert "say --all, --kind Agent, --id ID, or --from-ant DIR" in shop("import", status=2).err
    assert manifests(shop.folder) == []


def test_a_killed_import_is_finished_by_the_next(shop: Command) -> None:
    journal = shop.folder / ".agentops" / "import" / "journal.json"
    environment = bare_environment(shop.folder) | shop.settings
    with TemporaryFile() as out:
        process = born(["agentops", "import", "--all", "--yes"], shop.folder, environment, [out.fileno()] * 3)
        while not journal.exists():
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)
    assert journal.exists()
    assert "an import was interrupted" in shop("import", "--all", "--dry-run", status=2).err
    ran = shop("import", "--all", "--yes")
    assert "Finishing an import of 40 objects that was interrupted." in ran.err
    assert len(manifests(shop.folder)) == COUNT + 1
    shop("plan", "--exit-code")
    assert shop("import", "--all", "--yes", "-o", "json").json()["imported"] == []
