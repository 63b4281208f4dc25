"""Objects that stay alive and are ours no longer, or for a while only: retired, forgotten, and given back."""

from dataclasses import replace
from datetime import datetime

from agentops.base.errors import TargetConflict, TargetRejected
from agentops.base.ids import IdSource
from agentops.reconcile import bodies
from agentops.reconcile.delivery import Delivery
from agentops.reconcile.marks import RESERVED, Marks, read, written
from agentops.reconcile.observed import Live
from agentops.reconcile.plan import Action, Step
from agentops.reconcile.settling import check_removable, is_as_planned, reread
from agentops.reconcile.target import Body, Target, Verb, Write


class Partings:
    """Writes marks, and pauses or unpauses; archives nothing."""

    def __init__(self, target: Target, delivery: Delivery, nonces: IdSource, tool: str) -> None:
        """Take the target, what delivers, and what marks say of the writer."""
        self._target = target
        self._delivery = delivery
        self._nonces = nonces
        self._tool = tool

    async def part(self, step: Step) -> str:
        """Retire or forget the object, and tell what became of it.

        Raises:
            TargetConflict: it is not what the plan showed any more.
        """
        if step.live is None:
            raise ValueError("a parting needs a live object")
        try:
            live = await reread(self._target, step.live)
        except TargetRejected as error:
            if error.status != 404:
                raise
            return "gone already"
        if not is_as_planned(step.live, live):
            check_removable(step, step.live, live)
        return await (self._retire if step.action is Action.RETIRE else self._forget)(step, live)

    async def unpause(self, step: Step, answer: Body) -> Body:
        """Let a deployment run again that its retirement had paused.

        Last of all its mark goes: whoever is stopped before that finds out by it that this is still to be done.
        """
        marks = read(answer["metadata"])
        if marks is None:
            raise ValueError("every write bears marks")
        if answer.get("status") != "active":  # or somebody set it going meanwhile
            await self._delivery.deliver(Write(Verb.UNPAUSE, step.object, str(answer["id"])))
        return await self._delivery.deliver(bodies.restamp(step, answer, replace(marks, paused=False)))

    async def _retire(self, step: Step, live: Live) -> str:
        """Mark the object, then pause it: a mark without a pause is seen and mended, a pause without one is not."""
        if step.at is None or live.marks is None:
            raise ValueError("a retirement needs marks and a moment")
        marks = retired(live, live.marks, step.at)
        await self._delivery.deliver(self._restamp(live, marks))
        if not live.is_running:
            return "retired"
        await self._delivery.deliver(Write(Verb.PAUSE, live.object, live.id))
        return "retired and paused"

    def _restamp(self, live: Live, marks: Marks) -> Write:
        return _marking(live, dict(written(replace(marks, nonce=self._nonces.new("nonce"), tool=self._tool))))

    async def _forget(self, _step: Step, live: Live) -> str:
        """Take the marks off; what a retirement had paused runs again first."""
        if live.marks and live.marks.paused and not live.is_running:
            await self._delivery.deliver(Write(Verb.UNPAUSE, live.object, live.id))
        try:
            await self._delivery.deliver(_marking(live, dict.fromkeys(sorted(RESERVED))))
        except TargetConflict:
            # Ours, if a lost answer made us ask twice: then the marks are gone already.
            if (await reread(self._target, live)).marks is not None:
                raise
        return "forgotten: it stays as it is"


def retired(live: Live, marks: Marks, at: datetime) -> Marks:
    """Return the marks of an object that waits to be archived.

    An agent that somebody had changed keeps the version of our last write: the change is seen when it is restored.
    """
    version = live.version + 1 if live.version is not None and live.is_untouched else marks.version
    return replace(marks, version=version, retired=marks.retired or at, paused=marks.paused or live.is_running)


def _marking(live: Live, metadata: dict[str, str] | dict[str, None]) -> Write:
    body: dict[str, object] = {"metadata": metadata}
    if live.version is not None:
        body["version"] = live.version
    return Write(Verb.UPDATE, live.object, live.id, body=body, parent=live.parent)
