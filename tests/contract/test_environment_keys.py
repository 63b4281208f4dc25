"""The keys of an environment's workers: told once, listed without secrets, void when revoked."""

import re

import pytest
from anthropic import AuthenticationError, BadRequestError, NotFoundError

from agentops.engine import keys
from agentops.engine.operations import environment_keys

from .extensions import EnvironmentKey, Page, read, sent
from .given import an_environment, refused
from .sdk import Api
from .workers import KEYS, a_key, a_place, keyed, revoked


def test_a_key_is_told_once_and_opens_the_queue(api: Api) -> None:
    place = a_place(api)
    made = a_key(api, place.id, name="blue fleet")
    assert re.fullmatch(r"sk-ant-oat01-\w{49}", made.key)
    assert (made.environment_id, made.name, made.revoked_at) == (place.id, "blue fleet", None)
    assert keyed(api, made.key).environments.work.poll(place.id) is None
    listed = [EnvironmentKey(**each) for each in read(api, KEYS.format(place.id), Page).data]
    assert [each.id for each in listed] == [made.id, place.key.id]
    assert made.key not in api.last.text
    assert listed[0].model_dump() == made.model_dump(exclude={"key"})


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(api: Api) -> None:
    place = a_place(api)
    first = revoked(api, place.key)
    assert first.revoked_at is not None
    assert revoked(api, place.key) == first
    refused(AuthenticationError, lambda: place.queue.poll(place.id))
    assert [each["revoked_at"] is None for each in read(api, KEYS.format(place.id), Page).data] == [False]


def test_a_list_of_keys_has_pages(api: Api) -> None:
    place = a_place(api)
    a_key(api, place.id)
    first = read(api, KEYS.format(place.id), Page, limit=1)
    second = read(api, KEYS.format(place.id), Page, limit=1, page=first.next_page)
    assert (second.data[0]["id"], second.next_page) == (place.key.id, None)


def test_a_deleted_environments_keys_are_void(api: Api) -> None:
    place = a_place(api)
    api.environments.delete(place.id)
    refused(AuthenticationError, lambda: place.queue.poll(place.id))


@pytest.mark.stateless
def test_an_environment_has_so_many_good_keys_and_no_more(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment_keys, "KEYS_MAX", 2)
    place = a_place(api)
    a_key(api, place.id)
    refused(BadRequestError, lambda: a_key(api, place.id), "has 2 keys", "revoke")
    revoked(api, place.key)
    a_key(api, place.id)


@pytest.mark.stateless
def test_only_a_self_hosted_environment_has_keys(api: Api) -> None:
    cloud = an_environment(api)
    refused(BadRequestError, lambda: a_key(api, cloud.id), cloud.id, "not self-hosted")
    assert read(api, KEYS.format(cloud.id), Page).data == []


@pytest.mark.stateless
def test_what_does_not_exist_is_not_found(api: Api) -> None:
    place = a_place(api)
    other = a_place(api)
    refused(NotFoundError, lambda: a_key(api, "env_01NoSuchEnvironment"))
    refused(NotFoundError, lambda: read(api, KEYS.format("env_01NoSuchEnvironment"), Page))
    foreign = f"{KEYS.format(place.id)}/{other.key.id}/revoke"
    refused(NotFoundError, lambda: sent(api, foreign, EnvironmentKey))


@pytest.mark.stateless
def test_a_key_needs_no_body_and_has_a_name_of_bounded_length(api: Api) -> None:
    place = a_place(api)
    assert api.send("POST", KEYS.format(place.id)).status_code == 200
    refused(BadRequestError, lambda: a_key(api, place.id, name="n" * 257), "name")
    refused(BadRequestError, lambda: a_key(api, place.id, colour="blue"), "colour")


@pytest.mark.stateless
def test_a_worker_comes_as_a_bearer(api: Api) -> None:
    place = a_place(api)
    headers = {"authorization": None, "x-api-key": place.key.key}
    answer = api.send("GET", f"/v1/environments/{place.id}/work/poll", headers=headers)
    assert (answer.status_code, "Bearer" in answer.json()["error"]["message"]) == (401, True)


@pytest.mark.stateless
@pytest.mark.parametrize("prefix", [keys.ENVIRONMENT_PREFIX, keys.TOKEN_PREFIX])
def test_a_key_that_nobody_made_opens_nothing(api: Api, prefix: str) -> None:
    for each in (keys.generate(prefix).reveal(), f"{prefix}short"):
        refused(AuthenticationError, lambda key=each: keyed(api, key).agents.list(limit=1))
