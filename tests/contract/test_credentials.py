"""Credentials: the three kinds, what is shown of them and what never is, what can change, what has to be unique."""

import re
from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError, ConflictError

from agentops.base.clock import ManualClock, timestamp

from .given import a_bearer, a_credential, a_refresh, a_variable, a_vault, oauth, refused
from .sdk import Api

LATER = "2030-01-01T00:00:00Z"
SHOWN_LATER = "2030-01-01T00:00:00.000000Z"

KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bare oauth": (
        oauth(),
        {
            "type": "mcp_oauth",
            "mcp_server_url": "https://mcp.example.com/mcp",
            "expires_at": None,
            "refresh": None,
        },
    ),
    "oauth with refresh": (
        oauth(
            expires_at=LATER,
            refresh=a_refresh(
                token_endpoint_auth={"type": "client_secret_post", "client_secret": "secret-c"},
                scope="read",
                resource="https://mcp.example.com",
            ),
        ),
        {
            "type": "mcp_oauth",
            "mcp_server_url": "https://mcp.example.com/mcp",
            "expires_at": SHOWN_LATER,
            "refresh": {
                "token_endpoint": "https://auth.example.com/token",
                "client_id": "client",
                "token_endpoint_auth": {"type": "client_secret_post"},
                "scope": "read",
                "resource": "https://mcp.example.com",
            },
        },
    ),
    "bearer": (a_bearer(), {"type": "static_bearer", "mcp_server_url": "https://tickets.example.com/mcp"}),
    "variable": (
        a_variable(),
        {
            "type": "environment_variable",
            "secret_name": "TICKETS_TOKEN",
            "networking": {"type": "unrestricted"},
            "injection_location": {"header": True, "body": True},
        },
    ),
    "variable for some hosts": (
        a_variable(
            networking={"type": "limited", "allowed_hosts": ["a.com", "*.b.com", "192.0.2.1"]},
            injection_location={"header": True},
        ),
        {
            "type": "environment_variable",
            "secret_name": "TICKETS_TOKEN",
            "networking": {"type": "limited", "allowed_hosts": ["a.com", "*.b.com", "192.0.2.1"]},
            "injection_location": {"header": True, "body": False},
        },
    ),
}


