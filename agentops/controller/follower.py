"""One repository, followed: the hands of `deciding`, which does what it names and tells what came of it."""

import logging
import shutil
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import random

from agentops.base.errors import AgentopsError, RepositoryError, UsageError
from agentops.base.secrets import Secret
from agentops.controller import config, deciding, grace, policy
from agentops.controller.clone import CHECKOUTS, Clone
from agentops.controller.commands import Applied, Commands, Planned, Problem
from agentops.controller.deciding import Do, Rules, Seen
from agentops.controller.notices.notice import About, Notice
from agentops.controller.reading import Secrets
from agentops.controller.register import LostLease, Register
from agentops.controller.state import State
from agentops.controller.telling import dreamt, synced, told
from agentops.memory_repo.remotes import Remote

_log = logging.getLogger("agentops.controller")

_MOST_STALE = 3
"""How often in one round a plan may be overtaken by changes of the target."""

_RESTLESS = Problem("the target changed each time while it was planned for", "find out who else changes it")

Tell = Callable[[Notice, Collection[str]], Awaitable[None]]
"""Puts a notice into the queues of the named receivers; returns at once."""


async def _nobody(_notice: Notice, _names: Collection[str]) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Door:
    """The server that a repository is applied to when its configuration names none."""

    url: str
    key: Secret


@dataclass(frozen=True, slots=True)
class Ground:
    """What every follower stands on."""

    register: Register
    secrets: Secrets
    data: Path
    """Where clones and checkouts are kept."""

    own: Door | None = None
    """The server that the controller runs inside."""

    tell: Tell = _nobody


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
                seen = await self._looked(before, seen, _Desk(self, stack))
        except (AgentopsError, OSError) as error:
            if isinstance(error, LostLease):
                raise
            seen = replace(seen, is_fetched=True, fault=_problem(error))
        fresh: list[Notice] = []

        def conclude(state: State) -> State:
            after = self._concluded(before, state, seen)
            fresh[:], notices = told(before, after, seen)
            return replace(after, notices=notices)

        after = await self._register.settle(self.name, conclude)
        if (after.phase, after.seen, after.message) != (before.phase, before.seen, before.message):
            words = f": {after.message}" if after.message else ""
            _log.info("%s: %s at %s%s", self.name, after.phase.value, after.live[:12] or "no commit", words)
        await self._tell(fresh)
        return after

    async def aside(self) -> State:
        """Sync memory and dream what is due, with the commit that is live; what fails leaves the other going."""
        state = await self._register.state(self.name)
        failed: dict[str, str] = {}
        try:
            async with AsyncExitStack() as stack:
                desk = _Desk(self, stack)
                folder = await desk.folder(state.live)
                about = About(self.name, state.live, self._register.now())
                if self.repository.memory:
                    answer, problem = await desk.commands.sync_memory(folder)
                    failed |= {"memory": problem.message} if problem else {}
                    await self._tell(synced(answer, about))
                if self.repository.dreams and await self._register.holds():
                    answer, problem = await desk.commands.dream(folder)
                    failed |= {"dreams": problem.message} if problem else {}
                    await self._tell(dreamt(answer, about))
        except (AgentopsError, OSError) as error:
            failed["memory and dreams"] = _problem(error).message
        at = self._register.now() + timedelta(seconds=self.repository.aside_every)
        return await self._register.settle(self.name, lambda now: replace(now, asides=failed, asides_at=at))

    def tidy(self) -> None:
        """Remove checkouts that a controller left behind when it was killed."""
        shutil.rmtree(self._ground.data / self.name / CHECKOUTS, ignore_errors=True)

    @property
    def has_asides(self) -> bool:
        """Tell whether there is anything to do beside applying."""
        return self.repository.memory or self.repository.dreams

    def desk_means(self) -> tuple[Clone, Commands]:
        """Return the clone and the commands, with secrets as they are now.

        Raises:
            UsageError: a secret is not where the configuration says, or no target is named.
            RepositoryError: the address is none.
        """
        secrets, repository = self._ground.secrets, self.repository
        door = self._door()
        token = secrets.get(repository.token) if repository.token else None
        clone = Clone(self._ground.data / self.name, Remote(self._url(), token), repository.branch)
        given = {name: secrets.get(each) for name, each in repository.secrets.items()}
        settings = {"ANTHROPIC_BASE_URL": door.url}
        if repository.target and repository.target.workspace:
            settings["ANTHROPIC_WORKSPACE_ID"] = repository.target.workspace
        given["ANTHROPIC_API_KEY"] = door.key
        return clone, Commands(secrets.environment, settings, given)

    async def _tell(self, fresh: Iterable[Notice]) -> None:
        for each in fresh:
            await self._ground.tell(each, self.repository.notify)

    async def _looked(self, state: State, seen: Seen, desk: "_Desk") -> Seen:
        """Do one thing after the other; what goes wrong with the newest commit is none of the live one's business."""
        while (do := deciding.decide(self.rules, state, seen)) is not Do.REST:
            if not await self._register.holds():
                raise LostLease
            try:
                seen = await self._done(do, state, seen, desk)
            except (RepositoryError, UsageError, OSError) as error:
                problem = _problem(error)
                is_new = do in {Do.EXAMINE, Do.PLAN, Do.APPLY}
                seen = replace(seen, fault=problem) if is_new else replace(seen, is_checked=True, check_fault=problem)
        return seen

    async def _done(self, do: Do, state: State, seen: Seen, desk: "_Desk") -> Seen:
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

    async def _fetched(self, seen: Seen, desk: "_Desk") -> Seen:
        try:
            return replace(seen, is_fetched=True, head=await desk.clone.fetch())
        except RepositoryError as error:
            return replace(seen, is_fetched=True, unreachable=_problem(error))

    async def _examined(self, state: State, commit: str, desk: "_Desk") -> Problem | None:
        """Return why the commit is not taken."""
        if state.live and state.accepted != commit and not await desk.clone.descends(commit, state.live):
            return _replaced(self.name, commit, state.live)
        if self._refused is not None and self._refused[0] == commit:
            return self._refused[1]
        problem = await self._judged(commit, desk)
        if problem is not None and problem.is_refusal:
            self._refused = commit, problem
        return problem

    async def _judged(self, commit: str, desk: "_Desk") -> Problem | None:
        verify = self.repository.verify
        if verify and not await desk.clone.is_signed(commit, self._ground.secrets.path(verify.signers).absolute()):
            message = f"{commit[:12]} is not signed by anybody in {verify.signers}"
            return Problem(message, "sign the commit with an allowed key, or add the key to that file", is_refusal=True)
        found = await desk.clone.survey(commit, self.repository.path or "", self.repository.limits)
        if found.refusal:
            advice = "take it out of the repository, or raise `limits` in the controller's configuration"
            return Problem(f"{commit[:12]} is not taken out of git: {found.refusal}", advice, is_refusal=True)
        return await desk.commands.validate(await desk.folder(commit))

    async def _planned(self, commit: str, state: State, seen: Seen, desk: "_Desk") -> tuple[Planned | Problem, Seen]:
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

    async def _applied(self, state: State, seen: Seen, desk: "_Desk") -> Seen:
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

    async def _healed(self, state: State, seen: Seen, desk: "_Desk") -> Seen:
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

    def _door(self) -> Door:
        target = self.repository.target
        if target is not None:
            return Door(target.url, self._ground.secrets.get(target.api_key))
        if self._ground.own is None:
            hint = "add `target: {url: …, api_key: {env: NAME}}`; only inside `agentops serve` it is that server"
            raise UsageError(f"the repository {self.name} names no target", hint=hint)
        return self._ground.own

    def _url(self) -> str:
        """Return the address as git takes it; a path is relative to the operator's file."""
        url = self.repository.url
        is_folder = "://" not in url and ":" not in url.split("/", 1)[0]
        return f"file://{self._ground.secrets.path(url).absolute()}" if is_folder else url


