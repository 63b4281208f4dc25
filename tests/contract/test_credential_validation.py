"""`mcp_oauth_validate` against a real token endpoint and a real MCP server on this machine."""

from collections.abc import Iterator
from typing import Any

import pytest
from anthropic import BadRequestError

from agentops.base.clock import ManualClock

from .given import a_bearer, a_credential, a_refresh, a_vault, oauth, refused
from .oauth_server import OAuthServer, running
from .sdk import Api


@pytest.fixture(scope="module")
def remote_process() -> Iterator[OAuthServer]:
    with running() as server:
        yield server


@pytest.fixture
def remote(remote_process: OAuthServer) -> OAuthServer:
    remote_process.access, remote_process.refresh = {"secret-good"}, {"secret-refresh"}
    remote_process.asked.clear()
    remote_process.forms.clear()
    return remote_process


class Tried:
    """A credential, validated."""

    def __init__(self, api: Api, auth: dict[str, Any]) -> None:
        self.api = api
        self.vault = a_vault(api)
        self.id = a_credential(api, self.vault, auth).id

    def again(self) -> Any:
        api = self.api
        result = api.vaults.credentials.mcp_oauth_validate(self.id, vault_id=self.vault.id)
        assert not any("secret-" in each.text for each in api.exchanges)
        assert (result.credential_id, result.vault_id) == (self.id, self.vault.id)
        return result


def login(remote: OAuthServer, path: str = "/mcp", **fields: Any) -> dict[str, Any]:
    return oauth(**{"mcp_server_url": remote.url + path, "access_token": "secret-good", **fields})


def refresh(remote: OAuthServer, path: str = "/token", **fields: Any) -> dict[str, Any]:
    return a_refresh(**{"token_endpoint": remote.url + path, "refresh_token": "secret-refresh", **fields})


def test_a_token_that_the_server_takes_is_valid(api: Api, remote: OAuthServer, clock: ManualClock) -> None:
    result = Tried(api, login(remote)).again()
    assert (result.status, result.mcp_probe, result.refresh) == ("valid", None, None)
    assert (result.has_refresh_token, result.validated_at) == (False, clock.now())
    assert remote.asked == ["initialize", "notifications/initialized", "tools/list"]
    assert remote.forms == []


def test_a_refused_token_without_another_is_invalid(api: Api, remote: OAuthServer) -> None:
    result = Tried(api, login(remote, access_token="secret-bad")).again()
    assert (result.status, result.refresh.status, result.has_refresh_token) == ("invalid", "no_refresh_token", False)
    assert result.mcp_probe.method == "initialize"
    answer = result.mcp_probe.http_response
    assert (answer.status_code, answer.body) == (401, '{"error":"invalid_token"}')
    assert (answer.content_type, answer.body_truncated) == ("application/json", False)


