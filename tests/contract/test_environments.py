"""Environments: full configurations in every answer, updates that keep what they do not name, archive and delete."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from anthropic import BadRequestError, NotFoundError
from anthropic.types.beta import BetaEnvironmentArchivedError, BetaInvalidConfigTypeChangeError

from agentops.base.clock import ManualClock, timestamp

from .given import an_environment, refused
from .sdk import Api

NO_PACKAGES: dict[str, list[str]] = {manager: [] for manager in ("apt", "cargo", "gem", "go", "npm", "pip")}
UNRESTRICTED = {"type": "unrestricted"}
CLOSED = {"type": "limited", "allowed_hosts": [], "allow_mcp_servers": False, "allow_package_managers": False}
OPEN_TO_PACKAGES = {"type": "limited", "allow_package_managers": True}


def cloud(**fields: Any) -> dict[str, Any]:
    return {"type": "cloud", **fields}


def config(api: Api) -> dict[str, Any]:
    """Return the configuration of the last answer; the packages' own `type` may be absent."""
    found: dict[str, Any] = api.last.json()["config"]
    found.get("packages", {}).pop("type", None)
    return found


def test_a_bare_environment_has_every_field_with_its_default(api: Api, clock: ManualClock) -> None:
    environment = an_environment(api)
    assert re.fullmatch(r"env_01\w+", environment.id)
    assert config(api) == {"type": "cloud", "networking": UNRESTRICTED, "packages": NO_PACKAGES}
    body = api.last.json()
    assert body == {
        "id": environment.id,
        "type": "environment",
        "name": "Workshop",
        "description": None,
        "metadata": {},
        "scope": body["scope"],
        "config": body["config"],
        "created_at": timestamp(clock.now()),
        "updated_at": timestamp(clock.now()),
        "archived_at": None,
    }
    assert body["scope"] in {None, "organization"}


def test_what_is_read_is_what_was_answered(api: Api) -> None:
    environment = an_environment(api, description="For builds.", metadata={"team": "platform"}, config=cloud())
    assert api.environments.retrieve(environment.id) == environment
    assert api.environments.list(limit=1).data == [environment]


RESOLVED: dict[str, tuple[Any, dict[str, Any]]] = {
    "null": (None, {"type": "cloud", "networking": UNRESTRICTED, "packages": NO_PACKAGES}),
    "bare cloud": (cloud(), {"type": "cloud", "networking": UNRESTRICTED, "packages": NO_PACKAGES}),
    "null inside": (
        cloud(networking=None, packages=None),
        {"type": "cloud", "networking": UNRESTRICTED, "packages": NO_PACKAGES},
    ),
    "limited": (
        cloud(networking={"type": "limited"}),
        {"type": "cloud", "networking": CLOSED, "packages": NO_PACKAGES},
    ),
    "hosts": (
        cloud(networking={"type": "limited", "allowed_hosts": ["api.example.com", "*.example.org"]}),
        {
            "type": "cloud",
            "networking": {**CLOSED, "allowed_hosts": ["api.example.com", "*.example.org"]},
            "packages": NO_PACKAGES,
        },
    ),
    "packages": (
        cloud(packages={"type": "packages", "pip": ["httpx==1.0", "rich"], "apt": None}),
        {"type": "cloud", "networking": UNRESTRICTED, "packages": {**NO_PACKAGES, "pip": ["httpx==1.0", "rich"]}},
    ),
    "packages under limited": (
        cloud(networking=OPEN_TO_PACKAGES, packages={"npm": ["left-pad@1.3.0"]}),
        {
            "type": "cloud",
            "networking": {**CLOSED, "allow_package_managers": True},
            "packages": {**NO_PACKAGES, "npm": ["left-pad@1.3.0"]},
        },
    ),
    "self-hosted": ({"type": "self_hosted"}, {"type": "self_hosted"}),
}


