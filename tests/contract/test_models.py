"""Models: told from the settings, found by id or alias, listed by ids."""

from typing import get_args

import pytest
from anthropic import Anthropic, AsyncAnthropic, AuthenticationError, BadRequestError, NotFoundError
from anthropic.types.model_param import ModelParam

from agentops.engine.core.model_table import MODELS, Model, body, found

from .given import ids, refused
from .sdk import Api
from .test_conformance import methods_of
from .test_sdk_surface import assert_envelope

pytestmark = pytest.mark.stateless
ALL = [each.id for each in MODELS]


@pytest.mark.parametrize("client", [Anthropic, AsyncAnthropic])
def test_every_public_method_of_the_sdk_is_called_here(client: type[Anthropic]) -> None:
    assert {name for name, _ in methods_of(client(api_key="unused").beta.models, "")} == {".retrieve", ".list"}


def test_every_model_that_the_sdk_names_is_in_the_table() -> None:
    named = set(get_args(get_args(ModelParam)[0]))
    assert named == {name for each in MODELS for name in (each.id, *each.aliases)}


@pytest.mark.parametrize("name", ["claude-opus-5-5", "claude-haiku-4-5"])
def test_a_model_is_found_by_id_and_alias(api: Api, name: str) -> None:
    model = api.models.retrieve(name)
    assert model.id.startswith(name)
    assert (model.type, model.lifecycle) == ("model", "active")
    assert model.display_name.startswith("Claude ")


def test_a_list_is_in_pages_by_id_in_both_directions(api: Api) -> None:
    first = api.models.list(limit=5)
    assert (ids(first.data), first.has_more, first.first_id, first.last_id) == (ALL[:5], True, ALL[0], ALL[4])
    assert ids(api.models.list(limit=5)) == ALL
    back = api.models.list(before_id=ALL[9], limit=3)
    assert (ids(back.data), back.has_more) == (ALL[6:9], True)
    assert (ids(api.models.list(before_id=ALL[2]).data), api.models.list(after_id=ALL[-1]).data) == (ALL[:2], [])


def test_a_list_is_filtered_by_stage(api: Api) -> None:
    assert ids(api.models.list(lifecycle=["deprecated"]).data) == [
        each.id for each in MODELS if each.lifecycle == "deprecated"
    ]
    assert api.models.list(lifecycle=["retired"]).data == []


@pytest.mark.parametrize("name", ["claude-none", "a/b", "claude.x"])
def test_a_model_that_there_is_not_is_not_found(api: Api, name: str) -> None:
    assert_envelope(refused(NotFoundError, lambda: api.models.retrieve(name), name), "not_found_error")


def test_what_breaks_a_rule_is_refused_by_name(api: Api) -> None:
    refused(BadRequestError, lambda: api.models.list(limit=1001), "limit", "1000")
    refused(BadRequestError, lambda: api.models.list(limit=0), "limit")
    refused(BadRequestError, lambda: api.models.list(after_id="claude-none"), "after_id")
    refused(BadRequestError, lambda: api.models.list(lifecycle=["young"]), "lifecycle")
    refused(BadRequestError, lambda: api.models.list(betas=["time-travel"]), "time-travel")
    refused(AuthenticationError, api.with_options(api_key="sk-wrong").models.list)


def test_settings_may_name_other_models() -> None:
    other = (Model("local/llama-4.1", "Llama", aliases=("llama",)),)
    assert found(other, "llama") is other[0]
    assert '"line":null' in body(other[0])
