"""What a target's graders found so far: an extension that our own engine has."""

from collections.abc import Mapping, Sequence

from agentops.base.errors import TargetError
from agentops.reconcile.target import Body
from agentops.targets.live import LiveTarget


async def every(target: LiveTarget, only: Mapping[str, str]) -> Sequence[Body]:
    """Return every evaluation that the filters let through, newest first.

    Raises:
        TargetError: the target keeps no such history, or cannot be read.
    """
    found = await target.pages.every("x-agentops/evaluations", "", only)
    if found is None:
        raise TargetError(
            f"{target.label} keeps no history of evaluations",
            hint="an engine of your own (`agentops serve`) does; `agentops session show` tells each outcome's result",
        )
    return found