@pytest.mark.parametrize(("sent", "expected"), RESOLVED.values(), ids=RESOLVED)
def test_a_configuration_comes_back_complete(api: Api, sent: Any, expected: dict[str, Any]) -> None:
    an_environment(api, config=sent)
    assert config(api) == expected


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "null name": ({"name": None}, ("name",)),
    "empty name": ({"name": ""}, ("name",)),
    "name of another type": ({"name": ["x"]}, ("name",)),
    "scope of an account": ({"scope": "account"}, ("scope",)),
    "unknown scope": ({"scope": "galaxy"}, ("scope",)),
    "unknown config": ({"config": {"type": "moon"}}, ("config.type",)),
    "config without type": ({"config": {"networking": UNRESTRICTED}}, ("config.type",)),
    "unknown network": ({"config": cloud(networking={"type": "wide"})}, ("config.networking.type",)),
    "hosts on an open network": (
        {"config": cloud(networking={"type": "unrestricted", "allowed_hosts": []})},
        ("config.networking.allowed_hosts",),
    ),
    "unknown manager": ({"config": cloud(packages={"brew": ["x"]})}, ("config.packages.brew",)),
    "package of another type": ({"config": cloud(packages={"pip": [1]})}, ("config.packages.pip.0",)),
    "packages without their network": (
        {"config": cloud(networking={"type": "limited"}, packages={"pip": ["rich"]})},
        ("config", "allow_package_managers"),
    ),
    "cloud fields on self-hosted": (
        {"config": {"type": "self_hosted", "packages": {}}},
        ("config.packages",),
    ),
    "long metadata": ({"metadata": {"k": "v" * 513}}, ("metadata", "512")),
    "unknown field": ({"extra_body": {"region": "north"}}, ("region",)),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("fields", "words"), REFUSED.values(), ids=REFUSED)
def test_a_field_that_breaks_a_rule_is_refused_by_name(
    api: Api, fields: dict[str, Any], words: tuple[str, ...]
) -> None:
    error = refused(BadRequestError, lambda: an_environment(api, **fields), *words)
    assert error.type == "invalid_request_error"


@pytest.mark.stateless
@pytest.mark.parametrize(
    "host",
    ["https://example.com", "example.com:443", "example.com/path", "", "*", "a.*.example.com", "user@example.com"],
)
def test_a_host_that_is_no_plain_name_is_refused_by_place(api: Api, host: str) -> None:
    networking = {"type": "limited", "allowed_hosts": ["example.com", host]}
    refused(
        BadRequestError,
        lambda: an_environment(api, config=cloud(networking=networking)),
        "config.networking.allowed_hosts.1",
    )


FULL: dict[str, Any] = {
    "description": "For builds.",
    "metadata": {"team": "platform"},
    "config": cloud(
        networking={"type": "limited", "allowed_hosts": ["example.com"], "allow_package_managers": True},
        packages={"pip": ["rich"], "npm": ["left-pad"]},
    ),
}
STORED_NETWORK = {**CLOSED, "allowed_hosts": ["example.com"], "allow_package_managers": True}
STORED_PACKAGES = {**NO_PACKAGES, "pip": ["rich"], "npm": ["left-pad"]}

UPDATES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "name": ({"name": "Forge"}, {"name": "Forge"}),
    "description": ({"description": "New."}, {"description": "New."}),
    "description cleared by null": ({"description": None}, {"description": None}),
    "description set to nothing": ({"description": ""}, {"description": ""}),
    "metadata is merged": ({"metadata": {"cost": "7"}}, {"metadata": {"team": "platform", "cost": "7"}}),
    "metadata removed by null": ({"metadata": {"team": None}}, {"metadata": {}}),
    "metadata removed by nothing": ({"metadata": {"team": ""}}, {"metadata": {}}),
    "a network switch alone": (
        {"config": cloud(networking={"type": "limited", "allow_mcp_servers": True})},
        {"config": cloud(networking={**STORED_NETWORK, "allow_mcp_servers": True}, packages=STORED_PACKAGES)},
    ),
    "hosts are replaced": (
        {"config": cloud(networking={"type": "limited", "allowed_hosts": []})},
        {"config": cloud(networking={**STORED_NETWORK, "allowed_hosts": []}, packages=STORED_PACKAGES)},
    ),
    "another network": (
        {"config": cloud(networking=UNRESTRICTED)},
        {"config": cloud(networking=UNRESTRICTED, packages=STORED_PACKAGES)},
    ),
    "one manager alone": (
        {"config": cloud(packages={"pip": ["httpx"]})},
        {"config": cloud(networking=STORED_NETWORK, packages={**STORED_PACKAGES, "pip": ["httpx"]})},
    ),
    "one manager emptied": (
        {"config": cloud(packages={"pip": []})},
        {"config": cloud(networking=STORED_NETWORK, packages={**STORED_PACKAGES, "pip": []})},
    ),
}


