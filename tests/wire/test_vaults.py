from typing import Any

import pytest

from agentops.wire.problems import check
from agentops.wire.vaults import CredentialCreate, CredentialUpdate, VaultCreate

VARIABLE = {
    "type": "environment_variable",
    "secret_name": "TOKEN",
    "secret_value": "s",
    "networking": {"type": "unrestricted"},
}
OAUTH = {"type": "mcp_oauth", "mcp_server_url": "https://mcp.example.com", "access_token": "t"}
REFRESH = {"token_endpoint": "https://a.example/token", "client_id": "c", "refresh_token": "r"}


def said(auth: Any, shape: Any = CredentialCreate) -> list[tuple[Any, ...]]:
    return [(*each.path[1:], each.kind) for each in check(shape, {"auth": auth})[1]]


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_a_vault_has_a_name(name: str) -> None:
    assert [each.path for each in check(VaultCreate, {"display_name": name})[1]] == [("display_name",)]


def test_a_credential_is_of_one_of_three_kinds() -> None:
    assert said(VARIABLE) == []
    assert said(OAUTH) == []
    assert said({"type": "static_bearer", "mcp_server_url": "https://a.b", "token": "t"}) == []
    assert said({"type": "basic"}) == [("type", "invalid-value")]


def test_no_field_is_a_place_to_keep_files_in() -> None:
    long = "x" * 65_537
    refresh = {**REFRESH, "token_endpoint_auth": {"type": "none"}}
    for name in ("client_id", "refresh_token", "scope", "resource"):
        assert said({**OAUTH, "refresh": {**refresh, name: long}}) == [("refresh", name, "too-long")]
    assert said({**OAUTH, "access_token": long}) == [("access_token", "too-long")]
    assert said({**VARIABLE, "secret_value": long}) == [("secret_value", "too-long")]


@pytest.mark.parametrize("url", ["https://a:0", "https://a:65536", "https://:443", "https://[::1"])
def test_the_server_of_a_token_can_be_reached(url: str) -> None:
    assert said({**OAUTH, "mcp_server_url": url}) == [("mcp_server_url", "bad-format")]
    refresh = {**REFRESH, "token_endpoint": url, "token_endpoint_auth": {"type": "none"}}
    assert said({**OAUTH, "refresh": refresh}) == [("refresh", "token_endpoint", "bad-format")]


@pytest.mark.parametrize("kind", ["client_secret_basic", "client_secret_post"])
def test_a_token_endpoint_that_asks_for_a_secret_gets_one(kind: str) -> None:
    auth = {**OAUTH, "refresh": {**REFRESH, "token_endpoint_auth": {"type": kind}}}
    assert said(auth) == [("refresh", "token_endpoint_auth", "client_secret", "missing-field")]
    assert said({**OAUTH, "refresh": {**REFRESH, "token_endpoint_auth": {"type": "none"}}}) == []


@pytest.mark.parametrize("when", ["2026-05-06T01:10:30Z", "2026-05-06T01:10:30.512206+02:00"])
def test_an_expiry_is_a_moment(when: str) -> None:
    assert said({**OAUTH, "expires_at": when}) == []


@pytest.mark.parametrize("when", ["2026-05-06", "2026-05-06T01:10:30", "2026-13-06T01:10:30Z", "tomorrow", ""])
def test_a_moment_has_a_date_a_time_and_a_zone(when: str) -> None:
    assert said({**OAUTH, "expires_at": when}) == [("expires_at", "bad-format")]


def test_a_secret_goes_to_at_most_sixteen_hosts() -> None:
    hosts = [f"h{n}.com" for n in range(17)]
    assert said({**VARIABLE, "networking": {"type": "limited", "allowed_hosts": hosts[:16]}}) == []
    assert said({**VARIABLE, "networking": {"type": "limited", "allowed_hosts": hosts}}) == [
        ("networking", "allowed_hosts", "too-many")
    ]


@pytest.mark.parametrize("location", [{}, {"header": False}, {"header": False, "body": False}])
def test_a_secret_is_put_somewhere(location: Any) -> None:
    assert said({**VARIABLE, "injection_location": location}) == [("injection_location", "bad-combination")]
    assert said({**VARIABLE, "injection_location": {"body": True}}) == []


def test_an_update_only_turns_off_what_it_names() -> None:
    update = {"type": "environment_variable", "injection_location": {"header": False}}
    assert said(update, CredentialUpdate) == []
    both = {"type": "environment_variable", "injection_location": {"header": False, "body": False}}
    assert said(both, CredentialUpdate) == [("injection_location", "bad-combination")]
    assert said({"type": "environment_variable", "injection_location": {"header": None}}, CredentialUpdate) == [
        ("injection_location", "header", "wrong-type")
    ]


@pytest.mark.parametrize("name", ["1A", "A-B", "", "A B", "x" * 256])
def test_a_secret_s_name_is_a_variable_s(name: str) -> None:
    assert said({**VARIABLE, "secret_name": name}) == [("secret_name", "bad-format")]


@pytest.mark.parametrize("field", ["mcp_server_url", "secret_name"])
def test_what_identifies_a_credential_cannot_be_updated(field: str) -> None:
    kind = "mcp_oauth" if field == "mcp_server_url" else "environment_variable"
    assert said({"type": kind, field: "x"}, CredentialUpdate) == [(field, "unknown-field")]
