"""The package managers: what each is asked to do, where it finds things, and where sessions find what it installed."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from agentops.engine.packages import apt
from agentops.engine.sandbox.walls.arguments import PATH, WORKSPACE

PLACE = "/opt/packages"
"""The folder inside that has one for each manager."""


@dataclass(frozen=True, slots=True)
class Manager:
    """One of them."""

    name: str
    hosts: tuple[str, ...]
    """The registries that it asks by default."""

    probe: str
    """A command that fails where the manager is not installed."""

    install: Callable[[Sequence[str]], str]
    """Returns the commands for bash that install packages, whose names are quoted already, into its place."""

    finding: Mapping[str, tuple[str, ...]]
    """Variables by which programs find what is in its place, each a list of folders in it."""

    index: str = ""
    """The variable that names another registry; empty where there is none."""

    @property
    def place(self) -> str:
        """Return where its packages are inside."""
        return f"{PLACE}/{self.name}"


def _pip(specs: Sequence[str]) -> str:
    options = f"--target={PLACE}/pip --no-input --no-cache-dir --disable-pip-version-check --quiet"
    return f"python3 -m pip install {options} -- {' '.join(specs)}"


def _npm(specs: Sequence[str]) -> str:
    options = f"--global --prefix={PLACE}/npm --no-audit --no-fund --loglevel=error"
    return f"npm install {options} -- {' '.join(specs)}"


def _cargo(specs: Sequence[str]) -> str:
    return f"cargo install --quiet --root={PLACE}/cargo -- {' '.join(specs)}"


def _gem(specs: Sequence[str]) -> str:
    # No `--`: what follows it goes to the compilers of extensions. Source: `gem help install`.
    return f"gem install --no-document --install-dir={PLACE}/gem --bindir={PLACE}/gem/bin {' '.join(specs)}"


def _go(specs: Sequence[str]) -> str:
    # One at a time: versions of several modules cannot be asked for together. Source: `go help install`.
    each = '[[ $each == *@* ]] || each="$each@latest"; go install -- "$each" || exit'
    return f"for each in {' '.join(specs)}; do {each}; done"


def _apt(specs: Sequence[str]) -> str:
    return apt.commands(f"{PLACE}/apt", " ".join(specs))


MANAGERS: Mapping[str, Manager] = {
    each.name: each
    for each in (
        Manager("apt", apt.HOSTS, "command -v apt-get dpkg-deb", _apt, apt.FINDING),
        Manager(
            "cargo",
            ("crates.io", "static.crates.io", "index.crates.io"),
            "cargo --version",
            _cargo,
            {"PATH": ("bin",)},
        ),
        Manager(
            "gem",
            ("rubygems.org", "index.rubygems.org"),
            "gem --version",
            _gem,
            {"PATH": ("bin",), "GEM_PATH": (".",)},
        ),
        Manager("go", ("proxy.golang.org", "sum.golang.org"), "go version", _go, {"PATH": ("bin",)}, "GOPROXY"),
        Manager(
            "npm",
            ("registry.npmjs.org",),
            "npm --version",
            _npm,
            {"PATH": ("bin",), "NODE_PATH": ("lib/node_modules",)},
            "npm_config_registry",
        ),
        Manager(
            "pip",
            ("pypi.org", "files.pythonhosted.org"),
            "python3 -m pip --version",
            _pip,
            {"PATH": ("bin",), "PYTHONPATH": (".",)},
            "PIP_INDEX_URL",
        ),
    )
}
"""By name, in the documented order of installing: the alphabet's."""

PACKAGE_HOSTS = tuple(host for each in MANAGERS.values() for host in each.hosts)
"""What `allow_package_managers` opens: the registries that the managers ask by default."""

_BUILDING = (
    # The disk, not memory: what is unpacked can be large.
    ("TMPDIR", f"{WORKSPACE}/scratch"),
    ("npm_config_cache", f"{WORKSPACE}/npm"),
    ("npm_config_update_notifier", "false"),
    ("CARGO_HOME", f"{WORKSPACE}/cargo"),
    ("GOPATH", f"{WORKSPACE}/go"),
    ("GOCACHE", f"{WORKSPACE}/go-cache"),
    ("GOBIN", f"{PLACE}/go/bin"),
    ("GOTOOLCHAIN", "local"),
    ("APT_CONFIG", apt.CONFIGURATION),
)


def environment(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the variables by which programs find what the managers installed, what came last first."""
    found: dict[str, list[str]] = {}
    for name in reversed(names):
        for variable, folders in MANAGERS[name].finding.items():
            found.setdefault(variable, []).extend(_folder(MANAGERS[name].place, each) for each in folders)
    # An empty last entry of this one stands for the places that ruby has anyway. Source: `Gem::PathSupport`.
    rest = {"PATH": (PATH,), "GEM_PATH": ("",)}
    return tuple((variable, ":".join((*folders, *rest.get(variable, ())))) for variable, folders in found.items())


def building(names: Sequence[str], indexes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the variables for installing on top of what other managers installed."""
    asked = [(MANAGERS[name].index, url) for name, url in indexes.items() if MANAGERS[name].index]
    # Whoever names an index without TLS means it.
    plain = urlsplit(indexes.get("pip", ""))
    trusted = [("PIP_TRUSTED_HOST", plain.hostname)] if plain.scheme == "http" and plain.hostname else []
    return (*environment(names), *_BUILDING, *asked, *trusted)


def hosts(name: str, indexes: Mapping[str, str]) -> tuple[str, ...]:
    """Return where a manager may connect to, and no other does; an index of one's own is instead of the public one."""
    if name not in indexes:
        return MANAGERS[name].hosts
    # That of apt is a line of its list of sources.
    urls = (urlsplit(word) for word in indexes[name].split())
    return tuple(each.hostname for each in urls if each.hostname)


def script(name: str, specs: Sequence[str]) -> str:
    """Return the commands for bash that install packages into the manager's place, which is emptied first."""
    manager = MANAGERS[name]
    missing = f"{name} is not installed on the machine of the server"
    install = manager.install([shlex.quote(each) for each in specs])
    return (
        f"({manager.probe}) >/dev/null 2>&1 || {{ echo {shlex.quote(missing)}; (exit 127); }} && "
        f"find {manager.place} -mindepth 1 -delete && ({install}) && chmod -R u+rwX,go+rX {manager.place}"
    )


def _folder(place: str, folder: str) -> str:
    return place if folder == "." else f"{place}/{folder}"
