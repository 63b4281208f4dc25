"""Sessions: create, read, update, archive, delete, list; what runs them is elsewhere."""

from collections.abc import Sequence
from dataclasses import replace

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core import session_agents as agents
from agentops.engine.core import session_events, session_rules, threads
from agentops.engine.core import sessions as core
from agentops.engine.core.happenings import Happening
from agentops.engine.core.ids import is_id
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import invalid, refused
from agentops.engine.core.sessions import Session
from agentops.engine.operations import files, mounts, session_agents, work, workflow_runs
from agentops.engine.operations.call import Call, Listed
from agentops.engine.operations.happenings import record
from agentops.engine.store.documents import Environments, Vaults
from agentops.engine.store.session_events import SessionEvents
from agentops.engine.store.session_resources import SessionResources
from agentops.engine.store.session_threads import SessionThreads
from agentops.engine.store.sessions import SessionFilter, Sessions, Stretch
from agentops.wire.problems import check
from agentops.wire.sessions import SessionCreate


def create(call: Call, request: Json, *, deployment_id: str | None = None) -> str:
    """Begin a session and return it, with what it is given to begin with in its log.

    Raises:
        InvalidRequest: something that the request names cannot be used; its `reason` tells deployments what.
    """
    environment = _environment(call, request["environment_id"])
    resources = request.get("resources") or []
    session_rules.refuse_self_hosted(environment["config"], resources)
    agent = session_agents.resolved(call, request["agent"], environment)
    session_rules.refuse_unpriced_models(agent, request.get("budget"))
    _refuse_unusable_vaults(call, request.get("vault_ids") or [])
    sent = request.get("initial_events") or []
    _refuse_lost_files(call, sent)
    received = [session_events.received(each, call.ids, call.at) for each in sent]
    session = Session(
        id=call.ids.new("sesn"),
        status=core.RUNNING if sent else core.IDLE,
        environment_id=environment["id"],
        deployment_id=deployment_id,
        config=written(environment["config"]),
        agent=written(agent),
        fields=written(core.fields(request)),
        progress=written(core.progress([outcome for _, outcome in received if outcome])),
        created_at=call.at,
        updated_at=call.at,
    )
    Sessions(call.tx, call.workspace).insert(session, agent["id"], agent["version"])
    mounts.mount(call, session.id, resources)
    SessionEvents(call.tx, call.workspace, session.id).append([event for event, _ in received])
    record(
        call, Happening("session.created", session.id), *([Happening("session.pending", session.id)] if sent else [])
    )
    if sent:
        tell(call, session.id)
    if environment["config"]["type"] == "self_hosted":
        work.enqueue(call, environment["id"], session.id)
    return _answers(call, [session])[0]


def update(call: Call, session_id: str, request: Json) -> str:
    """Change the session, say so in its log, and return it.

    Raises:
        NotFound: there is no such session.
        InvalidRequest: it is archived, its agent is to change while it is not idle, or the outcome breaks a rule.
    """
    stored = writable(call, session_id)
    before = {**parsed(stored.fields), "agent": parsed(stored.agent)}
    fields = core.updated(before, request)
    _refuse_bad_fields(stored, before, fields)
    agent = _changed_agent(stored, before["agent"], request["agent"]) if "agent" in request else before["agent"]
    if request.get("budget") is not None:
        session_rules.refuse_unpriced_models(agent, request["budget"])
    after = {**fields, "agent": agent}
    if after == before:
        return _answers(call, [stored])[0]
    changed = replace(stored, fields=written(fields), agent=written(agent), updated_at=call.at)
    Sessions(call.tx, call.workspace).replace(changed)
    Sessions(call.tx, call.workspace).stir(session_id, is_stirred=True)
    _log(call, session_id, "session.updated", **core.changes(before, after))
    record(call, Happening("session.updated", session_id))
    return _answers(call, [changed])[0]


def retrieve(call: Call, session_id: str) -> str:
    """Return the session.

    Raises:
        NotFound: there is no such session.
    """
    return _answers(call, [existing(call, session_id)])[0]


def archive(call: Call, session_id: str) -> str:
    """End the session for good, keep its history, and return it; an archived one is left as it is.

    Raises:
        NotFound: there is no such session.
        InvalidRequest: it is running.
    """
    stored = existing(call, session_id)
    if stored.archived_at:
        return _answers(call, [stored])[0]
    _refuse_busy(call, stored, "archived")
    progress = written(workflow_runs.end_all(call, stored))
    ended = replace(stored, status=core.TERMINATED, progress=progress, updated_at=call.at, archived_at=call.at)
    Sessions(call.tx, call.workspace).replace(ended)
    _say_ended(call, stored)
    mounts.secrets(call, session_id).destroy()
    work.withdraw(call, session_id)
    return _answers(call, [ended])[0]


def delete(call: Call, session_id: str) -> str:
    """Remove the session with its log, its secrets, and the files it was given copies of or wrote.

    Raises:
        NotFound: there is no such session.
        InvalidRequest: it is running.
    """
    _refuse_busy(call, existing(call, session_id), "deleted")
    files.discard_all(call, session_id)
    mounts.secrets(call, session_id).destroy()
    work.withdraw(call, session_id)
    Sessions(call.tx, call.workspace).delete(session_id)
    record(call, Happening("session.deleted", session_id))
    tell(call, session_id)
    return written({"type": "session_deleted", "id": session_id})


