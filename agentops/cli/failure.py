"""How a command ends: its exit code, and one sentence on standard error when something went wrong."""

import sys
from itertools import takewhile

import click

from agentops.base.errors import EXIT_INTERRUPTED, EXIT_PROBLEMS, AgentopsError, InvalidManifests
from agentops.base.paint import printable
from agentops.cli.installation import refuse_clash


def run(command: click.Command, arguments: list[str]) -> int:
    """Run the command and return its exit code."""
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
        # The reader has gone (`agentops plan | head`): nothing is left to say, and nobody to say it to.
        sys.stderr.close()
        return EXIT_PROBLEMS
    except Exception as error:
        if _wants_trace(arguments) and not isinstance(error, InvalidManifests):
            raise
        return _told(error) if isinstance(error, AgentopsError) else _unexpected(error)


def _wants_trace(arguments: list[str]) -> bool:
    """Tell whether `--debug` stands before the command's name."""
    return "--debug" in list(takewhile(lambda each: each.startswith("-"), arguments))


def _told(error: AgentopsError) -> int:
    from agentops.cli.output import stderr_paint, write_report

    if isinstance(error, InvalidManifests):
        write_report(error.report, error.source_line)
        return error.exit_code
    _say(stderr_paint()("red", "error") + f": {printable(error.message)}")
    if error.hint:
        _say(f"  {printable(error.hint)}")
    request_id = getattr(error, "request_id", "")
    if request_id:
        _say(f"  request id: {printable(request_id)}")
    return error.exit_code


def _unexpected(error: Exception) -> int:
    _say(f"error: agentops failed in a way it did not foresee: {type(error).__name__}: {printable(str(error))}")
    _say("  run it again with `agentops --debug …` and report what it prints; nothing half done is taken for whole")
    return EXIT_PROBLEMS


def _say(text: str) -> None:
    print(text, file=sys.stderr)