@pytest.mark.parametrize(("fields", "expected"), UPDATES.values(), ids=UPDATES)
def test_an_update_changes_what_it_names_and_keeps_the_rest(
    api: Api, clock: ManualClock, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    environment = an_environment(api, **FULL)
    config(api)
    before = api.last.json()
    clock.advance(timedelta(seconds=1))
    api.environments.update(environment.id, **fields)
    after = {**api.last.json(), "config": config(api)}
    before["config"] = cloud(networking=STORED_NETWORK, packages=STORED_PACKAGES)
    assert after == {**before, **expected, "updated_at": timestamp(clock.now())}


@pytest.mark.parametrize(
    "fields",
    [{}, {"name": "Workshop"}, {"config": cloud()}, {"metadata": {}}, {"description": "For builds."}, FULL],
    ids=["nothing", "same name", "bare config", "no metadata", "same description", "everything"],
)
def test_an_update_without_effect_keeps_everything(api: Api, clock: ManualClock, fields: dict[str, Any]) -> None:
    environment = an_environment(api, **FULL)
    clock.advance(timedelta(seconds=1))
    assert api.environments.update(environment.id, **fields) == environment


def test_the_merged_configuration_must_keep_the_rules(api: Api) -> None:
    environment = an_environment(api, **FULL)
    closing = cloud(networking={"type": "limited", "allow_package_managers": False})
    refused(BadRequestError, lambda: api.environments.update(environment.id, config=closing), "allow_package_managers")
    assert api.environments.retrieve(environment.id) == environment


@pytest.mark.parametrize(
    ("before", "after"), [(cloud(), {"type": "self_hosted"}), ({"type": "self_hosted"}, cloud())], ids=["out", "in"]
)
def test_the_type_of_a_configuration_cannot_change(api: Api, before: dict[str, Any], after: dict[str, Any]) -> None:
    environment = an_environment(api, config=before)
    error = refused(
        BetaInvalidConfigTypeChangeError,
        lambda: api.environments.update(environment.id, config=after),
        "config.type",
    )
    assert (error.type, error.error_code) == ("invalid_request_error", "invalid_config_type_change")
    assert api.environments.retrieve(environment.id) == environment


def test_an_archived_environment_is_read_but_not_changed(api: Api, clock: ManualClock) -> None:
    environment = an_environment(api)
    clock.advance(timedelta(seconds=1))
    archived = api.environments.archive(environment.id)
    assert archived.archived_at == timestamp(clock.now())
    for fields in ({"name": "Forge"}, {}):
        error = refused(
            BetaEnvironmentArchivedError,
            partial(api.environments.update, environment.id, **fields),
            "archived",
        )
        assert error.error_code == "environment_archived"
    assert api.environments.retrieve(environment.id) == archived


def test_archiving_twice_changes_nothing(api: Api, clock: ManualClock) -> None:
    archived = api.environments.archive(an_environment(api).id)
    clock.advance(timedelta(seconds=1))
    assert api.environments.archive(archived.id) == archived


@pytest.mark.parametrize("archived", [False, True], ids=["live", "archived"])
def test_a_deleted_environment_is_gone(api: Api, archived: bool) -> None:
    environment = an_environment(api)
    if archived:
        api.environments.archive(environment.id)
    deleted = api.environments.delete(environment.id)
    assert (deleted.id, deleted.type) == (environment.id, "environment_deleted")
    for act in (api.environments.retrieve, api.environments.update, api.environments.archive, api.environments.delete):
        refused(NotFoundError, partial(act, environment.id), environment.id)
    newest = api.environments.list(include_archived=True, limit=1).data
    assert environment.id not in [each.id for each in newest]
