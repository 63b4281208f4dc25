"""The lease that every run holds while it writes: how it is waited for, taken, kept and given back."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agentops.base.errors import StalePlan, TargetDenied, TargetError, TargetLocked
from agentops.cli import signs
from agentops.cli.commits import commit_of
from agentops.cli.context import cache_folder
from agentops.cli.output import say

if TYPE_CHECKING:
    from agentops.cli.planning import Planned
    from agentops.manifests.document import Tree
    from agentops.reconcile.lease import Held, Lease
    from agentops.targets.leases import Leases, Taken

F = TypeVar("F", bound=Callable[..., Any])

_META = "agentops.lock"
_LOOK_EVERY_S = 2.0
_TELL_EVERY_S = 60.0
_SHORTEST_PAUSE_S = 0.1
_HEARD_OUT_S = 5.0
"""How long whoever is interrupted waits for the answer to what asks for the lease."""

_SETTLES_S = 5.0
"""What a run had sent before it was killed is done by then: it is not seen that a server still works on it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a run is locked. Units: seconds."""

    mode: str
    ttl_s: int
    wait_s: int = 0
    """How long to wait for another run."""


class Hold:
    """The right to write, as long as it lasts."""

    def __init__(self, planned: "Planned", commit: str) -> None:
        """Take what is to be carried out, and the commit that it is of."""
        self.planned = planned
        self.commit = commit
        self.is_over = False
        """Whether all was done, and nothing is declared: where nothing else is left, the lease's store goes as well."""

        self._why = ""
        self._stop: Callable[[str], None] | None = None

    def when_lost(self, stop: Callable[[str], None]) -> None:
        """Call this when the lease is somebody else's."""
        self._stop = stop
        if self._why:
            stop(self._why)

    @property
    def is_lost(self) -> bool:
        """Tell whether the lease is somebody else's by now."""
        return bool(self._why)

    def lose(self, why: str) -> None:
        """Tell that the lease is lost."""
        self._why = why
        say(f"stopping: {why}. What is under way is finished, nothing else is begun")
        if self._stop:
            self._stop(why)


def lock_options(command: F) -> F:
    """Add `--lock` and `--lock-wait`; `leased` finds them."""
    for name, kind, metavar, text in (
        ("--lock-wait", click.STRING, "TIME", "Wait so long (5m) while another run applies, instead of stopping."),
        ("--lock", click.Choice(["lease", "none"]), None, "`none`: do without the lease for this run."),
    ):
        option = click.option(name, type=kind, metavar=metavar, help=text, expose_value=False, callback=_noted)
        command = option(command)
    return command