@pytest.mark.parametrize(("auth", "shown"), KINDS.values(), ids=KINDS)
def test_a_credential_is_shown_without_its_secrets(
    api: Api, clock: ManualClock, auth: dict[str, Any], shown: dict[str, Any]
) -> None:
    vault = a_vault(api)
    credential = a_credential(api, vault, auth, metadata={"k": "v"})
    assert re.fullmatch(r"vcrd_01\w+", credential.id)
    now = timestamp(clock.now())
    assert api.last.json() == {
        "type": "vault_credential",
        "id": credential.id,
        "vault_id": vault.id,
        "display_name": None,
        "metadata": {"k": "v"},
        "auth": shown,
        "created_at": now,
        "updated_at": now,
        "archived_at": None,
    }
    assert api.vaults.credentials.retrieve(credential.id, vault_id=vault.id) == credential
    assert api.vaults.credentials.list(vault.id).data == [credential]
    assert not any("secret-" in each.text for each in api.exchanges)


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "expired": (oauth(expires_at="2020-01-01T00:00:00Z"), ("auth.expires_at", "future")),
    "expired long ago": (oauth(expires_at="0001-01-01T00:00:00+14:00"), ("auth.expires_at", "future")),
    "no moment": (oauth(expires_at="soon"), ("auth.expires_at",)),
    "no host": (oauth(mcp_server_url="ftp://x"), ("auth.mcp_server_url",)),
    "no such port": (oauth(mcp_server_url="https://x:70000/"), ("auth.mcp_server_url", "65535")),
    "half an address": (a_bearer("https://[::1/mcp"), ("auth.mcp_server_url",)),
    "no endpoint": (oauth(refresh=a_refresh(token_endpoint="https://x:a")), ("auth.refresh.token_endpoint",)),
    "no secret": (oauth(access_token=""), ("auth.access_token",)),
    "a secret that is no text": (oauth(access_token=7), ("auth.access_token",)),
    "no client secret": (
        oauth(refresh=a_refresh(token_endpoint_auth={"type": "client_secret_basic"})),
        ("client_secret",),
    ),
    "variable name": (a_variable("1A"), ("auth.secret_name",)),
    "nowhere": (a_variable(injection_location={"header": False, "body": False}), ("injection_location",)),
    "null place": (a_variable(injection_location=None), ("injection_location",)),
    "url as host": (
        a_variable(networking={"type": "limited", "allowed_hosts": ["https://a.com"]}),
        ("allowed_hosts.0",),
    ),
    "other kind": ({"type": "basic", "password": "secret-p"}, ("auth.type",)),
    "unknown field": (a_bearer(tokn="secret-x"), ("auth.tokn",)),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("auth", "words"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused_by_name_and_not_repeated(
    api: Api, auth: dict[str, Any], words: tuple[str, ...]
) -> None:
    vault = a_vault(api)
    refused(BadRequestError, lambda: a_credential(api, vault, auth), *words)
    assert "secret-" not in api.last.text
    assert api.vaults.credentials.list(vault.id).data == []


@pytest.mark.stateless
@pytest.mark.parametrize(
    "fields", [{"display_name": "n" * 256}, {"metadata": {"k" * 65: ""}}, {"extra_body": {"x": 1}}]
)
def test_fields_beside_auth_have_limits_too(api: Api, fields: dict[str, Any]) -> None:
    vault = a_vault(api)
    credential = a_credential(api, vault)
    refused(BadRequestError, lambda: a_credential(api, vault, a_bearer(), **fields))
    refused(BadRequestError, lambda: api.vaults.credentials.update(credential.id, vault_id=vault.id, **fields))


SAME = [
    "https://tickets.example.com/mcp",
    "https://Tickets.Example.COM/mcp",
    "https://tickets.example.com:443/mcp",
    "https://tickets.example.com/mcp/",
]
OTHER = [
    "http://tickets.example.com/mcp",
    "https://tickets.example.com:8443/mcp",
    "https://tickets.example.com/MCP",
    "https://eu.tickets.example.com/mcp",
    "https://tickets.example.com",
]


@pytest.mark.parametrize("url", SAME)
def test_one_server_has_one_active_credential_in_a_vault_however_it_is_spelled(api: Api, url: str) -> None:
    vault = a_vault(api)
    first = a_credential(api, vault, a_bearer())
    for auth in (a_bearer(url), oauth(mcp_server_url=url)):
        assert api.requests_of(
            lambda auth=auth: refused(ConflictError, lambda: a_credential(api, vault, auth), first.id)
        ) == 1  # fmt: skip
    a_credential(api, a_vault(api), a_bearer(url))
    api.vaults.credentials.archive(first.id, vault_id=vault.id)
    second = a_credential(api, vault, a_bearer(url))
    api.vaults.credentials.delete(second.id, vault_id=vault.id)
    assert a_credential(api, vault, a_bearer(url)).auth.mcp_server_url == url


def test_other_servers_and_names_are_others(api: Api) -> None:
    vault = a_vault(api)
    a_credential(api, vault, a_bearer())
    for url in OTHER:
        a_credential(api, vault, a_bearer(url))
    a_credential(api, vault, a_variable())
    a_credential(api, vault, a_variable("tickets_token"))
    refused(ConflictError, lambda: a_credential(api, vault, a_variable()), "secret_name")


def test_a_vault_takes_twenty_active_credentials(api: Api) -> None:
    vault = a_vault(api)
    made = [a_credential(api, vault, a_variable(f"V{number}")) for number in range(20)]
    refused(BadRequestError, lambda: a_credential(api, vault, a_variable("MORE")), "20")
    api.vaults.credentials.archive(made[0].id, vault_id=vault.id)
    a_credential(api, vault, a_variable("MORE"))


UPDATES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "new token keeps the expiry": (
        oauth(expires_at=LATER), {"access_token": "secret-2"}, {"expires_at": SHOWN_LATER},
    ),
    "new expiry": (
        oauth(expires_at=LATER), {"expires_at": "2031-01-01T01:00:00+01:00"},
        {"expires_at": "2031-01-01T00:00:00.000000Z"},
    ),
    "no expiry any more": (oauth(expires_at=LATER), {"expires_at": None}, {"expires_at": None}),
    "scope": (oauth(refresh=a_refresh(scope="a")), {"refresh": {"scope": "b"}}, {"refresh": {"scope": "b"}}),
    "scope cleared": (oauth(refresh=a_refresh(scope="a")), {"refresh": {"scope": ""}}, {"refresh": {"scope": None}}),
    "scope kept": (
        oauth(refresh=a_refresh(scope="a")), {"refresh": {"scope": None, "refresh_token": "secret-2"}},
        {"refresh": {"scope": "a"}},
    ),
    "the way to authenticate stays": (
        oauth(refresh=a_refresh(token_endpoint_auth={"type": "client_secret_post", "client_secret": "secret-c"})),
        {"refresh": {"token_endpoint_auth": {"type": "client_secret_basic", "client_secret": "secret-2"}}},
        {"refresh": {"token_endpoint_auth": {"type": "client_secret_post"}}},
    ),
    "bearer": (a_bearer(), {"token": "secret-2"}, {}),
    "networking is replaced": (
        a_variable(networking={"type": "limited", "allowed_hosts": ["a.com", "b.com"]}),
        {"networking": {"type": "limited", "allowed_hosts": ["c.com"]}},
        {"networking": {"type": "limited", "allowed_hosts": ["c.com"]}},
    ),
    "places are merged": (
        a_variable(), {"injection_location": {"body": False}}, {"injection_location": {"header": True, "body": False}},
    ),
    "value": (a_variable(), {"secret_value": "secret-2", "networking": None}, {}),
}  # fmt: skip


