"""Which tests there are to play, and whether this machine can."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agentops.base.errors import InvalidManifests, UsageError
from agentops.cli.testing import reading

if TYPE_CHECKING:
    from agentops.cli.testing.reading import Case
    from agentops.manifests.document import Tree

_HINT = (
    "a test is a file beside the manifests whose name ends in .test.yaml: the agent, a task, what the model says, and "
    "what is expected"
)


def cases(paths: Sequence[Path], tree: "Tree") -> "Sequence[Case]":
    """Return the tests that paths name or hold: those beside the manifests, when none is given.

    Raises:
        UsageError: there is none.
        InvalidManifests: one has errors.
    """
    searched = paths or [each for each in (Path("agents.d"), Path()) if each.is_dir()][:1]
    files = reading.found(searched)
    if not files:
        raise UsageError(f"there is no test in {', '.join(map(str, searched))}", hint=_HINT)
    found = reading.cases(files, tree)
    if found.report.has_errors:
        raise InvalidManifests(found.report, found.source_line)
    return found.cases


async def refuse_without_walls(played: "Sequence[Case]") -> None:
    """Refuse tests that run tools where nothing holds them.

    Raises:
        UsageError: there is no sandbox on this machine.
    """
    if not any(map(_calls_tools, played)):
        return
    from agentops.engine.sandbox.bubblewrap import Bubblewrap

    found = await Bubblewrap().isolation()
    if found.problem:
        raise UsageError(
            f"tests run tools in a sandbox, and this machine gives none: {found.problem}",
            hint="--unsafe-local-tools runs them without; `agentops doctor` tells more",
        )


def _calls_tools(case: "Case") -> bool:
    """Tell whether a sandbox may be needed: of a recording nobody knows."""
    return case.script is None or any(each.call or each.raw for each in case.script.turns)
