"""Sessions: create, read, update, archive, delete, list; what runs them is elsewhere."""

from agentops.base.errors import NotFound
from agentops.engine.core import session_events, session_rules
from agentops.engine.core import sessions as core
from agentops.engine.core.ids import is_id
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import refused
from agentops.engine.core.sessions import Session
from agentops.engine.operations import files, session_agents, session_resources, work
from agentops.engine.operations.call import Call
from agentops.engine.store.documents import Environments, Vaults
from agentops.engine.store.session_events import SessionEvents
from agentops.engine.store.session_resources import SessionResources
from agentops.engine.store.sessions import Sessions


def create(call: Call, request: Json, *, deployment_id: str | None = None) -> str:
    """Begin a session and return it, with what it is given to begin with in its log.

    Raises:
        InvalidRequest: something that the request names cannot be used; its `reason` tells deployments what.
    """
    environment = _environment(call, request["environment_id"])
    resources = request.get("resources") or []
    session_rules.refuse_self_hosted(environment, resources)
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
        agent=written(agent),
        fields=written(core.fields(request)),
        progress=written(core.progress([outcome for _, outcome in received if outcome])),
        created_at=call.at,
        updated_at=call.at,
    )
    Sessions(call.tx, call.workspace).insert(session, agent["id"], agent["version"])
    session_resources.mount(call, session.id, resources)
    SessionEvents(call.tx, call.workspace, session.id).append([event for event, _ in received])
    if environment["config"]["type"] == "self_hosted":
        work.enqueue(call, environment["id"], session.id)
    return _answer(call, session)


def retrieve(call: Call, session_id: str) -> str:
    """Return the session.

    Raises:
        NotFound: there is no such session.
    """
    return _answer(call, existing(call, session_id))


def existing(call: Call, session_id: str) -> Session:
    """Return the session as it lies in the database.

    Raises:
        NotFound: there is no such session.
    """
    stored = Sessions(call.tx, call.workspace).get(session_id)
    if stored is None:
        raise NotFound(f"There is no session {session_id}.")
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
        if not (is_id(file_id) and files.is_readable(call, file_id)):
            message = "must be a file that exists and has not expired"
            raise refused(("initial_events", *path), message, reason="file_not_found")


def _answer(call: Call, session: Session) -> str:
    resources = SessionResources(call.tx, call.workspace).bodies([session.id])
    return core.answered(session, resources.get(session.id, ()), call.at)
