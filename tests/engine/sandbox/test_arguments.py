"""What bubblewrap is told: every wall is asked for, and mounts come in an order that hides none."""

from pathlib import Path

import pytest

from agentops.engine.sandbox.port import Limits
from agentops.engine.sandbox.walls.arguments import Bind, Room, arguments, encoded, environment, lowered, sides
from agentops.engine.sandbox.walls.interpreter import located

BINDS = (
    Bind("/host/store", "/workspace/store"),
    Bind("/host/outputs", "/mnt/session/outputs", is_writable=True),
    Bind("/host/workspace", "/workspace", is_writable=True),
)


def made(**changes: object) -> tuple[str, ...]:
    room = {
        "binds": BINDS,
        "texts": ((9, "/etc/hosts"), (10, "/opt/agentops/bin/python3")),
        "sides": {"bin": "usr/bin", "lib": None},
        "environment": (("PATH", "/bin"),),
        "limits": Limits(memory_mib=400),
        "seccomp": 7,
        "info": 8,
    }
    return arguments(Room(**{**room, **changes}))  # type: ignore[arg-type]  # fields of a Room


@pytest.mark.parametrize(
    "wall",
    ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup", "--unshare-net",
     "--disable-userns", "--new-session", "--die-with-parent", "--clearenv"],
)  # fmt: skip
def test_every_wall_is_asked_for(wall: str) -> None:
    assert wall in made()


def follows(words: tuple[str, ...], *wanted: str) -> bool:
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


@pytest.mark.parametrize(
    "words",
    [
        ("--cap-drop", "ALL"),
        ("--uid", "1000"),
        ("--seccomp", "7"),
        ("--ro-bind", "/usr", "/usr"),
        ("--ro-bind", "/host/store", "/workspace/store"),
        ("--bind", "/host/workspace", "/workspace"),
        ("--symlink", "usr/bin", "/bin"),
        ("--ro-bind", "/lib", "/lib"),
        ("--size", str(100 * 1024 * 1024), "--tmpfs", "/tmp"),
        ("--perms", "0755", "--ro-bind-data", "10", "/opt/agentops/bin/python3"),
        ("--perms", "0644", "--ro-bind-data", "9", "/etc/hosts"),
        ("--remount-ro", "/dev", "--remount-ro", "/"),
    ],
)
def test_the_root_is_built_of_what_is_named(words: tuple[str, ...]) -> None:
    assert follows(made(), *words)


def test_a_mount_is_made_after_the_one_that_holds_it() -> None:
    words = made()
    assert words.index("/workspace") < words.index("/workspace/store")


def test_nothing_of_the_host_is_bound_but_what_was_named() -> None:
    words = made()
    bound = {words[at + 1] for at, word in enumerate(words) if word in {"--bind", "--ro-bind"}}
    assert bound == {"/usr", "/lib", "/host/store", "/host/outputs", "/host/workspace"}


def test_no_argument_can_become_two() -> None:
    assert encoded(("a", "b")) == b"a\0b\0"
    with pytest.raises(ValueError, match="NUL"):
        encoded(("--setenv", "A", "x\0--share-net"))


def test_the_environment_is_short_and_names_the_proxy_only_if_there_is_one() -> None:
    plain, proxied = (dict(environment(has_proxy=each, more=(("LANG", "de"),))) for each in (False, True))
    assert set(plain) == {"PATH", "HOME", "LANG", "USER"}
    assert plain["LANG"] == "de"
    assert proxied["https_proxy"] == "http://127.0.0.1:3128"


def test_limits_are_those_of_the_session() -> None:
    assert lowered(Limits(memory_mib=1, processes=2, file_mib=3, open_files=4)) == {
        "RLIMIT_DATA": 1 << 20, "RLIMIT_NPROC": 2, "RLIMIT_FSIZE": 3 << 20, "RLIMIT_NOFILE": 4, "RLIMIT_CORE": 0,
    }  # fmt: skip


def test_the_sides_of_a_root_are_as_the_host_has_them(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "usr" / "bin").mkdir(parents=True)
    (tmp_path / "bin").symlink_to("usr/bin")
    assert sides(tmp_path) == {"bin": "usr/bin", "lib": None}


def test_a_python_in_usr_is_there_already_and_another_is_mounted() -> None:
    system, own = (located(Path(each), "bin/python3.11") for each in ("/usr/local", "/home/somebody/python"))
    assert (system.prefix, system.program, system.environment) == (None, "/usr/local/bin/python3.11", ())
    assert own.program == "/opt/agentops/python/bin/python3.11"
    assert own.environment == (("LD_LIBRARY_PATH", "/opt/agentops/python/lib"),)
    assert "/home/somebody" not in own.wrapper