@pytest.mark.parametrize(("auth", "change", "expected"), UPDATES.values(), ids=UPDATES)
def test_an_update_changes_what_it_names_and_keeps_the_rest(
    api: Api, clock: ManualClock, auth: dict[str, Any], change: dict[str, Any], expected: dict[str, Any]
) -> None:
    vault = a_vault(api)
    credential = a_credential(api, vault, auth, display_name="Tickets")
    before = api.last.json()
    clock.advance(timedelta(seconds=1))
    api.vaults.credentials.update(credential.id, vault_id=vault.id, auth={"type": auth["type"], **change})
    merged = {
        key: {**before["auth"][key], **value} if key == "refresh" else value for key, value in expected.items()
    }  # fmt: skip
    after = {**before, "auth": {**before["auth"], **merged}, "updated_at": timestamp(clock.now())}
    assert api.last.json() == after
    assert api.vaults.credentials.retrieve(credential.id, vault_id=vault.id).updated_at == clock.now()
    assert not any("secret-" in each.text for each in api.exchanges)


FIXED: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "type": (a_bearer(), oauth(), ("mcp_server_url",)),
    "kind": (a_bearer(), {"type": "mcp_oauth"}, ("auth.type", "static_bearer")),
    "url": (a_bearer(), a_bearer("https://x.com"), ("mcp_server_url",)),
    "name": (a_variable(), {"type": "environment_variable", "secret_name": "X"}, ("secret_name",)),
    "endpoint": (
        oauth(refresh=a_refresh()), {"type": "mcp_oauth", "refresh": {"token_endpoint": "https://x.com"}},
        ("token_endpoint",),
    ),
    "client": (
        oauth(refresh=a_refresh()), {"type": "mcp_oauth", "refresh": {"client_id": "x"}}, ("client_id",),
    ),
    "no secret asked for": (
        oauth(refresh=a_refresh()),
        {
            "type": "mcp_oauth",
            "refresh": {"token_endpoint_auth": {"type": "client_secret_post", "client_secret": "secret-2"}},
        },
        ("token_endpoint_auth", "none"),
    ),
    "no refresh": (oauth(), {"type": "mcp_oauth", "refresh": {"scope": "x"}}, ("auth.refresh",)),
    "expired": (oauth(), {"type": "mcp_oauth", "expires_at": "2020-01-01T00:00:00Z"}, ("future",)),
    "last place": (
        a_variable(injection_location={"header": True}),
        {"type": "environment_variable", "injection_location": {"header": False}}, ("injection_location",),
    ),
    "null place": (
        a_variable(), {"type": "environment_variable", "injection_location": {"header": None}}, ("header",),
    ),
}  # fmt: skip


@pytest.mark.stateless
@pytest.mark.parametrize(("auth", "change", "words"), FIXED.values(), ids=FIXED)
def test_what_cannot_change_is_refused(
    api: Api, auth: dict[str, Any], change: dict[str, Any], words: tuple[str, ...]
) -> None:
    vault = a_vault(api)
    credential = a_credential(api, vault, auth)
    refused(
        BadRequestError,
        lambda: api.vaults.credentials.update(credential.id, vault_id=vault.id, auth=change),
        *words,
    )
    assert api.vaults.credentials.retrieve(credential.id, vault_id=vault.id) == credential


def test_an_update_without_effect_keeps_everything(api: Api, clock: ManualClock) -> None:
    vault = a_vault(api)
    credential = a_credential(api, vault, a_variable(), metadata={"k": "v"}, display_name="n")
    clock.advance(timedelta(seconds=1))
    update = api.vaults.credentials.update
    for fields in ({}, {"display_name": None, "metadata": None}, {"auth": {"type": "environment_variable"}}):
        assert update(credential.id, vault_id=vault.id, **fields) == credential
    renamed = update(credential.id, vault_id=vault.id, display_name="m", metadata={"k": None})
    assert (renamed.display_name, renamed.metadata, renamed.updated_at) == ("m", {}, clock.now())
    many = {str(number): "" for number in range(16)}
    update(credential.id, vault_id=vault.id, metadata=many)
    refused(BadRequestError, lambda: update(credential.id, vault_id=vault.id, metadata={"x": ""}), "metadata", "16")


def test_an_archived_credential_is_kept_on_record_only(api: Api, clock: ManualClock) -> None:
    vault = a_vault(api)
    credential = a_credential(api, vault)
    clock.advance(timedelta(seconds=1))
    archived = api.vaults.credentials.archive(credential.id, vault_id=vault.id)
    assert archived.archived_at == archived.updated_at == clock.now()
    clock.advance(timedelta(seconds=1))
    assert api.vaults.credentials.archive(credential.id, vault_id=vault.id) == archived
    assert api.vaults.credentials.retrieve(credential.id, vault_id=vault.id) == archived
    assert api.vaults.credentials.list(vault.id).data == []
    assert api.vaults.credentials.list(vault.id, include_archived=True).data == [archived]
    change = {"type": "mcp_oauth", "access_token": "secret-2"}
    update = api.vaults.credentials.update
    refused(BadRequestError, lambda: update(credential.id, vault_id=vault.id, auth=change), "archived")
    deleted = api.vaults.credentials.delete(credential.id, vault_id=vault.id)
    assert (deleted.id, deleted.type) == (credential.id, "vault_credential_deleted")
