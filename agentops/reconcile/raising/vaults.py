"""Credentials: all that a server shows of them, and stand-ins for the secrets, which it does not."""

from collections.abc import Mapping
from typing import Any

from agentops.reconcile.normal import pruned
from agentops.reconcile.raising.places import variable
from agentops.reconcile.raising.scene import Scene, said
from agentops.reconcile.verdicts import ABSENT

_EVERYWHERE = {"header": True, "body": True}
_SECRETS = {"static_bearer": "token", "mcp_oauth": "access_token", "environment_variable": "secret_value"}
_CLIENTS = ("client_secret_basic", "client_secret_post")


def credential(body: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    """Return one credential of a vault. When its token expires is left out: the server moves that by itself."""
    pairs = {key: each for key, each in (body.get("metadata") or {}).items() if not key.startswith("agentops_")}
    return said(
        {
            "display_name": body.get("display_name") or None,
            "auth": _auth(pruned(body["auth"]), _stem(scene)),
            "metadata": pairs or None,
        }
    )


def _stem(scene: Scene) -> str:
    address = scene.address
    # Two signs between the names: what is `GITHUB` with a token must not meet what is called `GITHUB_TOKEN`.
    return variable(f"{address.name}__{address.part}" if address else scene.own_id)


def _auth(auth: Mapping[str, Any], stem: str) -> dict[str, Any]:
    shown = {key: each for key, each in auth.items() if key not in ("expires_at", "refresh", "injection_location")}
    secret = {"env": f"{stem}__VALUE" if auth["type"] == "environment_variable" else f"{stem}__TOKEN"}
    places = auth.get("injection_location")
    where = {key: True for key in _EVERYWHERE if places and places.get(key)}
    return said(
        {
            **shown,
            _SECRETS[auth["type"]]: secret,
            "injection_location": where if places and where != _EVERYWHERE else ABSENT,
            "refresh": _refresh(auth["refresh"], stem) if auth.get("refresh") else ABSENT,
        }
    )


def _refresh(refresh: Mapping[str, Any], stem: str) -> dict[str, Any]:
    client = dict(refresh["token_endpoint_auth"])
    if client["type"] in _CLIENTS:
        client["client_secret"] = {"env": f"{stem}__CLIENT_SECRET"}
    shown = {key: each for key, each in refresh.items() if each}
    return {**shown, "refresh_token": {"env": f"{stem}__REFRESH_TOKEN"}, "token_endpoint_auth": client}


def variables(spec: Any) -> list[str]:
    """Return the variables that a spec takes secrets from, in the order of their mention."""
    match spec:
        case {"env": str(name)} if len(spec) == 1:
            return [name]
        case dict():
            return [name for each in spec.values() for name in variables(each)]
        case list():
            return [name for each in spec for name in variables(each)]
    return []
