"""How a command ends: its exit code, and one sentence on standard error when something went wrong."""

import gc
import os
import sys
from itertools import takewhile

import click

from agentops.base.errors import EXIT_INTERRUPTED, EXIT_PROBLEMS, AgentopsError, InvalidManifests
from agentops.base.paint import printable
from agentops.cli.installation import refuse_clash
from agentops.cli.letters import spell
from agentops.cli.output import stderr_paint, write_json, write_report

_COLLECT_AFTER = 50_000
"""Objects made before the collector looks at them: a command makes many values, few circles, and is soon over."""


def run(command: click.Command, arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    # A plan of somebody else's pull request runs no code but ours: no plugin that lies about in the environment.
    # Source: pydantic 2.14 `pydantic/plugin/_loader.py`.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(_COLLECT_AFTER)
    spell()
    try:
        code = _run(command, arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`agentops plan | head`): nothing is left to say, and nobody to say it to. What Python
        # would still flush on leaving goes nowhere. Source: Python's `signal` documentation, "Note on SIGPIPE".
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PROBLEMS
    return code


def _run(command: click.Command, arguments: list[str]) -> int:
    try:
        refuse_clash()
        return int(command.main(args=arguments, prog_name="agentops", standalone_mode=False) or 0)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:
        if _wants_trace(arguments) and not isinstance(error, InvalidManifests):
            raise
        return _told(error, arguments) if isinstance(error, AgentopsError) else _unexpected(error)


def _wants_trace(arguments: list[str]) -> bool:
    """Tell whether `--debug` stands before the command's name."""
    return "--debug" in list(takewhile(lambda each: each.startswith("-"), arguments))


def _wants_json(arguments: list[str]) -> bool:
    """Tell whether a program reads what we print."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    return any((name in {"-o", "--output"} and value == "json") or name in _JSON for name, value in pairs)


_JSON = frozenset({"-ojson", "--output=json"})


def _told(error: AgentopsError, arguments: list[str]) -> int:
    """Say what could not go on: one JSON document for a program, sentences on standard error for a person."""
    if _wants_json(arguments):
        _print_json(error)
    elif isinstance(error, InvalidManifests):
        write_report(error.report, error.source_line)
    else:
        _say(stderr_paint()("red", "error") + f": {printable(error.message)}")
        _say_more(error.hint)
        request_id = getattr(error, "request_id", "")
        _say_more(f"request id: {request_id}" if request_id else "")
    return error.exit_code


def _print_json(error: AgentopsError) -> None:
    from agentops.base.views.json import report_json

    said = {"type": type(error).__name__, "message": error.message, "hint": error.hint, "exit_code": error.exit_code}
    diagnostics: list[object] = []
    if isinstance(error, InvalidManifests):
        diagnostics = report_json(error.report, error.source_line)["diagnostics"]
    write_json({"format_version": 1, "error": said, "diagnostics": diagnostics})


def _say_more(text: str) -> None:
    if text:
        _say(f"  {printable(text)}")


def _unexpected(error: Exception) -> int:
    _say(f"error: agentops failed in a way it did not foresee: {type(error).__name__}: {printable(str(error))}")
    _say("  run it again with `agentops --debug …` and report what it prints; nothing half done is taken for whole")
    return EXIT_PROBLEMS


def _say(text: str) -> None:
    print(text, file=sys.stderr)
