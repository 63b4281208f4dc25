"""How a command ends: its exit code, and one sentence on standard error when something went wrong."""

import sys
from itertools import pairwise, takewhile
from pathlib import Path

import click

from agentops.base.errors import EXIT_INTERRUPTED, EXIT_PROBLEMS, AgentopsError, InvalidManifests
from agentops.base.files import cannot_write, way_out
from agentops.base.paint import printable
from agentops.cli.installation import refuse_clash
from agentops.cli.letters import spell
from agentops.cli.output import STDOUT, Unheard, aim, hush, open_streams, say, stderr_paint, write_json, write_report
from agentops.cli.plugins import refuse_plugins


def run(command: click.Command, arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    refuse_plugins()
    open_streams()
    spell()
    aim(arguments)
    try:
        code = _run(command, arguments)
        sys.stdout.flush()
    except OSError as error:
        # The reader may have gone (`agentops plan | head`): then nothing is left to say, and nobody to say it to.
        # Source: Python's `signal` documentation, "Note on SIGPIPE".
        hush(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            _tell(cannot_write(Path(STDOUT), error))
        return EXIT_PROBLEMS
    return code


def _run(command: click.Command, arguments: list[str]) -> int:
    try:
        refuse_clash()
        return int(command.main(args=arguments, prog_name="agentops", standalone_mode=False) or 0)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (BrokenPipeError, Unheard):
        raise
    except Exception as error:  # noqa: BLE001 - the last that hears of it: it is told, whatever it is
        is_traced = _wants_trace(arguments) and not isinstance(error, InvalidManifests)
        if is_traced:
            import traceback

            traceback.print_exception(error)
        known = error if isinstance(error, AgentopsError) else _of_the_system(error)
        return _told(known, arguments) if known else _unexpected(error, is_traced=is_traced)


def _of_the_system(error: Exception) -> AgentopsError | None:
    """Return what the system refused to do with a file; a disk that is full does not say with which."""
    if not isinstance(error, OSError) or not (isinstance(error.filename, str) or way_out(error)):
        return None
    return AgentopsError(f"{error.filename or 'a file'} cannot be used: {error.strerror}", hint=way_out(error))


def _wants_trace(arguments: list[str]) -> bool:
    """Tell whether `--debug` stands before the command's name."""
    return "--debug" in list(takewhile(lambda each: each.startswith("-"), arguments))


def _wants_json(arguments: list[str]) -> bool:
    """Tell whether a program reads what we print."""
    pairs = pairwise([*arguments, ""])
    return any((name in {"-o", "--output"} and value == "json") or name in _JSON for name, value in pairs)


_JSON = frozenset({"-ojson", "--output=json"})


def _told(error: AgentopsError, arguments: list[str]) -> int:
    """Say what could not go on: one JSON document for a program, sentences on standard error for a person."""
    if _wants_json(arguments):
        _print_json(error)
    elif isinstance(error, InvalidManifests):
        write_report(error.report, error.source_line)
    else:
        _tell(error)
    return error.exit_code


def _tell(error: AgentopsError) -> None:
    say(stderr_paint()("red", "error") + f": {printable(error.message)}")
    request_id = getattr(error, "request_id", "")
    for each in (error.hint, request_id and f"request id: {request_id}"):
        if each:
            say(f"  {printable(each)}")


def _print_json(error: AgentopsError) -> None:
    from agentops.base.views.json import report_json

    said = {"type": type(error).__name__, "message": error.message, "hint": error.hint, "exit_code": error.exit_code}
    diagnostics: list[object] = []
    if isinstance(error, InvalidManifests):
        diagnostics = report_json(error.report, error.source_line)["diagnostics"]
    write_json({"format_version": 1, "error": said, "diagnostics": diagnostics})


def _unexpected(error: Exception, *, is_traced: bool) -> int:
    say(f"error: agentops failed in a way it did not foresee: {type(error).__name__}: {printable(str(error))}")
    way = (
        "report what is printed above"
        if is_traced
        else "run it again with `agentops --debug …` and report what it prints"
    )
    say(f"  {way}; nothing half done is taken for whole")
    return EXIT_PROBLEMS
