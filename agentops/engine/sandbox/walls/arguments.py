"""The arguments of bubblewrap: everything that decides how strong the walls are, in one list that can be read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentops.engine.sandbox.port import Limits
from agentops.engine.sandbox.walls.etc import HOME, HOSTNAME, TAKEN, UID

WORKSPACE = "/workspace"
OUTPUTS = "/mnt/session/outputs"
PROGRAM_INSIDE = "/opt/agentops/inside"
ENTRY_INSIDE = "/opt/agentops/entry.py"
PROXY_PORT = 3128

_PROGRAMS = "/opt/agentops/bin"
PATH = f"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:{_PROGRAMS}"
_MIB = 1024 * 1024
_SIDES = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")

_WALLS = (
    "--unshare-user",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup",
    "--unshare-net",
    "--disable-userns",
    "--new-session",
    "--die-with-parent",
    *("--cap-drop", "ALL"),
    *("--uid", str(UID)),
    *("--gid", str(UID)),
    *("--hostname", HOSTNAME),
)


@dataclass(frozen=True, slots=True)
class Bind:
    """A file or folder of the host, and where it is inside. Its parents are the server's: nobody can swap it."""

    source: str
    target: str
    is_writable: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """What one sandbox is built of."""

    binds: tuple[Bind, ...]
    texts: tuple[tuple[int, str], ...]
    """Files whose text is read from a descriptor: its number, and the place inside."""

    sides: Mapping[str, str | None]
    """`bin`, `lib` and the like, as the host has them: what they link to, or None for a folder."""

    environment: tuple[tuple[str, str], ...]
    limits: Limits
    seccomp: int
    """The descriptor of the filter."""

    info: int
    """Where bubblewrap writes the number of the first process."""


def sides(root: Path = Path("/")) -> Mapping[str, str | None]:
    """Return how the host lays out the folders beside `/usr`."""
    found = {each: root / each for each in _SIDES if (root / each).exists()}
    return {name: str(path.readlink()) if path.is_symlink() else None for name, path in found.items()}


def arguments(room: Room) -> tuple[str, ...]:
    """Return what bubblewrap is to read from a descriptor: everybody inside could see its command line."""
    return (
        *_WALLS,
        "--clearenv",
        *(word for name, value in room.environment for word in ("--setenv", name, value)),
        *_system(room.sides),
        *_sized(room.limits),
        *(word for text in room.texts for word in _text(*text)),
        *(word for each in _in_order(room.binds) for word in _bind(each)),
        # Last: until here bubblewrap made the places for the mounts. Both are memory that no other limit bounds.
        *("--remount-ro", "/dev"),
        *("--remount-ro", "/"),
        *("--chdir", WORKSPACE),
        *("--seccomp", str(room.seccomp)),
        *("--info-fd", str(room.info)),
    )


def encoded(words: tuple[str, ...]) -> bytes:
    """Return arguments as bubblewrap reads them.

    Raises:
        ValueError: one of them would be read as two.
    """
    if any("\0" in each for each in words):
        raise ValueError("a NUL character")
    return b"".join(each.encode() + b"\0" for each in words)


def environment(*, has_proxy: bool, more: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the variables inside: a short list, then what the session wants, which may replace them."""
    proxy = f"http://127.0.0.1:{PROXY_PORT}"
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy") if has_proxy else ()
    return (
        ("PATH", PATH),
        ("HOME", HOME),
        ("LANG", "C.UTF-8"),
        ("USER", "agent"),
        *((name, proxy) for name in names),
        *((name, "localhost,127.0.0.1") for name in ("NO_PROXY", "no_proxy") if has_proxy),
        *more,
    )


def lowered(limits: Limits) -> Mapping[str, int]:
    """Return the limits that every process inside starts with, by the names of the standard library."""
    return {
        # Not the address space: runtimes reserve much more of that than they use.
        "RLIMIT_DATA": limits.memory_mib * _MIB,
        "RLIMIT_NPROC": limits.processes,
        "RLIMIT_FSIZE": limits.file_mib * _MIB,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
    }


def _system(found: Mapping[str, str | None]) -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name, link in found.items():
        yield from ("--symlink", link, f"/{name}") if link else ("--ro-bind", f"/{name}", f"/{name}")
    for each in TAKEN:
        yield from ("--ro-bind-try", each, each)
    yield from ("--proc", "/proc", "--dev", "/dev")


def _sized(limits: Limits) -> Iterator[str]:
    """Yield the folders that are memory: together less than the session may have, so that they fill up first."""
    for target, share in (("/dev/shm", 4), ("/tmp", 4), (HOME, 4)):  # noqa: S108 - inside, and nobody else's
        mode = "0700" if target == HOME else "1777"
        yield from ("--perms", mode, "--size", str(limits.memory_mib * _MIB // share), "--tmpfs", target)


def _text(number: int, target: str) -> tuple[str, ...]:
    mode = "0755" if target.startswith(_PROGRAMS) else "0644"
    return ("--perms", mode, "--ro-bind-data", str(number), target)


def _in_order(binds: tuple[Bind, ...]) -> list[Bind]:
    """Return the mounts so that none covers another that was made before it."""
    return sorted(binds, key=lambda each: (each.target.count("/"), each.target))


def _bind(bind: Bind) -> tuple[str, ...]:
    return ("--bind" if bind.is_writable else "--ro-bind", bind.source, bind.target)
