"""The shell that stays: what it keeps, how commands end, and that no output passes for anything else."""

from pathlib import Path
from typing import Any

import pytest

INTERRUPTED = {
    "a command": "sleep 100; touch after",
    "a loop": "while :; do sleep 0.05; done; touch after",
    "a loop that runs nothing": "while :; do :; done; touch after",
    "a function in a function": "g() { sleep 100; touch after; }; f() { g; touch after; }; f; touch after",
    "a pipe": "sleep 100 | cat; touch after",
    "a command in a group of its own": "timeout 100 sleep 100; touch after",
}
BROKEN = ["if; then", "echo '", 'echo "$(', "((", "for x in", "case", "${x:?gone}; touch never", "}", "cat <<E", "\\"]


@pytest.fixture
def shell(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)[:200]


def test_a_shell_keeps_its_variables_functions_and_folder(inside: Any, shell: str) -> None:
    first = inside.ok("bash", shell=shell, command="mkdir -p a; cd a; x=5; f() { echo f$x; }; export y=7")
    second = inside.ok("bash", shell=shell, command='f; basename "$PWD"; sh -c "echo $y"')
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert second == {
        "output": "f5\na\n7\n",
        "total": 7,
        "exit_code": 0,
        "end": "done",
        "is_new": False,
        "is_alive": True,
    }


def test_two_shells_share_nothing_but_files(inside: Any) -> None:
    inside.run("x=1; cd /", shell="one")
    assert inside.run('echo "<$x>"; basename "$PWD"', shell="another") == "<>\nworkspace\n"


def test_output_and_errors_come_in_their_order(inside: Any) -> None:
    assert inside.run("echo 1; echo 2 >&2; echo 3; ls /none 2>&1 >/dev/null | wc -l") == "1\n2\n3\n1\n"


@pytest.mark.parametrize(("command", "code"), [("(exit 3)", 3), ("false", 1), ("true", 0), ("nothing-like-it", 127)])
def test_an_exit_code_is_told(inside: Any, command: str, code: int) -> None:
    assert inside.ok("bash", command=command)["exit_code"] == code


@pytest.mark.parametrize("command", BROKEN)
def test_after_a_command_that_cannot_be_read_comes_the_next(inside: Any, shell: str, command: str) -> None:
    inside.run("kept=yes", shell=shell)
    assert inside.ok("bash", shell=shell, command=command)["end"] == "done"
    assert inside.run("echo $kept", shell=shell) == "yes\n"


def test_nothing_waits_for_input(inside: Any) -> None:
    assert inside.run("cat; read x; echo $?") == "1\n"


def test_output_cannot_pass_for_the_end_of_a_command(inside: Any) -> None:
    forged = "0123456789abcdef 0\\n"
    everywhere = f"for n in 1 3 9 $(seq 190 260); do printf '{forged}' >&$n; done 2>/dev/null"
    ran = inside.ok("bash", command=f"{everywhere}; printf '{forged}'; (exit 4)")
    assert (ran["exit_code"], ran["end"]) == (4, "done")
    assert "0123456789abcdef 0\n" in ran["output"]


def test_a_command_has_no_descriptors_but_its_three(inside: Any, shell: str) -> None:
    assert inside.run("for n in /proc/self/fd/*; do readlink $n; done | grep -c pipe", shell=shell) == "2\n"
    assert inside.run("ls /proc/self/fd", shell=shell).split()[:4] == ["0", "1", "2", "3"]


def test_the_environment_is_what_was_given(inside: Any) -> None:
    names = {line.partition("=")[0] for line in inside.run("env").splitlines()}
    assert names <= {"PATH", "HOME", "LANG", "TERM", "PS1", "PS2", "PWD", "SHLVL", "_", "OLDPWD"}


def test_interrupts_abandon_the_command_and_keep_the_shell(inside: Any) -> None:
    for name in INTERRUPTED:
        inside.run("x=kept", shell=name)
    asked = {name: inside.send("bash", shell=name, command=each, timeout_s=0.1) for name, each in INTERRUPTED.items()}
    for name, number in asked.items():
        ran = inside.answer(number)["ok"]
        assert (ran["end"], ran["is_alive"]) == ("timed_out", True), name
        assert inside.run("echo $x", shell=name) == "kept\n", name
    assert not (inside.workspace / "after").exists()


def test_what_ignores_interrupts_is_killed_and_a_shell_that_does_is_replaced(inside: Any) -> None:
    stubborn = "import signal, time; signal.signal(2, signal.SIG_IGN); print('deaf', flush=True); time.sleep(99)"
    child = inside.send("bash", shell="child", command=f'python3 -c "{stubborn}"', timeout_s=1)
    deaf = inside.send("bash", shell="deaf", command="x=1; trap '' INT; while :; do sleep 0.1; done", timeout_s=0.1)
    stopped = inside.send("bash", shell="stopped", command="kill -STOP $$", timeout_s=0.1)
    assert [inside.answer(each)["ok"]["is_alive"] for each in (child, deaf, stopped)] == [True, False, False]
    assert inside.ok("bash", shell="deaf", command='echo "<$x>"')["is_new"]
    assert inside.run("echo on", shell="stopped") == "on\n"


