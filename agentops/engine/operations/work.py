"""The work queue: what sessions put in, and what workers and operators do with it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from agentops.base.errors import NotFound
from agentops.engine import keys
from agentops.engine.core import metadata, work_answers
from agentops.engine.core import work as core
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import invalid
from agentops.engine.core.work import State, Work
from agentops.engine.operations import environments
from agentops.engine.operations.call import Call, Page
from agentops.engine.store.port import Transaction, Window
from agentops.engine.store.session_log import SessionLog
from agentops.engine.store.sessions import Sessions
from agentops.engine.store.work import Works
from agentops.engine.store.work_pollers import Pollers
from agentops.wire.problems import check
from agentops.wire.work import WorkFields

RECLAIM = timedelta(milliseconds=5000)
"""How long an item stays with who did not acknowledge it. Source: SDK 2.11.0 `…/environments/work_poll_params.py`."""

_ATTEMPTS_MAX = 3
"""How many items a session gets for the calls of one reply, once their workers left them open."""

_POLLING = timedelta(seconds=30)
"""Source: SDK 2.11.0 `types/beta/environments/beta_self_hosted_work_queue_stats.py`, `workers_polling`."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A worker's question for work."""

    environment_id: str
    worker_id: str | None
    """The name it gives itself; None is not counted."""

    reclaim_after: timedelta = RECLAIM


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does to an item."""

    environment_id: str
    work_id: str
    claim: int | None = None
    """The claim that the sender's token belongs to; None for who comes with a key."""

    def is_holders(self, work: Work) -> bool:
        """Tell whether the sender is not known to hold an earlier claim."""
        return self.claim is None or self.claim == work.claim


def enqueue(call: Call, environment_id: str, session_id: str) -> None:
    """Give a session to the workers of its environment, unless it is in the queue or a worker holds it.

    A worker that was told to stop does not count: what the session needs now, the next one does.
    """
    if offer(call.tx, call.workspace, core.queued(call.ids.new("work"), environment_id, session_id, call.at)):
        call.announce(topic(environment_id))


def offer(tx: Transaction, workspace: str, item: Work) -> bool:
    """Put a new item in the queue unless the session has one that is queued or held, and tell whether it was put."""
    works = Works(tx, workspace)
    states = {core.settled(each, item.created_at).state for each in works.unfinished(item.session_id)}
    if states & {State.QUEUED, State.STARTING, State.ACTIVE}:
        return False
    works.insert(item)
    return True


def withdraw(call: Call, session_id: str) -> None:
    """Stop what workers do for a session that is archived or deleted."""
    works = Works(call.tx, call.workspace)
    for each in works.unfinished(session_id):
        now = core.settled(each, call.at)
        works.replace(now if now.state is State.STOPPED else core.stopped(now, call.at, force=True))


def topic(environment_id: str) -> str:
    """Return what workers of the environment listen for."""
    return f"work {environment_id}"


def note(call: Call, turn: Turn) -> None:
    """Count the worker among those that poll."""
    if turn.worker_id is not None:
        pollers = Pollers(call.tx, call.workspace, turn.environment_id)
        pollers.note(turn.worker_id, call.at, forgotten=core.later(call.at, -_POLLING))


def has_free(call: Call, turn: Turn) -> bool:
    """Tell whether there is an item that the worker could have."""
    return _first_free(call, turn) is not None


def claim(call: Call, turn: Turn) -> str | None:
    """Hand out the item that is longest in the queue, with a secret of its own; None when there is none."""
    free = _first_free(call, turn)
    if free is None:
        return None
    token = keys.generate(keys.TOKEN_PREFIX)
    work = core.claimed(free, call.at)
    works = Works(call.tx, call.workspace)
    works.settle(turn.environment_id, call.at)
    works.replace(work)
    works.admit(work, keys.digest(token.reveal()))
    return work_answers.item(work, work_answers.secret(token))


def acknowledge(call: Call, deed: Deed) -> str:
    """Take the item out of the queue for the worker that was handed it.

    Raises:
        NotFound: there is no such item.
        Conflict: somebody works on it, or it is to stop.
    """
    return _changed(call, core.acknowledged(_existing(call, deed), call.at))