def page(call: Call, stretch: Stretch, wanted: SessionFilter) -> Listed:
    """Return part of the list of sessions."""
    found = Sessions(call.tx, call.workspace).page(stretch, wanted)
    shown = found[: stretch.limit]
    places = [(each.created_at, each.seq) for each in shown]
    return Listed(_answers(call, shown), places, len(found) > stretch.limit)


def existing(call: Call, session_id: str) -> Session:
    """Return the session as it lies in the database.

    Raises:
        NotFound: there is no such session.
    """
    stored = Sessions(call.tx, call.workspace).get(session_id)
    if stored is None:
        raise NotFound(f"There is no session {session_id}.")
    return stored


def writable(call: Call, session_id: str) -> Session:
    """Return the session if it may be changed.

    Raises:
        NotFound: there is no such session.
        InvalidRequest: it is archived.
    """
    stored = existing(call, session_id)
    if stored.archived_at:
        raise InvalidRequest(f"Session {session_id} is archived: it can be read or deleted, but not changed.")
    return stored


def _environment(call: Call, environment_id: str) -> Json:
    stored = Environments(call.tx, call.workspace).get(environment_id) if is_id(environment_id) else None
    if stored is None:
        raise refused(("environment_id",), "must be an environment that exists", reason="environment_not_found")
    if stored.archived_at:
        message = f"must not be archived, environment {environment_id} is"
        raise refused(("environment_id",), message, reason="environment_archived")
    return parsed(stored.body)


def _refuse_unusable_vaults(call: Call, vault_ids: list[str]) -> None:
    vaults = Vaults(call.tx, call.workspace)
    for index, vault_id in enumerate(vault_ids):
        stored = vaults.get(vault_id) if is_id(vault_id) else None
        if stored is None:
            raise refused(("vault_ids", index), "must be a vault that exists", reason="vault_not_found")
        if stored.archived_at:
            message = f"must not be archived, vault {vault_id} is"
            raise refused(("vault_ids", index), message, reason="vault_archived")


def _refuse_lost_files(call: Call, events: list[Json]) -> None:
    for path, file_id in session_events.file_ids(events):
        if files.readable(call, file_id) is None:
            message = "must be a file that exists and has not expired"
            raise refused(("initial_events", *path), message, reason="file_not_found")


def _refuse_bad_fields(stored: Session, before: Json, fields: Json) -> None:
    """Hold the outcome of an update against the rules; the 16 pairs of metadata are counted after the merge."""
    least = {"agent": "-", "environment_id": "-"}
    if problems := check(SessionCreate, {**least, "metadata": fields["metadata"]})[1]:
        raise invalid(problems)
    if fields["budget"] == before["budget"]:
        return
    if stored.status == core.TERMINATED:
        raise refused(("budget",), "cannot be changed any more, the session has ended")
    session_rules.refuse_budget(before["budget"], fields["budget"], core.consumed_cents(parsed(stored.progress)))


def _changed_agent(stored: Session, agent: Json, sent: Json) -> Json:
    workflow_runs.refuse_change(stored)
    if stored.status != core.IDLE:
        raise refused(("agent",), f"can only be changed while the session is idle, it is {stored.status}")
    changed = agents.changed(agent, sent)
    if problems := agents.problems(changed, sent):
        raise invalid(problems)
    session_rules.refuse_blocked_servers([changed], {"id": stored.environment_id, "config": parsed(stored.config)})
    return changed


def _refuse_busy(call: Call, session: Session, becoming: str) -> None:
    """Refuse to take away a session from under its work.

    One that only waits for its first turn is not busy: it is `running` from its creation on, as documented, but nothing
    has begun that could be cut off, and nobody could interrupt it. The log tells: what takes up a session's work
    writes `session.status_running` first. Source: `.github/decisions/0007-a-waiting-session-can-be-ended.md`.
    """
    is_active = session.status not in (core.IDLE, core.TERMINATED)
    if is_active and SessionEvents(call.tx, call.workspace, session.id).has("session.status_running"):
        runs = ", ".join(workflow_runs.open_runs(session))
        way_out = f"have its agent stop {runs}," if runs else "interrupt it"
        way_out = way_out if session.dream_id is None else f"cancel {session.dream_id}"
        raise InvalidRequest(
            f"Session {session.id} is {session.status}: {way_out} and wait until it is idle before it is {becoming}."
        )


def _say_ended(call: Call, session: Session) -> None:
    """Tell of a session's end, and before it of every thread's that had not ended."""
    children = [each for each in SessionThreads(call.tx, call.workspace, session.id).all() if not each.is_closed]
    ends = [threads.end(each, call.ids, call.at) for each in (*children, threads.primary(session))]
    SessionEvents(call.tx, call.workspace, session.id).append(ends)
    record(call, *(Happening("session.thread_terminated", session.id, each.id) for each in children))
    _log(call, session.id, "session.status_terminated")
    record(call, Happening("session.status_terminated", session.id), Happening("session.archived", session.id))


def _log(call: Call, session_id: str, event_type: str, **more: object) -> None:
    event = session_events.emitted(event_type, call.ids, call.at, **more)
    SessionEvents(call.tx, call.workspace, session_id).append([event])
    tell(call, session_id)


def tell(call: Call, session_id: str) -> None:
    """Wake whoever runs or watches the session."""
    call.announce(core.inbox_topic(call.workspace, session_id))
    call.announce(core.watchers_topic(session_id))


def _answers(call: Call, sessions: Sequence[Session]) -> list[str]:
    mounted = SessionResources(call.tx, call.workspace).bodies([each.id for each in sessions])
    return [core.answered(each, mounted.get(each.id, ()), call.at) for each in sessions]
