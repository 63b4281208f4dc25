"""Vaults and the credentials in them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from agentops.wire.fields import Host, Metadata, MetadataPatch, Url
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form, Omissible, Shape, WriteOnly
from agentops.wire.timestamps import Timestamp

_DisplayName = Annotated[str, Field(min_length=1, max_length=255)]
_Secret = Annotated[str, Field(min_length=1, max_length=65_536), WriteOnly()]
_Text = Annotated[str, Field(min_length=1, max_length=8192)]
_Scope = Annotated[str, Field(max_length=8192)]
"""Far longer than any that is known, and no place to keep files in. Our limits; the SDK states none."""

VariableName = Annotated[
    str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,254}$"), Form("a variable name: letters, digits and underscores")
]


class VaultCreate(Shape):
    """What creates a vault. Source: SDK 2.11.0 `types/beta/vault_create_params.py`."""

    display_name: _DisplayName
    metadata: Omissible[Metadata] = None


class VaultUpdate(Shape):
    """What updates a vault. Source: SDK 2.11.0 `types/beta/vault_update_params.py`."""

    display_name: _DisplayName | None = None
    metadata: MetadataPatch | None = None


class NoClientAuth(Shape):
    """The token endpoint asks for no secret. Source: SDK 2.11.0 `…token_endpoint_auth_none_param.py`."""

    type: Literal["none"]


class ClientSecret(Shape):
    """The token endpoint asks for a secret. Source: SDK 2.11.0 `…token_endpoint_auth_{basic,post}_param.py`."""

    type: Literal["client_secret_basic", "client_secret_post"]
    client_secret: _Secret


class ClientSecretUpdate(Shape):
    """A new secret. Source: SDK 2.11.0 `…token_endpoint_auth_{basic,post}_update_param.py`."""

    type: Literal["client_secret_basic", "client_secret_post"]
    client_secret: _Secret | None = None


class Refresh(Shape):
    """How a new access token is got. Source: SDK 2.11.0 `types/beta/vaults/…mcp_oauth_refresh_params.py`."""

    token_endpoint: Url
    client_id: _Text
    refresh_token: _Secret
    token_endpoint_auth: Annotated[NoClientAuth | ClientSecret, Field(discriminator="type")]
    scope: _Scope | None = None
    resource: _Scope | None = None


class RefreshUpdate(Shape):
    """What changes a refresh; an empty scope clears it. Source: `…mcp_oauth_refresh_update_params.py`."""

    refresh_token: _Secret | None = None
    token_endpoint_auth: Omissible[ClientSecretUpdate] = None
    scope: _Scope | None = None


class McpOAuth(Shape):
    """An OAuth token for an MCP server. Source: SDK 2.11.0 `types/beta/vaults/…mcp_oauth_create_params.py`."""

    type: Literal["mcp_oauth"]
    mcp_server_url: Url
    access_token: _Secret
    expires_at: Timestamp | None = None
    refresh: Refresh | None = None


class McpOAuthUpdate(Shape):
    """What changes an OAuth token. Source: SDK 2.11.0 `types/beta/vaults/…mcp_oauth_update_params.py`."""

    type: Literal["mcp_oauth"]
    access_token: _Secret | None = None
    expires_at: Timestamp | None = None
    refresh: RefreshUpdate | None = None


class StaticBearer(Shape):
    """A fixed token for an MCP server. Source: SDK 2.11.0 `types/beta/vaults/…static_bearer_create_params.py`."""

    type: Literal["static_bearer"]
    mcp_server_url: Url
    token: _Secret


class StaticBearerUpdate(Shape):
    """What changes a fixed token. Source: SDK 2.11.0 `types/beta/vaults/…static_bearer_update_params.py`."""

    type: Literal["static_bearer"]
    token: _Secret | None = None


class UnrestrictedHosts(Shape):
    """Every host that the environment allows. Source: `…unrestricted_credential_networking_params.py`."""

    type: Literal["unrestricted"]


class LimitedHosts(Shape):
    """Some hosts only. Source: SDK 2.11.0 `types/beta/vaults/…limited_credential_networking_params.py`."""

    type: Literal["limited"]
    allowed_hosts: Annotated[list[Host], Field(max_length=16)]


_Networking = Annotated[UnrestrictedHosts | LimitedHosts, Field(discriminator="type")]


class InjectionLocation(Shape):
    """Where in a request the secret may be put; what is left out is off. Source: `…injection_location_params.py`."""

    header: Omissible[bool] = None
    body: Omissible[bool] = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> "InjectionLocation":
        return obeying(self, _nowhere(enabled=bool(self.header or self.body)))


class InjectionLocationUpdate(Shape):
    """What changes the places; what is left out stays. Source: `…injection_location_update_params.py`."""

    header: Omissible[bool] = None
    body: Omissible[bool] = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> "InjectionLocationUpdate":
        return obeying(self, _nowhere(enabled=not (self.header is False and self.body is False)))


def _nowhere(*, enabled: bool) -> Iterator[Problem]:
    if not enabled:
        yield Problem((), "bad-combination", "must have header or body enabled")


class EnvironmentVariable(Shape):
    """A secret in a variable. Source: SDK 2.11.0 `types/beta/vaults/…environment_variable_create_params.py`."""

    type: Literal["environment_variable"]
    secret_name: VariableName
    secret_value: _Secret
    networking: _Networking
    injection_location: Omissible[InjectionLocation] = None


class EnvironmentVariableUpdate(Shape):
    """What changes such a secret. Source: SDK 2.11.0 `types/beta/vaults/…environment_variable_update_params.py`."""

    type: Literal["environment_variable"]
    secret_value: _Secret | None = None
    networking: _Networking | None = None
    injection_location: Omissible[InjectionLocationUpdate] = None


class CredentialCreate(Shape):
    """What puts a credential into a vault. Source: SDK 2.11.0 `types/beta/vaults/credential_create_params.py`."""

    auth: Annotated[McpOAuth | StaticBearer | EnvironmentVariable, Field(discriminator="type")]
    display_name: Annotated[str, Field(max_length=255)] | None = None
    metadata: Omissible[Metadata] = None


class CredentialUpdate(Shape):
    """What changes a credential. Source: SDK 2.11.0 `types/beta/vaults/credential_update_params.py`."""

    auth: Omissible[
        Annotated[McpOAuthUpdate | StaticBearerUpdate | EnvironmentVariableUpdate, Field(discriminator="type")]
    ] = None
    display_name: _DisplayName | None = None
    metadata: MetadataPatch | None = None
