"""Deployments: create, read, update, pause, unpause, archive, list."""

from dataclasses import replace
from datetime import datetime, timedelta

from agentops.base.clock import timestamp
from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core import deployments as core
from agentops.engine.core import firing
from agentops.engine.core.happenings import Happening
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import invalid, refused
from agentops.engine.operations import sessions
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.happenings import record
from agentops.engine.sealing import Box
from agentops.engine.store.deployments import DeploymentFilter, Deployments, StoredDeployment, scheduled
from agentops.engine.store.port import Window, rehearsal
from agentops.engine.store.secrets import Secrets
from agentops.wire.deployments import DeploymentCreate
from agentops.wire.problems import check


def create(call: Call, request: Json) -> str:
    """Save a new deployment and return it.

    Raises:
        InvalidRequest: no session of it could be created, or the organization has as many schedules as it may.
    """
    fields = core.created(request, _rehearsed(call, request))
    _refuse_one_more(call, fields["schedule"])
    deployment_id = call.ids.new("depl")
    deployment = core.whole(deployment_id, fields, core.begun(call.at))
    stored = StoredDeployment(
        id=deployment_id,
        body=written(deployment),
        agent_id=fields["agent"]["id"],
        status=core.ACTIVE,
        is_scheduled=int(fields["schedule"] is not None),
        last_run_at=None,
        created_at=call.at,
    )
    stored = _timed(call, stored, deployment)
    Deployments(call.tx, call.workspace).insert(stored, call.organization)
    secrets(call, deployment_id).put(deployment_id, core.tokens(request.get("resources") or ()), call.at)
    record(call, Happening("deployment.created", deployment_id))
    return _answer(call, stored)


def update(call: Call, deployment_id: str, request: Json) -> str:
    """Change the deployment and return it; sessions that it began stay as they are.

    Raises:
        NotFound: there is no such deployment.
        InvalidRequest: it is archived, or the outcome breaks a rule that a create has to obey.
    """
    stored = _writable(call, deployment_id)
    before = parsed(stored.body)
    is_another_session = bool(core.session(request))
    agent = _rehearsed(call, {**before, **request}) if is_another_session else before["agent"]
    fields = core.updated(before, request, agent)
    if problems := check(DeploymentCreate, fields)[1]:
        raise invalid(problems)
    if not stored.is_scheduled:
        _refuse_one_more(call, fields["schedule"])
    tokens = core.tokens(request.get("resources") or ())
    gone = 0
    if "resources" in request:
        gone = secrets(call, deployment_id).purge(deployment_id)
        secrets(call, deployment_id).put(deployment_id, tokens, call.at)
    if not (tokens or gone) and fields == core.fields_of(before):
        return _answer(call, stored)
    stored = replace(stored, agent_id=agent["id"], is_scheduled=int(fields["schedule"] is not None))
    record(call, Happening("deployment.updated", deployment_id))
    return _answer(call, _kept(call, stored, core.whole(deployment_id, fields, core.state_of(before, call.at))))


def retrieve(call: Call, deployment_id: str) -> str:
    """Return the deployment.

    Raises:
        NotFound: there is no such deployment.
    """
    return _answer(call, existing(call, deployment_id))


def pause(call: Call, deployment_id: str) -> str:
    """Stop the deployment's schedule and return it; a paused one is left as it is.

    Raises:
        NotFound: there is no such deployment.
        InvalidRequest: it is archived.
    """
    stored = _writable(call, deployment_id)
    if stored.status == core.ACTIVE:
        stored = keep_paused(call, stored, core.BY_HAND)
    return _answer(call, stored)


def unpause(call: Call, deployment_id: str) -> str:
    """Let the deployment's schedule go on, from its next moment, and return it; an active one is left as it is.

    Raises:
        NotFound: there is no such deployment.
        InvalidRequest: it is archived.
    """
    stored = _writable(call, deployment_id)
    if stored.status == core.PAUSED:
        stored = _kept(call, stored, core.unpaused(parsed(stored.body), call.at))
        record(call, Happening("deployment.unpaused", deployment_id))
    return _answer(call, stored)


def archive(call: Call, deployment_id: str) -> str:
    """Archive the deployment for good, purge its tokens and return it; an archived one is left as it is.

    Raises:
        NotFound: there is no such deployment.
    """
    stored = existing(call, deployment_id)
    return _answer(call, stored if stored.archived_at else keep_archived(call, stored))


def archive_of(call: Call, agent_id: str) -> None:
    """Archive every deployment of an agent: it goes with the agent."""
    for each in Deployments(call.tx, call.workspace).of(agent_id):
        keep_archived(call, each)