def _noted(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    if parameter.name == "lock_wait":
        from agentops.wire.durations import seconds

        try:
            ctx.meta.setdefault(_META, {})["wait_s"] = seconds(value)
        except ValueError:
            raise click.BadParameter(f"`{value}` is no length of time; write 30s, 5m or 1h") from None
    else:
        ctx.meta.setdefault(_META, {})["mode"] = value


def terms_of(tree: "Tree") -> Terms:
    """Return what the Project says of the lease, and the running command beside it."""
    from agentops.reconcile.lease import DEFAULT_TTL_S
    from agentops.wire.durations import seconds

    declared: Mapping[str, Any] = (tree.project.data.get("lock") or {}) if tree.project else {}
    context = click.get_current_context(silent=True)
    said: Mapping[str, Any] = context.meta.get(_META, {}) if context else {}
    ttl_s = seconds(declared["ttl"]) if declared.get("ttl") else DEFAULT_TTL_S
    return Terms(said.get("mode") or declared.get("mode") or "lease", ttl_s, said.get("wait_s", 0))


@asynccontextmanager
async def leased(planned: "Planned", accept: "Callable[[Planned], None] | None" = None) -> AsyncIterator[Hold]:
    """Hold the lease of the plan's project while something is written; a plan without steps never comes here.

    Where another run wrote between our look and our turn, the target is looked at again; another plan than the one
    that was shown goes to `accept`.

    Raises:
        TargetLocked: another run holds the lease.
        StalePlan: another run changed what the plan is about, and nobody accepts another plan.
    """
    from agentops.reconcile.objects import ObjectKind

    hold = Hold(planned, commit_of(planned.tree.root))
    terms = terms_of(planned.tree)
    if terms.mode == "lease" and ObjectKind.MEMORY_STORE in planned.world.unsupported:
        say(f"note: {planned.target.label} has no memory stores to keep a lease in: nothing keeps two runs apart")
    if terms.mode == "none" or ObjectKind.MEMORY_STORE in planned.world.unsupported:
        yield hold
        return
    async with _held(hold, terms, accept):
        yield hold


@asynccontextmanager
async def _held(hold: Hold, terms: Terms, accept: "Callable[[Planned], None] | None") -> AsyncIterator[None]:
    from agentops.targets.lease_keeper import Keeper
    from agentops.targets.leases import Leases

    planned, lease = hold.planned, _lease_of(hold, terms)
    leases = Leases(planned.target, planned.plan.owner, planned.world.locks)
    keeper = Keeper(leases, terms.ttl_s, hold.lose)
    began = planned.target.pages.time.began
    task: asyncio.Task[None] | None = None
    with _interrupted_by_any_signal(), signs.alive(cache_folder(os.environ), lease.nonce):
        try:
            taken = await _Waiting(hold, leases, terms).taken(lease)
            task = asyncio.create_task(keeper.run(asyncio.sleep, asyncio.get_running_loop().time, taken.sent_at))
            if taken.is_after_another or await leases.was_held_since(began):
                hold.planned = await _seen_again(planned, accept)
            yield
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await _give_back(leases, hold)


@contextmanager
def _interrupted_by_any_signal() -> Iterator[None]:
    """Take what ends jobs in CI systems and terminals that close for a Ctrl-C: the lease is given back all the same.

    Whoever handles such a signal himself, or was started so that it is ignored, is left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_DFL]
    for each in ours:
        signal.signal(each, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)


def _lease_of(hold: Hold, terms: Terms) -> "Lease":
    from agentops.base.ids import RandomIds
    from agentops.cli.holders import holder_of
    from agentops.reconcile.lease import Lease

    holder = holder_of(os.environ, hold.commit)
    return Lease(holder, hold.planned.target.pages.time.now(), terms.ttl_s, RandomIds().new("lease"))


async def _give_back(leases: "Leases", hold: Hold) -> None:
    try:
        is_last = hold.is_over and not hold.is_lost and _takes_everything(hold.planned)
        await (leases.remove_stores() if is_last else leases.release())
    except TargetError as error:
        say(f"note: the lease was not given back and ends by itself: {error.message}")


def _takes_everything(planned: "Planned") -> bool:
    """Tell whether the plan leaves nothing of its owner's."""
    from agentops.reconcile.plan import REMOVALS

    gone = {each.live.id for each in planned.plan.steps if each.live and each.action in REMOVALS}
    owned = (each for lives in planned.world.owned(planned.plan.owner).values() for each in lives)
    return all(each.id in gone or each.parent in gone for each in owned)


async def _seen_again(planned: "Planned", accept: "Callable[[Planned], None] | None") -> "Planned":
    """Return the plan for what is there now, after another run."""
    fresh = await planned.again()
    if fresh.plan.id == planned.plan.id:
        return fresh
    if accept is None:
        raise StalePlan(
            f"another run changed {planned.target.label} after plan {planned.plan.id} was made; the plan is now "
            f"{fresh.plan.id}, and nothing was changed",
            hint="run the command again, and look at the new plan",
        )
    say("Another run has changed the target since; this is the plan now:")
    accept(fresh)
    return fresh


@dataclass(frozen=True, slots=True)
class _Turn:
    """Our turn."""

    sent_at: float
    """When the lease was asked for, on the loop's clock: it lives from then on."""

    is_after_another: bool
    """Whether we know of another run before us."""


class _Waiting:
    """Takes the lease, waiting for its holder as long as the terms say."""

    def __init__(self, hold: Hold, leases: "Leases", terms: Terms) -> None:
        self._target = hold.planned.target
        self._leases = leases
        self._terms = terms
        self._loop = asyncio.get_running_loop()
        self._told: tuple[str, float] = ("", 0.0)

    async def taken(self, lease: "Lease") -> _Turn:
        """Return when it is our turn.

        Raises:
            TargetLocked: another run holds the lease for longer than we wait.
        """
        began, has_waited = self._loop.time(), False
        while True:
            sent_at = self._loop.time()
            taken = await self._take(lease)
            if taken.holder is None:
                if taken.previous:
                    say(f"note: {_silent(taken.previous)}; its lease has expired and is taken over")
                return _Turn(sent_at, has_waited or taken.previous is not None)
            if not await self._is_taken_from_the_dead(taken.holder):
                await self._wait(taken.holder, began + self._terms.wait_s)
            has_waited = True

    async def _take(self, lease: "Lease") -> "Taken":
        try:
            return await self._heard_out(asyncio.ensure_future(self._leases.take(lease)))
        except TargetDenied as error:
            hint = "the lease is a memory: let the key write memory stores, or do without it by `--lock none`"
            raise TargetDenied(error.message, hint=hint, status=error.status, request_id=error.request_id) from error

    async def _heard_out(self, asked: "asyncio.Future[Taken]") -> "Taken":
        """Return the answer; who is interrupted waits for it a while, too.

        What is on its way when it is given up may arrive after we looked whether the lease is ours.
        """
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            await asyncio.wait([asked], timeout=_HEARD_OUT_S)
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
            raise

    async def _is_taken_from_the_dead(self, held: "Held") -> bool:
        """Take the lease away from a run of this machine that was killed, and tell whether it was one."""
        caches = cache_folder(os.environ)
        if held.lease is None or not signs.is_dead(caches, held.lease.nonce):
            return False
        from agentops.reconcile.lease import shown

        who = shown(held.lease.holder).name
        say(f"note: {who} was killed on this machine while it applied: its lease is taken away")
        await self._target.pages.pause(_SETTLES_S)
        await self._leases.take_away(held)
        signs.bury(caches, held.lease.nonce)
        return True

    async def _wait(self, held: "Held", until: float) -> None:
        """Wait until nobody holds the lease, or its holder has been silent for too long."""
        found: Held | None = held
        while found is not None and not found.is_expired(self._target.pages.time.now()):
            now = self._loop.time()
            if now >= until:
                raise self._refused(found)
            self._tell(found, now)
            ends_in = (found.expires_at - self._target.pages.time.now()).total_seconds()
            await self._target.pages.pause(max(min(_LOOK_EVERY_S, until - now, ends_in), _SHORTEST_PAUSE_S))
            found = await self._leases.holder()

    def _tell(self, held: "Held", now: float) -> None:
        """Say who is waited for: when it is news, and now and then."""
        who, told_at = self._told
        name = held.lease.nonce if held.lease else held.sha256
        if name != who or now - told_at >= _TELL_EVERY_S:
            self._told = (name, now)
            from agentops.reconcile.views.lease import in_one_line

            say(f"waiting: {in_one_line(held, self._target.pages.time.now())}")

    def _refused(self, held: "Held") -> TargetLocked:
        from agentops.reconcile.views.lease import in_one_line, left
        from agentops.wire.durations import spelled

        now = self._target.pages.time.now()
        waited = f"; waited {spelled(self._terms.wait_s)} for it" if self._terms.wait_s else ""
        return TargetLocked(
            f"{in_one_line(held, now)}{waited}. Nothing was changed on {self._target.label}",
            hint=f"the lease is valid for another {left(held, now)} and renewed while its holder lives: wait with "
            "--lock-wait 5m, or take it away with `agentops lock break` if that run is dead",
        )


def _silent(held: "Held") -> str:
    from agentops.reconcile.lease import shown

    name = shown(held.lease.holder).name if held.lease else "somebody"
    return f"{name} began to apply and has not been heard of since {held.renewed_at:%H:%M:%S} UTC"
