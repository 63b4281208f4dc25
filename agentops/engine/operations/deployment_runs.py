"""Runs of deployments: started by hand or by their schedules, each recorded; read and listed."""

from dataclasses import replace

from agentops.base.clock import timestamp
from agentops.base.errors import ApiError, InternalError, InvalidRequest, NotFound
from agentops.engine.core import deployment_runs as core
from agentops.engine.core import deployments as rules
from agentops.engine.core.happenings import Happening
from agentops.engine.core.json import Json, parsed
from agentops.engine.operations import deployments, sessions
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.happenings import record
from agentops.engine.store.agents import Agents
from agentops.engine.store.deployment_runs import DeploymentRuns, RunFilter, StoredRun
from agentops.engine.store.deployments import Deployments, StoredDeployment
from agentops.engine.store.port import Window, revocable
from agentops.wire.webhooks import WorkspaceEvent


def run(call: Call, deployment_id: str) -> str:
    """Create a session of the deployment now, paused or not, and return the run, which tells why if none could be.

    Raises:
        NotFound: there is no such deployment.
        InvalidRequest: it is archived.
    """
    stored = deployments.existing(call, deployment_id)
    if stored.archived_at:
        raise InvalidRequest(f"Deployment {deployment_id} is archived: it cannot be run any more.")
    return _recorded(call, stored, None, _begun(call, stored))


def come(call: Call, deployment_id: str, due_at: str | None) -> str | None:
    """Run a deployment whose time has come for a moment of its schedule, and move it on; return the run.

    None when it is not run: somebody was faster, or it is too late for the moment.
    """
    scheduled_at = _moved_on(call, deployment_id, due_at)
    return fire(call, deployment_id, scheduled_at) if scheduled_at else None


def fire(call: Call, deployment_id: str, scheduled_at: str) -> str | None:
    """Create the session that is due by the deployment's schedule, and return the run.

    None when it is not to run: paused or archived meanwhile, or somebody was faster. A failure that time does not mend
    pauses the deployment; one whose agent was deleted is archived.

    Raises:
        NotFound: there is no such deployment.
    """
    stored = deployments.existing(call, deployment_id)
    is_due = stored.is_scheduled and stored.status == rules.ACTIVE
    if not is_due or DeploymentRuns(call.tx, call.workspace).at(deployment_id, scheduled_at):
        return None
    if Agents(call.tx, call.workspace).get(stored.agent_id) is None:
        deployments.keep_archived(call, stored)
        return None
    return _fired(call, stored, scheduled_at, _begun(call, stored))


def break_off(call: Call, deployment_id: str, due_at: str | None) -> str | None:
    """Record a run of a deployment whose time has come as failed, for a reason that only the server's log tells.

    None when there is nothing to run any more.
    """
    scheduled_at = _moved_on(call, deployment_id, due_at)
    if scheduled_at is None:
        return None
    return _fired(
        call, deployments.existing(call, deployment_id), scheduled_at, core.failure(InternalError(core.BROKEN))
    )


def retrieve(call: Call, run_id: str) -> str:
    """Return the run.

    Raises:
        NotFound: there is no such run.
    """
    stored = DeploymentRuns(call.tx, call.workspace).get(run_id)
    if stored is None:
        raise NotFound(f"There is no deployment run {run_id}.")
    return stored.body


def page(call: Call, window: Window, wanted: RunFilter) -> Page:
    """Return part of the list of runs, newest first."""
    found = DeploymentRuns(call.tx, call.workspace).page(window, wanted)
    return Page.newest_first([each.body for each in found], found, window.limit)


def _moved_on(call: Call, deployment_id: str, due_at: str | None) -> str | None:
    """Return the moment of its schedule that a deployment is to be run for, once it is moved on to the next one.

    That is done before anything else: of several servers at the same moment, the others wait for the row and then see
    that it was moved, instead of beginning sessions that they would have to take back.
    """
    stored = Deployments(call.tx, call.workspace).get(deployment_id)
    if stored is None or stored.fires_at is None or stored.due_at != due_at:
        return None
    ripe = deployments.move_on(call, stored)
    return timestamp(ripe.due_at) if ripe else None


def _begun(call: Call, stored: StoredDeployment) -> str | Json:
    """Return the id of a new session, or why none could be created."""
    request = rules.session(parsed(stored.body))
    tokens = deployments.secrets(call, stored.id).of(stored.id)
    request["resources"] = rules.with_tokens(request["resources"], tokens)
    try:
        with revocable(call.tx):
            session: str = parsed(sessions.create(call, request, deployment_id=stored.id))["id"]
    except ApiError as error:
        return core.failure(error)
    return session


def _fired(call: Call, stored: StoredDeployment, scheduled_at: str, outcome: str | Json) -> str:
    if isinstance(outcome, str):
        Deployments(call.tx, call.workspace).replace(replace(stored, last_run_at=call.at))
    elif (reason := core.paused_reason(outcome)) is not None:
        deployments.keep_paused(call, stored, reason)
    return _recorded(call, stored, scheduled_at, outcome)


def _recorded(call: Call, deployment: StoredDeployment, scheduled_at: str | None, outcome: str | Json) -> str:
    run_id = call.ids.new("drun")
    context = core.trigger(scheduled_at)
    if scheduled_at is not None:
        end: WorkspaceEvent = "deployment_run.succeeded" if isinstance(outcome, str) else "deployment_run.failed"
        record(call, Happening("deployment_run.started", run_id), Happening(end, run_id))
    body = core.body(run_id, parsed(deployment.body), context, outcome, call.at)
    DeploymentRuns(call.tx, call.workspace).insert(
        StoredRun(
            id=run_id,
            body=body,
            deployment_id=deployment.id,
            trigger_type=context["type"],
            scheduled_at=scheduled_at,
            has_error=int(not isinstance(outcome, str)),
            created_at=call.at,
        )
    )
    return body