def found(call: Call, window: Window, wanted: DeploymentFilter) -> list[StoredDeployment]:
    """Return part of the list of deployments as they lie in the database, newest first, one more than the limit."""
    return Deployments(call.tx, call.workspace).page(window, wanted)


def page(rows: list[StoredDeployment], limit: int, at: str) -> Page:
    """Return what was found as a page; when each is run next is counted for it."""
    return Page.newest_first([_answered(each, at) for each in rows[:limit]], rows, limit)


def existing(call: Call, deployment_id: str) -> StoredDeployment:
    """Return the deployment as it lies in the database.

    Raises:
        NotFound: there is no such deployment.
    """
    stored = Deployments(call.tx, call.workspace).get(deployment_id)
    if stored is None:
        raise NotFound(f"There is no deployment {deployment_id}.")
    return stored


def move_on(call: Call, stored: StoredDeployment) -> firing.Firing | None:
    """Put a deployment whose time has come down for what its schedule wants next, and return what is to be run now.

    Nothing, when everybody came too late, or nobody has ever counted when it is run.
    """
    now = datetime.fromisoformat(call.at)
    # The moment itself is among those behind the second before it.
    after = datetime.fromisoformat(stored.due_at) - timedelta(seconds=1) if stored.due_at else now
    outlook = firing.outlook(parsed(stored.body), after, now)
    Deployments(call.tx, call.workspace).replace(_put_down(stored, outlook.ahead))
    return outlook.ripe


def keep_paused(call: Call, stored: StoredDeployment, reason: Json) -> StoredDeployment:
    """Pause the deployment for a reason."""
    record(call, Happening("deployment.paused", stored.id))
    return _kept(call, stored, core.paused(parsed(stored.body), reason, call.at))


def keep_archived(call: Call, stored: StoredDeployment) -> StoredDeployment:
    """Archive the deployment and purge its tokens."""
    record(call, Happening("deployment.archived", stored.id))
    secrets(call, stored.id).destroy()
    stored = replace(stored, is_scheduled=0)
    return _kept(call, stored, core.archived(parsed(stored.body), call.at))


def secrets(call: Call, deployment_id: str) -> Secrets:
    """Return the secrets of the deployment: the tokens of its repositories."""
    return Secrets(call.tx, Box(call.workspace, deployment_id), call.keyring)


def _rehearsed(call: Call, request: Json) -> Json:
    """Return the agent at the version that is pinned, once a session was created and taken back."""
    with rehearsal(call.tx):
        agent = parsed(sessions.create(call, core.session(request)))["agent"]
    return {"type": "agent", "id": agent["id"], "version": agent["version"]}


def _refuse_one_more(call: Call, schedule: Json | None) -> None:
    if schedule is not None and scheduled(call.tx, call.organization) >= core.SCHEDULED_MAX:
        raise refused(
            ("schedule",),
            f"is one too many: the organization has {core.SCHEDULED_MAX} scheduled deployments, as many as it may; "
            "archive one or take its schedule away",
        )


def _writable(call: Call, deployment_id: str) -> StoredDeployment:
    stored = existing(call, deployment_id)
    if stored.archived_at:
        raise InvalidRequest(f"Deployment {deployment_id} is archived: it can be read, but not changed.")
    return stored


def _kept(call: Call, stored: StoredDeployment, deployment: Json) -> StoredDeployment:
    """Store what the deployment is now, and return it as it lies there."""
    if stored.fires_at is None or not firing.is_as_before(parsed(stored.body), deployment):
        stored = _timed(call, stored, deployment)
    now = replace(stored, body=written(deployment), status=deployment["status"], archived_at=deployment["archived_at"])
    Deployments(call.tx, call.workspace).replace(now)
    return now


def _timed(call: Call, stored: StoredDeployment, deployment: Json) -> StoredDeployment:
    """Return the deployment with when it is run first, counted from now; whoever waits for that is told."""
    ahead = firing.first(deployment, datetime.fromisoformat(call.at))
    if ahead:
        call.announce(firing.TOPIC)
    return _put_down(stored, ahead)


def _put_down(stored: StoredDeployment, ahead: firing.Firing | None) -> StoredDeployment:
    if ahead is None:
        return replace(stored, due_at=None, fires_at=None)
    return replace(stored, due_at=timestamp(ahead.due_at), fires_at=timestamp(ahead.fires_at))


def _answer(call: Call, stored: StoredDeployment) -> str:
    return _answered(stored, call.at)


def _answered(stored: StoredDeployment, at: str) -> str:
    return core.answered(stored.body, last_run_at=stored.last_run_at, now=at)
