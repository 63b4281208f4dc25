"""The units of systemd, judged by systemd's own tools; what they must not forbid, or no sandbox can be built."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from agentops.cli.commands.backup import backup
from agentops.cli.commands.serve import serve
from agentops.cli.variables import SECRETS

FOLDER = Path(__file__).parents[2] / "deploy" / "systemd"
UNITS = ("agentops.service", "agentops-backup.service", "agentops-backup.timer")
PROGRAM = "/opt/agentops/bin/agentops"

FORBIDDING = {
    "RestrictNamespaces",
    "PrivateUsers",
    "ProtectProc",
    "ProcSubset",
    "ProtectKernelTunables",
    "ProtectKernelLogs",
    "ProtectControlGroups",
    "ProtectHostname",
    "MemoryDenyWriteExecute",
}
"""What stands in the way of bubblewrap, or of the tools inside."""

NEEDED = ("clone", "clone3", "unshare", "setns", "mount", "umount2", "pivot_root", "seccomp", "sethostname", "prctl")
"""System calls of bubblewrap's and of what starts it."""


def settings(unit: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (FOLDER / unit).read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def analyze(tmp_path: Path) -> str:
    """systemd's program that judges units, and copies of ours whose program exists here."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze here")
    for unit in UNITS:
        text = (FOLDER / unit).read_text("utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / unit).write_text(text)
    return program


def test_systemd_understands_every_line(analyze: str, tmp_path: Path) -> None:
    command = [analyze, "verify", "--man=no", *(str(tmp_path / each) for each in UNITS)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize(("unit", "most"), [("agentops.service", 3.5), ("agentops-backup.service", 1.5)])
def test_systemd_calls_the_services_hardened(analyze: str, tmp_path: Path, unit: str, most: float) -> None:
    command = [analyze, "security", "--offline=true", "--no-pager", str(tmp_path / unit)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unrecognized option" in ran.stderr:
        pytest.skip("this systemd-analyze cannot judge a file")
    level = re.search(r"exposure level for \S+: ([\d.]+)", ran.stdout)
    assert level, ran.stdout + ran.stderr
    assert float(level[1]) <= most


def test_nothing_forbids_what_sandboxes_are_made_of(analyze: str) -> None:
    given = settings("agentops.service")
    assert FORBIDDING.isdisjoint(given)
    assert given["Delegate"] == ["yes"]
    (allowed,) = given["SystemCallFilter"]
    assert set(NEEDED) - _calls(analyze, allowed.split()) == set()


def _calls(analyze: str, names: list[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        if not name.startswith("@"):
            found.add(name)
            continue
        ran = subprocess.run([analyze, "syscall-filter", name], capture_output=True, text=True, check=True)
        inside = [line.strip() for line in ran.stdout.splitlines()[1:]]
        found |= _calls(analyze, [each for each in inside if each and not each.startswith("#")])
    return found


def test_the_service_says_what_it_is_told_and_has_the_time_it_needs() -> None:
    given = settings("agentops.service")
    assert given["Type"] == ["notify"]
    assert int(given["TimeoutStopSec"][0]) > 10
    variables = dict(each.partition("=")[::2] for each in given["Environment"])
    assert {each.removesuffix("_FILE") for each in variables} <= set(SECRETS)
    loaded = {each.partition(":")[0] for each in given["LoadCredential"]}
    assert {each.removeprefix("%d/") for each in variables.values()} == loaded


@pytest.mark.parametrize(("unit", "command"), [("agentops.service", serve), ("agentops-backup.service", backup)])
def test_the_services_start_what_the_commands_take(unit: str, command: object) -> None:
    program, name, *flags = settings(unit)["ExecStart"][0].split()
    assert (program, name) == (PROGRAM, getattr(command, "name", ""))
    ran = CliRunner().invoke(command, [*flags, "--help"])  # type: ignore[arg-type]
    assert ran.exit_code == 0, ran.output
