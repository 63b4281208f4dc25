"""Every method the SDK offers for what we serve is called, answers in its strict types, and fails as documented."""

from functools import partial

import pytest
from anthropic import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
)

from .calls import CALLS, NAMING_AN_OBJECT, NEEDING_MORE, NOWHERE, Made
from .given import a_memory, a_store, an_agent, refused
from .sdk import Api
from .test_conformance import METHODS

IN_FILES_OF_THEIR_OWN = (
    "environments.work.", "models.", "organization.webhooks.", "sessions.events.stream", "sessions.threads.archive",
    "sessions.threads.events.stream",
)  # fmt: skip
"""Resources that every workspace shares, or has few of, or that take keys of their own, and streams: `test_models.py`,
`test_webhooks.py`, `test_work.py` and `test_transcripts.py` call their methods."""

NOT_JSON = {"skills.versions.download": "application/zip"}


def test_every_method_that_is_served_has_a_contract_test() -> None:
    served = {each.name for each in METHODS if each.operation}
    assert {each for each in served if not each.startswith(IN_FILES_OF_THEIR_OWN)} == set(CALLS)


@pytest.mark.every_way
@pytest.mark.parametrize("name", [name for name in CALLS if name not in NEEDING_MORE])
def test_it_answers_in_the_types_of_the_sdk(api: Api, name: str) -> None:
    world = Made(api)
    CALLS[name](api, world)
    assert api.last.status_code == 200
    assert api.last.headers["content-type"] == NOT_JSON.get(name, "application/json")


@pytest.mark.stateless
@pytest.mark.parametrize("name", CALLS)
def test_an_unknown_key_is_refused(api: Api, name: str) -> None:
    stranger = api.with_options(api_key="sk-wrong")
    error = refused(AuthenticationError, lambda: CALLS[name](stranger, NOWHERE))
    assert_envelope(error, "authentication_error")


@pytest.mark.stateless
@pytest.mark.parametrize("name", CALLS)
def test_another_workspace_is_refused(api: Api, name: str) -> None:
    error = refused(APIStatusError, lambda: CALLS[name](api, NOWHERE, workspace_id="wrkspc_01Elsewhere"), "workspace")
    assert error.status_code in {400, 403, 404}
    assert error.type in {"invalid_request_error", "permission_error", "not_found_error"}


@pytest.mark.stateless
@pytest.mark.parametrize("name", CALLS)
def test_an_unknown_beta_is_named(api: Api, name: str) -> None:
    beta = "time-travel-2030-01-01"
    error = refused(BadRequestError, lambda: CALLS[name](api, NOWHERE, betas=[beta]), beta, "anthropic-beta")
    assert_envelope(error, "invalid_request_error")


@pytest.mark.every_way
@pytest.mark.parametrize("name", NAMING_AN_OBJECT)
def test_an_object_that_does_not_exist_is_not_found(api: Api, name: str) -> None:
    error = refused(NotFoundError, lambda: CALLS[name](api, NOWHERE))
    assert_envelope(error, "not_found_error")


@pytest.mark.stateless
def test_an_id_of_another_kind_is_not_found(api: Api) -> None:
    agent = an_agent(api)
    refused(NotFoundError, lambda: api.environments.retrieve(agent.id))
    refused(NotFoundError, lambda: api.memory_stores.retrieve(agent.id))


@pytest.mark.every_way
def test_a_conflict_is_not_tried_again(api: Api) -> None:
    agent = an_agent(api)
    stale = partial(api.agents.update, agent.id, version=agent.version + 1)
    assert api.requests_of(lambda: refused(ConflictError, stale)) == 1
    assert api.last.headers["x-should-retry"] == "false"


def test_a_memory_conflict_is_not_tried_again(api: Api) -> None:
    store = a_store(api)
    a_memory(api, store)
    assert api.requests_of(lambda: refused(ConflictError, lambda: a_memory(api, store))) == 1
    assert api.last.headers["x-should-retry"] == "false"


def assert_envelope(error: APIStatusError, error_type: str) -> None:
    """The body is the vendor's error envelope, and its request id is the header's."""
    assert isinstance(error.body, dict)
    assert error.body["type"] == "error"
    assert error.type == error_type
    assert error.api_message
    assert error.body["request_id"] == error.request_id == error.response.headers["request-id"]
    assert error.request_id.startswith("req_")
