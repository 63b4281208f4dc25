"""Where `agentops` begins."""

import gc
import sys

import agentops

_COLLECT_AFTER = 50_000
"""Objects made before the collector looks at them: a command makes many values, few circles, and is soon over."""


def main() -> None:
    """Run the command line; every failure ends in a sentence and an exit code, never in a stack trace."""
    if sys.argv[1:] == ["--version"]:
        # The one call that scripts make often: answered before anything is loaded.
        print(f"agentops, version {agentops.__version__}")
        return
    gc.set_threshold(_COLLECT_AFTER)
    from agentops.cli.failure import run
    from agentops.cli.table import cli

    code = run(cli, sys.argv[1:])
    gc.freeze()  # on leaving, Python would look once more at every value; the system takes them back unseen
    sys.exit(code)
