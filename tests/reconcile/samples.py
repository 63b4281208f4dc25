"""For every kind of live object one that declares all it can, and another value for each field.

A new kind joins the tests that walk `OBJECTS` by its entry here; without one they fail and say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agentops.reconcile.resource import Resource
from agentops.reconcile.values import IdOf

from .given import (
    BARE,
    a_credential,
    a_deployment,
    a_secret,
    a_skill,
    a_store,
    a_vault,
    a_webhook,
    address,
    an_agent,
    an_environment,
    edited_skill,
)
from .test_convergence import AGENT_CHANGES, BASE_AGENT, BASE_ENVIRONMENT, CONFIG
from .test_deployments import FULL, OTHERS, PARTS
from .test_extensions import AROUND, HOOK, OTHER, OTHER_HOOK, a_full_schedule


@dataclass(frozen=True, slots=True)
class Sample:
    """One object and what else its fields can say."""

    resource: Resource
    others: Mapping[str, Any]
    beside: tuple[Resource, ...] = ()
    """What has to be there for it."""

    def with_other(self, name: str) -> Resource:
        """Return the object with the other value of one field; with a whole other one where none changes alone."""
        value = self.others[name]
        if isinstance(value, Resource):
            return value
        fields = {**self.resource.fields, name: replace(self.resource.fields[name], value=value)}
        return replace(self.resource, fields=fields)

    def without(self, name: str) -> Resource:
        """Return the object with a field left out."""
        kept = {key: each for key, each in self.resource.fields.items() if key != name}
        return replace(self.resource, fields=kept)


_NAMED = {"display_name": "For tickets", "metadata": {"team": "platform"}}
_RENAMED = {"display_name": "For all", "metadata": {"team": "search"}}
_OAUTH: dict[str, Any] = {
    **BARE,
    "type": "mcp_oauth",
    "mcp_server_url": "https://tickets.example.com/mcp",
    "access_token": a_secret("access-1"),
    "expires_at": "2027-11-21T08:00:00Z",
    "token_endpoint": "https://login.example.com/token",
    "client_id": "agentops",
    "refresh_token": a_secret("refresh-1"),
    "client_auth": "client_secret_post",
    "client_secret": a_secret("client-1"),
    "scope": "read",
    "resource": "https://tickets.example.com",
    **_NAMED,
}
_VARIABLE: dict[str, Any] = {
    **BARE,
    "type": "environment_variable",
    "secret_name": "PAGER_TOKEN",
    "secret_value": a_secret("value-1"),
    "networking": {"type": "limited", "allowed_hosts": ["pager.example.com"]},
    "injection_location": {"header": True},
    **_NAMED,
}

_RENAMED_SKILL = a_skill(files=a_skill("sorting").fields["files"].value, name="sorting")

SAMPLES: Mapping[str, Sample] = {
    "agent": Sample(an_agent(**BASE_AGENT), AGENT_CHANGES),
    "environment": Sample(
        an_environment(scope="organization", **BASE_ENVIRONMENT),
        {
            "name": "another name",
            "description": "For work.",
            "config": {**CONFIG, "networking": {"type": "unrestricted"}},
            "metadata": {"tier": "2"},
        },
    ),
    "memory_store": Sample(
        a_store(description="Notes.", metadata={"tier": "1"}),
        {"name": "other", "description": "More.", "metadata": {"tier": "2"}},
    ),
    "vault": Sample(a_vault(**_NAMED), _RENAMED),
    "static_bearer": Sample(
        a_credential(**_NAMED),
        {
            "auth.type": a_credential(**{**_OAUTH, "token": None}),
            "auth.mcp_server_url": "https://tickets.example.com/v2",
            "auth.token": a_secret("token-2"),
            **_RENAMED,
        },
        (a_vault(),),
    ),
    "mcp_oauth": Sample(
        a_credential(**_OAUTH),
        {
            "auth.access_token": a_secret("access-2"),
            "auth.expires_at": "2028-11-21T08:00:00Z",
            "auth.refresh.token_endpoint": "https://login.example.com/v2/token",
            "auth.refresh.client_id": "agentops-2",
            "auth.refresh.refresh_token": a_secret("refresh-2"),
            "auth.refresh.token_endpoint_auth.type": "client_secret_basic",
            "auth.refresh.token_endpoint_auth.client_secret": a_secret("client-2"),
            "auth.refresh.scope": "read write",
            "auth.refresh.resource": "https://tickets.example.com/v2",
        },
        (a_vault(),),
    ),
    "environment_variable": Sample(
        a_credential(**_VARIABLE),
        {
            "auth.secret_name": "OTHER_TOKEN",
            "auth.secret_value": a_secret("value-2"),
            "auth.networking": {"type": "unrestricted"},
            "auth.injection_location": {"header": True, "body": True},
        },
        (a_vault(),),
    ),
    "skill": Sample(
        a_skill(),
        {"display_name": "Sorts tickets", "name": _RENAMED_SKILL, "files": edited_skill(**{"scripts/sort.py": b""})},
    ),
    "deployment": Sample(a_deployment(**FULL), OTHERS, PARTS),
    "dream_schedule": Sample(
        a_full_schedule(),
        {**OTHER, "store": IdOf(address("MemoryStore/others")), "agents": [IdOf(address("Agent/scribe"))]},
        AROUND,
    ),
    "webhook": Sample(a_webhook(**HOOK), OTHER_HOOK),
}
"""By the name of the kind, or of the type where a kind has several."""
