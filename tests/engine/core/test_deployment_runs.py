"""Which failures of a run are told by which word, and which of them pause a schedule: held against the SDK."""

from typing import Any, get_args

import pytest
from anthropic.types.beta.beta_managed_agents_deployment_paused_reason_error_object import (
    BetaManagedAgentsDeploymentPausedReasonErrorObject,
)
from anthropic.types.beta.beta_managed_agents_deployment_run import Error

from agentops.base.errors import ApiError, InternalError, InvalidRequest, NotFound
from agentops.engine.core import deployment_runs as core


def words(union: Any) -> set[str]:
    forms = [each for each in get_args(get_args(union)[0]) if each is not type(None)]
    return {get_args(each.model_fields["type"].annotation)[0] for each in forms}


def test_a_failure_pauses_exactly_where_the_sdk_knows_it_as_a_reason() -> None:
    run_errors = words(Error)
    assert run_errors >= core.PASSING
    paused = {each for each in run_errors if core.paused_reason({"type": each, "message": ""})}
    assert paused == words(BetaManagedAgentsDeploymentPausedReasonErrorObject)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (InvalidRequest("no", reason="vault_archived"), "vault_archived_error"),
        (InvalidRequest("no"), "session_creation_rejected_error"),
        (NotFound("no"), "session_creation_rejected_error"),
        (InternalError("no"), "unknown_error"),
    ],
)
def test_a_failure_is_told_by_its_reason_or_by_whose_it_is(error: ApiError, word: str) -> None:
    assert core.failure(error) == {"type": word, "message": "no"}
    assert word in words(Error)
