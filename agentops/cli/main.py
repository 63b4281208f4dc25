"""Where `agentops` begins."""

import sys

import agentops


def main() -> None:
    """Run the command line; every failure ends in a sentence and an exit code, never in a stack trace."""
    if sys.argv[1:] == ["--version"]:
        # The one call that scripts make often: answered before anything is loaded.
        print(f"agentops, version {agentops.__version__}")
        return
    from agentops.cli.failure import run
    from agentops.cli.table import cli

    sys.exit(run(cli, sys.argv[1:]))
