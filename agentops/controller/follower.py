"""One repository, followed: the hands of `deciding`, which does what it names and tells what came of it."""

import logging
import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import random

from agentops.base.errors import AgentopsError, RepositoryError, UsageError
from agentops.controller import config, deciding, grace, policy
from agentops.controller.clone import CHECKOUTS, GIT, tidied
from agentops.controller.commands import Applied, Planned, Problem
from agentops.controller.deciding import Do, Rules, Seen
from agentops.controller.ground import Desk, Ground, problem_of
from agentops.controller.notices.notice import Notice
from agentops.controller.register import LostLease
from agentops.controller.state import State
from agentops.controller.telling import told

_log = logging.getLogger("agentops.controller")

_MOST_STALE = 3
"""How often in one round a plan may be overtaken by changes of the target."""

_RESTLESS = Problem("the target changed each time while it was planned for", "find out who else changes it")


class Follower:
    """Follows one repository, one round at a time."""

    def __init__(self, repository: config.Repository, ground: Ground) -> None:
        """Do nothing yet."""
        self.repository = repository
        self.name = repository.name
        self._ground = ground
        self._register = ground.register
        self._refused: tuple[str, Problem] | None = None
        """The commit that was refused for what it is: it is not judged again."""

    @property
    def rules(self) -> Rules:
        """Return what the operator allows."""
        return Rules(self.repository.every, self.repository.heal, self._judge)

    async def round(self) -> State:
        """Look at the repository once, do what is to be done, and return what it has come to.

        Raises:
            LostLease: another controller acts by now.
        """
        before = await self._register.state(self.name)
        seen = Seen(self._register.now())
        try:
            async with AsyncExitStack() as stack:
                seen = await self._looked(before, seen, Desk(self._ground, self.repository, stack))
        except (AgentopsError, OSError) as error:
            if isinstance(error, LostLease):
                raise
            seen = replace(seen, is_fetched=True, fault=problem_of(error))
        except Exception as error:  # noqa: BLE001 - a person sees it in the status, whatever it is
            _log.exception("%s: the round failed in a way that was not foreseen", self.name)
            seen = replace(seen, is_fetched=True, fault=_unforeseen(error))
        fresh: list[Notice] = []

        def conclude(state: State) -> State:
            after = self._concluded(before, state, seen)
            fresh[:], notices = told(before, after, seen)
            return replace(after, notices=notices)

        after = await self._register.settle(self.name, conclude)
        if (after.phase, after.seen, after.message) != (before.phase, before.seen, before.message):
            words = f": {after.message}" if after.message else ""
            live = f"{after.live[:12]} is live" if after.live else "nothing is live"
            _log.info("%s: %s, %s%s", self.name, after.phase.value.replace("_", " "), live, words)
        for each in fresh:
            await self._ground.tell(each, self.repository.notify)
        return after

    def tidy(self) -> None:
        """Remove what a controller left behind when it was killed: checkouts, and what git had half done."""
        folder = self._ground.folder(self.repository)
        shutil.rmtree(folder / CHECKOUTS, ignore_errors=True)
        with suppress(OSError):
            tidied(folder / GIT)

    async def _looked(self, state: State, seen: Seen, desk: Desk) -> Seen:
        """Do one thing after the other; what goes wrong with the newest commit is none of the live one's business."""
        while (do := deciding.decide(self.rules, state, seen)) is not Do.REST:
            if not await self._register.holds():
                raise LostLease
            try:
                seen = await self._done(do, state, seen, desk)
            except (RepositoryError, UsageError, OSError) as error:
                problem = problem_of(error)
                is_new = do in {Do.EXAMINE, Do.PLAN, Do.APPLY}
                seen = replace(seen, fault=problem) if is_new else replace(seen, is_checked=True, check_fault=problem)
        return seen

    async def _done(self, do: Do, state: State, seen: Seen, desk: Desk) -> Seen:
        match do:
            case Do.FETCH:
                return await self._fetched(seen, desk)
            case Do.EXAMINE:
                fault = await self._examined(state, seen.head, desk)
                return replace(seen, is_examined=True, fault=fault)
            case Do.PLAN:
                found, seen = await self._planned(seen.head, state, seen, desk)
                if isinstance(found, Problem):
                    return replace(seen, fault=found)
                return replace(seen, plan=found)
            case Do.APPLY:
                return await self._applied(state, seen, desk)
            case Do.CHECK:
                found, seen = await self._planned(state.live, state, seen, desk)
                if isinstance(found, Problem):
                    return replace(seen, is_checked=True, check_fault=found)
                return replace(seen, is_checked=True, check=found)
            case _:
                return await self._healed(state, seen, desk)

    async def _fetched(self, seen: Seen, desk: Desk) -> Seen:
        try:
            return replace(seen, is_fetched=True, head=await desk.clone.fetch())
        except RepositoryError as error:
            return replace(seen, is_fetched=True, unreachable=problem_of(error))

    async def _examined(self, state: State, commit: str, desk: Desk) -> Problem | None:
        """Return why the commit is not taken."""
        if state.live and not await self._goes_on(state, commit, desk):
            return _replaced(self.name, commit, state.live)
        # Who may sign is not the commit's to say, and is looked at each time.
        if (unsigned := await self._unsigned(commit, desk)) is not None:
            return unsigned
        if self._refused is not None and self._refused[0] == commit:
            return self._refused[1]
        problem = await self._judged(commit, desk)
        if problem is not None and problem.is_refusal:
            self._refused = commit, problem
        return problem

    @staticmethod
    async def _goes_on(state: State, commit: str, desk: Desk) -> bool:
        """Return whether a commit grows from what is live, or from what a person accepted in its place."""
        if await desk.clone.descends(commit, state.live):
            return True
        return bool(state.accepted) and await desk.clone.descends(commit, state.accepted)

    async def _unsigned(self, commit: str, desk: Desk) -> Problem | None:
        verify = self.repository.verify
        if not verify or await desk.clone.is_signed(commit, self._ground.secrets.path(verify.signers).absolute()):
            return None
        message = f"{commit[:12]} is not signed by anybody in {verify.signers}"
        return Problem(message, "sign the commit with an allowed key, or add the key to that file", is_refusal=True)

    async def _judged(self, commit: str, desk: Desk) -> Problem | None:
        found = await desk.clone.survey(commit, self.repository.path or "", self.repository.limits)
        if found.refusal:
            return Problem(f"{commit[:12]} is not taken out of git: {found.refusal}", found.advice, is_refusal=True)
        return await desk.commands.validate(await desk.folder(commit))

    async def _planned(self, commit: str, state: State, seen: Seen, desk: Desk) -> tuple[Planned | Problem, Seen]:
        """Return what would change; removals are part of it once every one of them has been wanted for long enough."""
        folder = await desk.folder(commit)
        found = await desk.commands.plan(folder, prunes=False)
        prune = self.repository.prune
        if isinstance(found, Problem) or not prune.enabled:
            return found, seen
        going = {each for each in found.undeclared if each in grace.unwanted(found.data)}
        removals = {
            each: at for each, at in grace.watched(state.removals, found.data, seen.at).items() if each in going
        }
        ripe_at = max(removals.values()) + timedelta(seconds=prune.grace_s) if removals else None
        seen = replace(seen, removals=removals, ripe_at=ripe_at)
        if not going:
            return found, seen
        whole = await desk.commands.plan(folder, prunes=True)
        is_ripe = going <= grace.ripe(removals, found.data, seen.at, prune.grace_s)
        return whole if is_ripe or isinstance(whole, Problem) else found, seen

    async def _applied(self, state: State, seen: Seen, desk: Desk) -> Seen:
        assert seen.plan is not None
        await self._register.settle(self.name, lambda now: replace(now, begun=seen.head))
        applied = await desk.commands.apply(await desk.folder(seen.head), seen.plan, seen.head)
        if not applied.is_stale:
            if applied.problem is None:
                await desk.clone.keep(seen.head)
            return replace(seen, applied=applied)
        # Nothing was changed: it is planned and judged anew.
        await self._register.settle(self.name, lambda now: replace(now, begun=state.begun))
        seen = replace(seen, stales=seen.stales + 1)
        return replace(seen, fault=_RESTLESS) if seen.stales == _MOST_STALE else replace(seen, plan=None)

    async def _healed(self, state: State, seen: Seen, desk: Desk) -> Seen:
        assert seen.check is not None
        healed = await desk.commands.apply(await desk.folder(state.live), seen.check, state.live)
        if not healed.is_stale:
            return replace(seen, healed=healed)
        seen = replace(seen, stales=seen.stales + 1)
        is_enough = seen.stales == _MOST_STALE
        return replace(seen, healed=Applied(problem=_RESTLESS)) if is_enough else replace(seen, is_checked=False)

    def _concluded(self, before: State, state: State, seen: Seen) -> State:
        """Return what is kept: what a person said meanwhile stays said."""
        after = deciding.concluded(self.rules, state, seen)
        wait = timedelta(seconds=deciding.delay_s(self.rules, after.failures, random()))  # noqa: S311 - no secret
        at = self._register.now()
        asides_at = at if after.live != before.live else state.asides_at
        return replace(after, next_at=at + wait, asides_at=asides_at)

    def _judge(self, plan: Mapping[str, object], at: datetime, is_approved: bool) -> policy.Decision:  # noqa: FBT001 - as `Rules.judge` says
        repository = self.repository
        return policy.decide(plan, repository.policy, at, repository.windows, is_approved=is_approved)


def _unforeseen(error: Exception) -> Problem:
    """Return what a person is shown who sees no log; the error's own words may hold anything."""
    return Problem(f"a fault of the controller itself: {type(error).__name__}", "its log has the whole of it")


def _replaced(name: str, commit: str, live: str) -> Problem:
    message = f"history was replaced: {commit[:12]} does not grow from {live[:12]}, which is live"
    advice = f"find out who pushed it; if it is right: agentops controller accept {name} {commit}"
    return Problem(message, advice, is_refusal=True)
