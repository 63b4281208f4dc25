"""The check op: a new shell with nothing of the others', an end to it, and nothing left of it."""

import time
from typing import Any


def test_a_check_begins_with_nothing_of_a_shell_that_stays(inside: Any) -> None:
    inside.ok("bash", command="export SEEN=1 BASH_ENV=/no; seen() { echo; }; export -f seen; cd /")
    said = inside.ok("check", command='echo "<$SEEN$BASH_ENV>" $(type -t seen); pwd; cat; ls -A ~')
    assert said["output"].splitlines() == ["<>", str(inside.workspace)]
    assert (said["end"], said["exit_code"]) == ("done", 0)


def test_how_a_check_ended_is_what_the_kernel_says(inside: Any) -> None:
    assert inside.ok("check", command="exit 7")["exit_code"] == 7
    assert inside.ok("check", command="kill -9 $$")["exit_code"] == 137
    assert inside.ok("check", command="no-such-tool")["exit_code"] == 127
    assert inside.ok("check", command="(((")["exit_code"] != 0


def test_a_check_that_takes_too_long_is_ended_with_what_it_started(inside: Any) -> None:
    begun = time.monotonic()
    said = inside.ok("check", command="echo a; sleep 71 & sleep 71", timeout_s=0.2)
    assert (said["end"], said["exit_code"], said["output"]) == ("timed_out", None, "a\n")
    assert inside.ok("check", command="sleep 72 >&2 & true")["end"] == "done"
    assert time.monotonic() - begun < 10
    assert "sleep 7" not in inside.ok("check", command="ps -o args --ppid $PPID; ps -g 0 -o args")["output"]


def test_a_check_that_is_cancelled_ends(inside: Any) -> None:
    number = inside.send("check", command="touch begun; sleep 73")
    while not (inside.workspace / "begun").exists():
        pass
    assert inside.ok("cancel", target=number) == {"was_running": True}
    assert inside.answer(number)["ok"]["end"] == "cancelled"


def test_what_prints_and_prints_is_shown_in_part(inside: Any) -> None:
    said = inside.ok("check", command="exec 3>&1; seq 200000; exec 1>&- 2>&- 3>&-; sleep 0.1; exit 4")
    assert said["exit_code"] == 4
    assert len(said["output"]) < 25_000
    assert said["total"] == 1_288_895


def test_a_shell_and_its_jobs_go_on_as_if_nothing_had_been(inside: Any) -> None:
    inside.ok("bash", command="x=1; sleep 74 & until ps -o args= -p $! | grep -q '^sleep 74'; do :; done")
    stopped = inside.ok("check", command="sleep 0.05; ps -o stat= -C sleep -o args= | grep 'sleep 74'")
    assert stopped["output"].startswith("T")
    said = inside.ok("bash", command="echo $x; jobs; kill %1")
    assert said["output"].split()[:3] == ["1", "[1]+", "Running"]


def test_a_command_that_no_shell_takes_is_refused(inside: Any) -> None:
    for command in ("a\0b", "x" * 100_001):
        assert "at most 100000 bytes and no NUL" in inside.ask("check", command=command)["error"]


def test_what_is_at_a_path_is_told(inside: Any) -> None:
    inside.ok("bash", restart=True, command="touch a; mkdir b; ln -s a c; ln -s no d; mkfifo e")
    kinds = [inside.ok("kind", path=each)["kind"] for each in "abcdef"]
    assert kinds == ["file", "folder", "file", None, "other", None]