def beat(call: Call, deed: Deed, expected: str | None, ttl_seconds: int | None) -> str:
    """Keep the item for its holder, and tell the holder when to stop.

    Raises:
        NotFound: there is no such item.
        HeartbeatPreconditionFailed: another worker may hold it.
    """
    work = _existing(call, deed)
    is_holder = deed.is_holders(work)
    beaten = core.beaten(work, call.at, expected=expected, ttl_seconds=ttl_seconds, is_holder=is_holder)
    Works(call.tx, call.workspace).replace(beaten)
    return work_answers.heartbeat(beaten)


def stop(call: Call, deed: Deed, *, force: bool) -> str:
    """Ask the worker to stop, or end the item at once.

    Raises:
        NotFound: there is no such item.
        Conflict: it is stopped already, or another worker has it.
    """
    work = _existing(call, deed)
    stopped = core.stopped(work, call.at, force=force, is_holder=deed.is_holders(work))
    answer = _changed(call, stopped)
    if stopped.state is State.STOPPED:
        _replace_left(call, work)
    return answer


def retrieve(call: Call, deed: Deed) -> str:
    """Return the item, without its secret.

    Raises:
        NotFound: there is no such item.
    """
    return work_answers.item(core.settled(_existing(call, deed), call.at))


def update(call: Call, deed: Deed, request: Json) -> str:
    """Change the item's metadata and return it.

    Raises:
        NotFound: there is no such item.
        InvalidRequest: there would be more metadata than an object may have.
    """
    work = _existing(call, deed)
    merged = metadata.merged(parsed(work.metadata), request.get("metadata"))
    _, problems = check(WorkFields, {"metadata": merged})
    if problems:
        raise invalid(problems)
    return _changed(call, core.settled(replace(work, metadata=written(merged)), call.at))


def page(call: Call, environment_id: str, window: Window) -> Page:
    """Return part of the list of items, newest first, stopped ones too.

    Raises:
        NotFound: there is no such environment.
    """
    environments.retrieve(call, environment_id)
    found = Works(call.tx, call.workspace).page(environment_id, window)
    return Page.newest_first([work_answers.item(core.settled(each, call.at)) for each in found], found, window.limit)


def stats(call: Call, environment_id: str) -> str:
    """Return how much waits in the queue and how many ask for it.

    Raises:
        NotFound: there is no such environment.
    """
    environments.retrieve(call, environment_id)
    waiting = Works(call.tx, call.workspace).waiting(environment_id, call.at)
    polling = Pollers(call.tx, call.workspace, environment_id).count(since=core.later(call.at, -_POLLING))
    return work_answers.stats(*waiting, polling)


def _replace_left(call: Call, work: Work) -> None:
    """Queue the session again where its worker left while calls are open that only a worker can carry out.

    It may have gone just when the session went on, or been told to stop. A worker that fails at once does not get the
    session over and over: after some attempts it waits for somebody to interrupt it, which is documented.
    """
    session = Sessions(call.tx, call.workspace).get(work.session_id)
    if session is None or session.archived_at is not None:
        return
    waits_for = parsed(session.progress).get("waits_for") or {}
    log = SessionLog(call.tx, call.workspace, session.id)
    since = max((log.at_of(each) for each, awaited in waits_for.items() if awaited in core.OF_WORKERS), default=None)
    if since is not None and Works(call.tx, call.workspace).count_since(session.id, since) < _ATTEMPTS_MAX:
        enqueue(call, session.environment_id, session.id)


def _first_free(call: Call, turn: Turn) -> Work | None:
    since = core.later(call.at, -turn.reclaim_after)
    return Works(call.tx, call.workspace).first_free(turn.environment_id, call.at, since)


def _existing(call: Call, deed: Deed) -> Work:
    work = Works(call.tx, call.workspace).get(deed.work_id)
    if work is None or work.environment_id != deed.environment_id:
        raise NotFound(f"Environment {deed.environment_id} has no work item {deed.work_id}.")
    return work


def _changed(call: Call, work: Work) -> str:
    Works(call.tx, call.workspace).replace(work)
    return work_answers.item(work)
