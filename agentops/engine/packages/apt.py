"""Packages of Debian and Ubuntu without their root: downloaded with what they need, and unpacked beside the system.

Nothing of the host's own configuration is used: it may hold passwords. Scripts of packages do not run, so that what
needs a service, a user or a file in `/etc` does not work.
"""

import platform
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from agentops.engine.sandbox.walls.arguments import WORKSPACE

HOSTS = ("deb.debian.org", "security.debian.org", "archive.ubuntu.com", "security.ubuntu.com")

_FOLDER = f"{WORKSPACE}/apt"
CONFIGURATION = f"{_FOLDER}/apt.conf"

LIBRARIES = "AGENTOPS_LIBRARIES"
"""What commands inside get as LD_LIBRARY_PATH: the interpreter of the tool server must not see it."""

_TRIPLET = f"{platform.machine()}-linux-gnu"

FINDING: Mapping[str, tuple[str, ...]] = {
    "PATH": ("usr/sbin", "usr/bin", "sbin", "bin", "usr/games"),
    LIBRARIES: (f"usr/lib/{_TRIPLET}", f"lib/{_TRIPLET}", "usr/lib"),
    "PYTHONPATH": ("usr/lib/python3/dist-packages",),
}

_SETTINGS = f"""\
Dir::State "{_FOLDER}/state";
Dir::State::status "{_FOLDER}/status";
Dir::Cache "{_FOLDER}/cache";
Dir::Etc "{_FOLDER}/etc";
Dir::Log "{_FOLDER}/log";
Debug::NoLocking "true";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "1";
"""

_STATUS = Path("/var/lib/dpkg/status")
_KEYS = "/usr/share/keyrings"
_LINES = {
    "debian": (
        "deb [signed-by={keys}/debian-archive-keyring.gpg] http://deb.debian.org/debian {name} main",
        "deb [signed-by={keys}/debian-archive-keyring.gpg] http://deb.debian.org/debian {name}-updates main",
        "deb [signed-by={keys}/debian-archive-keyring.gpg] http://deb.debian.org/debian-security {name}-security main",
    ),
    "ubuntu": (
        "deb [signed-by={keys}/ubuntu-archive-keyring.gpg] http://archive.ubuntu.com/ubuntu {name} main universe",
        "deb [signed-by={keys}/ubuntu-archive-keyring.gpg] http://archive.ubuntu.com/ubuntu {name}-updates main universe",  # noqa: E501 - one line of a list
        "deb [signed-by={keys}/ubuntu-archive-keyring.gpg] http://security.ubuntu.com/ubuntu {name}-security main universe",  # noqa: E501 - likewise
    ),
}
"""Source: sources.list(5); the keyrings of the distributions' own packages."""


def commands(place: str, specs: str) -> str:
    """Return the commands for bash that unpack packages, and what they need beyond the host's own, into a folder."""
    return (
        f"apt-get update --quiet=2 && apt-get install --quiet=2 --download-only --yes -- {specs} >/dev/null && "
        f'shopt -s nullglob && for each in {_FOLDER}/cache/archives/*.deb; do dpkg-deb -x "$each" {place} || exit; done'
    )


def furnish(workspace: Path, source: str) -> None:
    """Write down what apt needs to know into the workspace of a sandbox.

    Raises:
        OSError: the disk does not take it.
    """
    folder = workspace / "apt"
    for each in ("state/lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d", "log"):
        (folder / each).mkdir(parents=True)
    (folder / "apt.conf").write_text(_SETTINGS, encoding="utf-8")
    (folder / "etc" / "sources.list").write_text(f"{source or _sources()}\n", encoding="utf-8")
    # What the host has is inside too, and need not be unpacked once more.
    (folder / "status").touch()
    with suppress(FileNotFoundError, PermissionError):
        shutil.copyfile(_STATUS, folder / "status")


def release() -> Mapping[str, str]:
    """Return what the host's system says it is. Source: os-release(5)."""
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def _sources() -> str:
    said = release()
    name = said.get("VERSION_CODENAME", "stable")
    return "\n".join(each.format(keys=_KEYS, name=name) for each in _LINES.get(said.get("ID", ""), ()))
