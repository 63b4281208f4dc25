"""The units of systemd, judged by systemd's own tools; what they must not forbid, or no sandbox can be built."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pydantic
import pytest
from click.testing import CliRunner

import agentops
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

NOBODY = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
"""Runs a program as the service runs: as a user without rights, who cannot get any."""

_PATHS = [str(Path(agentops.__file__).parents[1]), str(Path(pydantic.__file__).parents[1])]

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


def test_a_sandbox_is_built_under_the_filter_and_without_rights(analyze: str) -> None:
    python = _python()
    (allowed,) = settings("agentops.service")["SystemCallFilter"]
    program = str(Path(__file__).parent / "confined.py")

    def isolation(names: list[str]) -> str:
        calls = " ".join(sorted(_calls(analyze, ["@default", *names])))  # systemd always adds the first
        command = [*NOBODY, *python, program, ":".join(_PATHS), calls]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if "libseccomp" in ran.stderr:
            pytest.skip("no libseccomp here")
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "problem=''" in isolation(allowed.split())
    assert "problem=''" not in isolation([each for each in allowed.split() if each != "@mount"])


def _python() -> list[str]:
    """Return a Python that nobody in particular can run, with what the server needs."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None or shutil.which("bwrap") is None:
        pytest.skip("no root, setpriv or bwrap here")
    for each in (sys.executable, "/usr/bin/python3"):
        trial = f"import sys; sys.path[:0] = {_PATHS!r}; import agentops.engine.sandbox.bubblewrap"
        ran = subprocess.run([*NOBODY, each, "-B", "-c", trial], capture_output=True, check=False)
        if ran.returncode == 0:
            return [each, "-B"]
    pytest.skip("no Python here that others than root can run")


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
    ran = CliRunner().invoke(command, [*flags, "--help"])  # type: ignore[arg-type]  # a command of typer is one of click
    assert ran.exit_code == 0, ran.output
