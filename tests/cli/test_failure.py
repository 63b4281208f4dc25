"""How a command ends: the exit code, and the sentence on standard error."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from agentops.base.diagnostics import Code, Diagnostic, Report, Span
from agentops.base.errors import (
    AgentopsError,
    ApplyFailed,
    InvalidManifests,
    RefusedPlan,
    StalePlan,
    StorageError,
    TargetDenied,
    TargetUnreachable,
    UsageError,
)
from agentops.base.views.json import no_source
from agentops.cli import table
from agentops.cli.failure import run
from agentops.cli.output import say


def raising(error: BaseException) -> click.Command:
    @click.group()
    @click.option("--debug", is_flag=True)
    def cli(debug: bool) -> None: ...

    @cli.command()
    @click.option("--debug", is_flag=True)
    def fail(debug: bool) -> None:
        raise error

    return cli


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RefusedPlan("no"), 1),
        (ApplyFailed("no"), 1),
        (TargetUnreachable("no"), 1),
        (TargetDenied("no"), 1),
        (StorageError("no"), 1),
        (UsageError("no"), 2),
        (click.UsageError("no"), 2),
        (click.BadParameter("no"), 2),
        (StalePlan("no"), 4),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (click.exceptions.Exit(3), 3),
        (ValueError("no"), 1),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, BaseException) else str(each),
)
def test_every_failure_has_its_exit_code(error: BaseException, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(raising(error), ["fail"]) == status
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err


def test_a_command_that_ends_well_is_done() -> None:
    assert run(click.Command("nothing", callback=lambda: None), []) == 0


def test_a_failure_is_a_sentence_a_way_out_and_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    error = TargetDenied("the server refused", hint="check the key", status=401, request_id="req_01")
    run(raising(error), ["fail"])
    assert capsys.readouterr().err == "error: the server refused\n  check the key\n  request id: req_01\n"


def test_an_error_without_a_sentence_says_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    run(raising(StorageError()), ["fail"])
    assert capsys.readouterr().err == "error: The engine's database cannot be used.\n"


def test_a_message_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run(raising(AgentopsError("a\x1b[2Jb", hint="c\x07d")), ["fail"])
    assert capsys.readouterr().err == "error: a\\x1b[2Jb\n  c\\x07d\n"


def test_invalid_manifests_are_shown_as_diagnostics(capsys: pytest.CaptureFixture[str]) -> None:
    code = Code("manifest.test", "A test", "Of tests.")
    problem = Diagnostic(code, "this is not right", Span("agents.d/a.yaml", 3, 5, 3, 6))
    assert run(raising(InvalidManifests(Report.of([problem]), no_source)), ["fail"]) == 1
    said = capsys.readouterr().err
    assert "manifest.test" in said
    assert "this is not right" in said
    assert "agents.d/a.yaml:3:5" in said


def test_what_nobody_foresaw_is_named_and_says_how_to_report_it(capsys: pytest.CaptureFixture[str]) -> None:
    run(raising(ZeroDivisionError("division by zero")), ["fail"])
    said = capsys.readouterr().err
    assert said.startswith("error: agentops failed in a way it did not foresee: ZeroDivisionError: division by zero\n")
    assert "agentops --debug" in said


@pytest.mark.parametrize(
    ("error", "status", "last"),
    [(ValueError("no"), 1, "report what is printed above"), (UsageError("no", hint="so"), 2, "so")],
)
def test_debug_before_the_command_shows_the_stack_and_changes_nothing_else(
    error: Exception, status: int, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(raising(error), ["--debug", "fail"]) == status
    said = capsys.readouterr().err
    assert said.startswith("Traceback")
    assert last in said.splitlines()[-1]


def test_debug_after_the_command_is_not_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(raising(ValueError("no")), ["fail", "--debug"]) == 1
    assert "did not foresee" in capsys.readouterr().err


def test_a_reader_that_went_away_is_no_failure_to_speak_of(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open("w") as nowhere:
        monkeypatch.setattr(sys, "stderr", nowhere)
        assert run(raising(BrokenPipeError()), ["fail"]) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OSError(errno.EROFS, "Read-only file system", "agents.d"),
            "error: agents.d cannot be used: Read-only file system\n  let this user write there, or work in a copy\n",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "error: a file cannot be used: No space left on device\n  the disk is full: make room, then run it again\n",
        ),
        (OSError(errno.ENOTDIR, "Not a directory", "a/b"), "error: a/b cannot be used: Not a directory\n"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_a_disk_refuses_is_no_surprise(error: OSError, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(raising(error), ["fail"]) == 1
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("words", [["version"], ["version", "-o", "json"], ["--help"]], ids=" ".join)
def test_a_standard_output_that_takes_no_more_is_named(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert run(table.cli, words) == 1
    said = capsys.readouterr().err
    assert "No space left on device" in said
    assert "the disk is full" in said


def test_nobody_to_hear_what_is_said_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        say("to a log on a full disk")
        assert run(raising(RefusedPlan("no")), ["fail"]) == 1


def test_whoever_is_started_without_streams_runs_as_well() -> None:
    program = "import sys; from agentops.cli.main import main; sys.argv = ['agentops', 'version']; main()"
    closing = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", program]
    assert subprocess.run(closing, check=False).returncode == 0