WAYS: dict[str, dict[str, Any]] = {
    "none": {"type": "none"},
    "post": {"type": "client_secret_post", "client_secret": "secret-client: ü&"},
    "basic": {"type": "client_secret_basic", "client_secret": "secret-client: ü&"},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_refused_token_is_exchanged_and_the_new_one_kept(api: Api, remote: OAuthServer, way: str) -> None:
    renewable = refresh(remote, token_endpoint_auth=WAYS[way], scope="read", resource="https://mcp.example.com")
    tried = Tried(api, login(remote, access_token="secret-old", refresh=renewable))
    first = tried.again()
    assert (first.status, first.refresh.status, first.mcp_probe) == ("valid", "succeeded", None)
    assert first.refresh.http_response is None
    form = remote.forms[0]
    assert (form["grant_type"], form["scope"], form["resource"]) == (
        ["refresh_token"], ["read"], ["https://mcp.example.com"]
    )  # fmt: skip
    assert ("client_secret" in form) == (way == "post")
    stored = api.vaults.credentials.retrieve(tried.id, vault_id=tried.vault.id)
    assert (stored.auth.expires_at - stored.updated_at).total_seconds() == 3600
    assert tried.again().status == "valid"
    assert len(remote.forms) == 1, "the kept token was good"
    remote.access.clear()
    assert tried.again().status == "valid"
    assert remote.forms[1]["refresh_token"] == ["secret-refresh+"], "the token endpoint had turned the refresh token"


def test_a_rotated_secret_is_the_one_that_is_sent(api: Api, remote: OAuthServer) -> None:
    tried = Tried(api, login(remote, access_token="secret-old"))
    auth = {"type": "mcp_oauth", "access_token": "secret-good"}
    api.vaults.credentials.update(tried.id, vault_id=tried.vault.id, auth=auth)
    assert tried.again().status == "valid"


def test_a_token_endpoint_that_refuses_makes_it_invalid(api: Api, remote: OAuthServer) -> None:
    remote.refresh.clear()
    tried = Tried(api, login(remote, access_token="secret-old", refresh=refresh(remote)))
    result = tried.again()
    assert (result.status, result.refresh.status, result.mcp_probe.method) == ("invalid", "failed", "initialize")
    assert result.refresh.http_response.status_code == 400
    assert result.refresh.http_response.body == '{"error":"invalid_grant","error_description":"••• is void"}'


@pytest.mark.parametrize(
    ("path", "expected", "status", "code"),
    [
        ("/echo/403", "invalid", "failed", 403),
        ("/echo/429", "unknown", "failed", 429),
        ("/echo/500", "unknown", "failed", 500),
        ("/echo/200", "unknown", "failed", 200),
        ("/elsewhere", "unknown", "failed", 307),
        ("/huge", "unknown", "failed", 500),
    ],
)
def test_an_answer_without_a_token_is_shown_cut_and_without_secrets(
    api: Api, remote: OAuthServer, path: str, expected: str, status: str, code: int
) -> None:
    renewable = refresh(remote, path, token_endpoint_auth=WAYS["basic"])
    result = Tried(api, login(remote, access_token="secret-old", refresh=renewable)).again()
    assert (result.status, result.refresh.status, result.refresh.http_response.status_code) == (expected, status, code)
    answer = result.refresh.http_response
    assert answer.body_truncated == (path != "/elsewhere")
    assert len(answer.body) <= 4096
    if "echo" in path:
        assert "Basic •••" in answer.body
        assert "refresh_token=•••" in answer.body


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/token", "https://name.invalid/token", "http://10.0.0.1/token"])
def test_a_token_endpoint_that_cannot_be_reached_leaves_it_unknown(api: Api, remote: OAuthServer, url: str) -> None:
    renewable = a_refresh(token_endpoint=url)
    result = Tried(api, login(remote, access_token="secret-old", refresh=renewable)).again()
    assert (result.status, result.refresh.status, result.refresh.http_response) == ("unknown", "connect_error", None)


@pytest.mark.parametrize(
    ("path", "expected", "method", "code"),
    [
        ("/tools-refused", "invalid", "tools/list", 403),
        ("/echo/403", "invalid", "initialize", 403),
        ("/echo/404", "unknown", "initialize", 404),
        ("/echo/503", "unknown", "initialize", 503),
        ("/elsewhere", "unknown", "initialize", 307),
    ],
)
def test_what_an_mcp_server_refuses_is_told_by_step(
    api: Api, remote: OAuthServer, path: str, expected: str, method: str, code: int
) -> None:
    result = Tried(api, login(remote, path, refresh=refresh(remote))).again()
    assert (result.status, result.refresh, result.has_refresh_token) == (expected, None, True)
    assert (result.mcp_probe.method, result.mcp_probe.http_response.status_code) == (method, code)


@pytest.mark.parametrize(
    "fields",
    [
        {"mcp_server_url": "http://127.0.0.1:1/mcp"},
        {"mcp_server_url": "https://10.1.2.3/mcp"},
        {"mcp_server_url": "https://169.254.169.254/mcp"},
        {"mcp_server_url": "http://93.184.216.34/mcp"},
        {"access_token": "secret-of\ntwo-lines"},
        {"access_token": "secret-schlüssel"},
    ],
)
def test_a_server_that_cannot_be_asked_leaves_it_unknown(api: Api, remote: OAuthServer, fields: dict[str, Any]) -> None:
    result = Tried(api, login(remote, **fields)).again()
    assert (result.status, result.refresh, result.mcp_probe.http_response) == ("unknown", None, None)
    assert remote.asked == []


def test_only_active_oauth_credentials_are_validated(api: Api) -> None:
    vault = a_vault(api)
    credential = a_credential(api, vault, a_bearer())
    validate = api.vaults.credentials.mcp_oauth_validate
    refused(BadRequestError, lambda: validate(credential.id, vault_id=vault.id), "mcp_oauth")
    api.vaults.credentials.archive(credential.id, vault_id=vault.id)
    refused(BadRequestError, lambda: validate(credential.id, vault_id=vault.id), "archived")