def test_a_job_in_the_background_outlives_its_command_and_an_interrupt(inside: Any, shell: str) -> None:
    inside.run("(trap 'echo got it; exit' TERM; while :; do sleep 0.05; done) & echo $! > job", shell=shell)
    assert inside.ok("bash", shell=shell, command="sleep 100", timeout_s=0.1)["end"] == "timed_out"
    assert "got it" in inside.run("kill -TERM $(cat job); wait $(cat job) 2>/dev/null", shell=shell)


def test_cancelling_interrupts(inside: Any, shell: str) -> None:
    inside.run("mkfifo started", shell=shell)
    number = inside.send("bash", shell=shell, command="echo > started; sleep 100")
    with (inside.workspace / "started").open() as fifo:
        fifo.read()
    assert inside.ok("cancel", target=number) == {"was_running": True}
    assert inside.answer(number)["ok"]["end"] == "cancelled"
    assert inside.ok("cancel", target=number) == {"was_running": False}
    assert inside.ok("bash", shell=shell, command="echo on")["output"] == "on\n"


@pytest.mark.parametrize("command", ["exit 3", "set -e; (exit 3); true", "exec sh -c 'exit 3'"])
def test_a_shell_that_ends_is_told_and_the_next_command_has_a_new_one(inside: Any, shell: str, command: str) -> None:
    inside.run("x=1", shell=shell)
    ran = inside.ok("bash", shell=shell, command="echo before; " + command)
    assert (ran["end"], ran["exit_code"], ran["is_alive"]) == ("exited", 3, False)
    assert ran["output"].startswith("before\n")
    assert inside.ok("bash", shell=shell, command='echo "<$x>"')["output"] == "<>\n"


def test_a_shell_is_started_anew_when_asked(inside: Any, shell: str) -> None:
    inside.run("x=1", shell=shell)
    assert inside.ok("bash", shell=shell, restart=True)["end"] == "restarted"
    assert inside.run('echo "<$x>"', shell=shell) == "<>\n"


def test_a_flood_is_kept_in_a_file_with_a_bound(inside: Any) -> None:
    ran = inside.ok("bash", command="echo first; head -c 40000000 /dev/zero | tr '\\0' x; echo; echo last")
    assert ran["output"].startswith("first\nxxx")
    assert ran["output"].endswith("xxx\nlast\n")
    assert ran["total"] == 40_000_012
    assert len(ran["output"]) < 21_000
    assert ran["is_cut"]
    assert Path(ran["path"]).stat().st_size == 16 * 1024 * 1024


def test_long_output_is_in_the_file_as_it_was(inside: Any) -> None:
    ran = inside.ok("bash", command="seq 1 30000; printf '\\377'")
    assert not ran["is_cut"]
    whole = b"".join(b"%d\n" % each for each in range(1, 30001)) + b"\377"
    assert Path(ran["path"]).read_bytes() == whole
    assert inside.ok("bash", command="head -c 100000 /dev/zero | tr '\\0' x") | {"output": ""} == {
        "output": "", "total": 100_000, "exit_code": 0, "end": "done", "is_new": False, "is_alive": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("printf 'Zürich \\u20ac 🐢'", "Zürich € 🐢"),
        ("printf 'a\\377b'", "a\N{REPLACEMENT CHARACTER}b"),
        ("printf 'a\\0b'", "a\N{REPLACEMENT CHARACTER}b"),
        ("printf '\\033[1;31mred\\033[0m \\033]0;title\\007'", "red "),
        ("printf '\\342\\202'; printf '\\254'", "€"),
        ("printf ''", ""),
        ('echo \'{"id": 1, "ok": {}}\'', '{"id": 1, "ok": {}}\n'),
    ],
)
def test_output_is_text_whatever_it_is(inside: Any, command: str, shown: str) -> None:
    assert inside.run(command) == shown


@pytest.mark.parametrize("command", ["x" * 100_001, "echo \0"])
def test_a_command_has_a_bound(inside: Any, command: str) -> None:
    assert "a command must have" in inside.error("bash", command=command)


def test_a_command_of_the_longest_kind_runs(inside: Any) -> None:
    assert inside.run(": " + "x" * 99_000 + "; echo done") == "done\n"


def test_a_child_reaches_no_pipe_of_the_protocol_by_inheritance(inside: Any) -> None:
    server = inside.process.pid
    pipes = {str(Path(f"/proc/{server}/fd/{each}").readlink()) for each in ("0", "1")}
    assert pipes == {"/dev/null"}


def test_what_shells_started_ends_with_the_server(tmp_path: Path, inside: Any) -> None:
    server = type(inside)(tmp_path / "root")
    server.run("mkfifo alive; sleep 1000 > alive &")
    with (server.workspace / "alive").open() as held:
        assert server.stop() == 0
        assert held.read() == ""
