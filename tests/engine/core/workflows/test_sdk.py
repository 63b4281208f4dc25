"""Every event of a run is one that the official SDK knows, field by field."""

from anthropic.types.beta import sessions as sdk

from agentops.base.ids import CountingIds
from agentops.engine.core.workflows import ends, events
from agentops.engine.core.workflows.begin import Refused, begin
from agentops.engine.core.workflows.happenings import Asked, Cause, Continued, Failed, Paused, PhaseBegun, TimeUp
from agentops.engine.core.workflows.state import Bounds
from tests.engine.core.workflows.desk import AT, SETTING, Desk

TYPES = {
    events.CREATED: sdk.BetaManagedAgentsWorkflowRunCreatedEvent,
    events.STATUS_RUNNING: sdk.BetaManagedAgentsWorkflowRunStatusRunningEvent,
    events.STATUS_IDLE: sdk.BetaManagedAgentsWorkflowRunStatusIdleEvent,
    events.STATUS_ENDED: sdk.BetaManagedAgentsWorkflowRunStatusEndedEvent,
    events.PHASE_STARTED: sdk.BetaManagedAgentsWorkflowRunPhaseStartedEvent,
    events.PHASE_ENDED: sdk.BetaManagedAgentsWorkflowRunPhaseEndedEvent,
    events.ERROR: sdk.BetaManagedAgentsWorkflowRunErrorEvent,
    events.THREAD_CREATED: sdk.BetaManagedAgentsSessionThreadCreatedEvent,
    events.THREAD_TERMINATED: sdk.BetaManagedAgentsSessionThreadStatusTerminatedEvent,
}


def test_every_event_has_the_fields_that_the_sdk_wants_and_no_others() -> None:
    begun = (PhaseBegun(1, "find"), Asked(2, "work"), Paused("budget"), Continued("budget"))
    refused = begin(Desk.input(), 10, SETTING, CountingIds(), AT)
    assert isinstance(refused, Refused)
    log = [*Desk().happen(*begun, Failed()).log, *Desk().happen(TimeUp()).log, *refused.entries]
    assert {each.type for each in log} == set(TYPES)
    for each in log:
        data = {"id": each.id, "type": each.type, "processed_at": each.at, **each.body}
        found = TYPES[each.type].model_validate(data)
        assert set(data) <= set(type(found).model_fields)
        assert not found.model_extra


def test_every_error_is_one_of_the_sdk() -> None:
    bounds = Bounds()
    errors = [ends.RAISED, ends.NOT_REPEATED, ends.NO_SUCH_AGENT, ends.NO_SUCH_PHASE, ends.ENDLESS]
    errors += [ends.LOST[each] for each in Cause] + [ends.timeout_error(bounds), ends.thread_limit_error(bounds)]
    for error in errors:
        data = {"id": "sevt_1", "type": events.ERROR, "processed_at": AT, "workflow_run_id": "wrun_1", "error": error}
        found = TYPES[events.ERROR].model_validate(data)
        assert found.error.type == error["type"]  # type: ignore[attr-defined]  # each of these types has one