class _Desk:
    """What one round works with: a clone, commands, and commits as folders until the round ends."""

    def __init__(self, follower: Follower, stack: AsyncExitStack) -> None:
        self.clone, self.commands = follower.desk_means()
        self._repository = follower.repository
        self._stack = stack
        self._folders: dict[str, Path] = {}

    async def folder(self, commit: str) -> Path:
        """Return the tree of a commit as a folder.

        Raises:
            RepositoryError: the commit is not to be had, or is not taken out of git.
        """
        if commit not in self._folders:
            if not await self.clone.recall(commit):
                hint = "bring the commit back in the repository, or accept the one that is there"
                raise RepositoryError(f"the live commit {commit[:12]} is nowhere to be had", hint=hint)
            found = await self.clone.survey(commit, self._repository.path or "", self._repository.limits)
            if found.refusal:
                raise RepositoryError(f"{commit[:12]} is not taken out of git: {found.refusal}")
            self._folders[commit] = await self._stack.enter_async_context(self.clone.taken_out(commit, found.entries))
        return self._folders[commit]


def _replaced(name: str, commit: str, live: str) -> Problem:
    message = f"history was replaced: {commit[:12]} does not grow from {live[:12]}, which is live"
    advice = f"find out who pushed it; if it is right: agentops controller accept {name} {commit}"
    return Problem(message, advice, is_refusal=True)


def _problem(error: Exception) -> Problem:
    if isinstance(error, AgentopsError):
        return Problem(error.message, error.hint)
    return Problem(f"{type(error).__name__}: {error}", "look at the disk and the limits of the machine")
