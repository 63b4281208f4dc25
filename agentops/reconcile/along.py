"""What would go along with an object, looked up just before it goes: somebody may have added to it since the plan."""

from collections.abc import Iterable, Sequence

from agentops.reconcile.cascade import hanging
from agentops.reconcile.marks import read
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.observed import Live
from agentops.reconcile.target import Body, Target


class Along:
    """Looks up what hangs on objects that are about to go."""

    def __init__(self, target: Target) -> None:
        """Take the target to ask."""
        self._target = target
        self._deployments: Sequence[Live] | None = None

    async def of(self, live: Live) -> Iterable[Live]:
        """Return the deployments of an agent, and what is inside of other objects and not of their owner.

        Raises:
            TargetError: the target does not answer.
        """
        found = await (self._all_deployments() if live.object is ObjectKind.AGENT else self._inside(live))
        return hanging(found, {}, live.marks.owner if live.marks else "").get(live.id, ())

    async def _all_deployments(self) -> Sequence[Live]:
        """List them once: whoever destroys a thousand agents does not list them a thousand times."""
        if self._deployments is None:
            self._deployments = _lives(ObjectKind.DEPLOYMENT, await self._target.list(ObjectKind.DEPLOYMENT))
        return self._deployments

    async def _inside(self, live: Live) -> Sequence[Live]:
        kinds = [kind for kind, rule in OBJECTS.items() if rule.parent is live.object]
        return [each for kind in kinds for each in _lives(kind, await self._target.list(kind, live.id), live.id)]


def _lives(kind: ObjectKind, page: Sequence[Body] | None, parent: str = "") -> list[Live]:
    return [Live(kind, each, read(each["metadata"]), parent=parent) for each in page or ()]
