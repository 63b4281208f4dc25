"""The keys of an environment's workers: made and told once, listed without secrets, revoked."""

from dataclasses import replace

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine import keys
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.operations import environments
from agentops.engine.operations.call import Call, Page
from agentops.engine.store.environment_keys import EnvironmentKey, EnvironmentKeys
from agentops.engine.store.port import Window

KEYS_MAX = 100
"""Good keys of an environment: one for each host of a large fleet."""


def create(call: Call, environment_id: str, request: Json) -> str:
    """Make a key and return it; no later answer shows it.

    Raises:
        NotFound: there is no such environment.
        InvalidRequest: no worker can use a key of it, or it has as many as it may.
    """
    environment = parsed(environments.retrieve(call, environment_id))
    if environment["config"]["type"] != "self_hosted":
        raise InvalidRequest(f"Environment {environment_id} is not self-hosted: no worker needs a key of it.")
    stored = EnvironmentKeys(call.tx, call.workspace, environment_id)
    if stored.count_good() >= KEYS_MAX:
        raise InvalidRequest(f"Environment {environment_id} has {KEYS_MAX} keys, as many as it may; revoke one first.")
    secret = keys.generate(keys.ENVIRONMENT_PREFIX)
    key = EnvironmentKey(call.ids.new("envkey"), request.get("name") or "", call.at)
    stored.insert(key, keys.digest(secret.reveal()))
    return written({**_answered(key, environment_id), "key": secret.reveal()})


def revoke(call: Call, environment_id: str, key_id: str) -> str:
    """Make the key void for good and return it; a revoked one is left as it is.

    Raises:
        NotFound: there is no such key.
    """
    stored = EnvironmentKeys(call.tx, call.workspace, environment_id)
    key = stored.get(key_id)
    if key is None:
        raise NotFound(f"Environment {environment_id} has no key {key_id}.")
    stored.revoke(key_id, call.at)
    return written(_answered(replace(key, revoked_at=key.revoked_at or call.at), environment_id))


def page(call: Call, environment_id: str, window: Window) -> Page:
    """Return part of the list of keys, newest first, revoked ones too.

    Raises:
        NotFound: there is no such environment.
    """
    environments.retrieve(call, environment_id)
    found = EnvironmentKeys(call.tx, call.workspace, environment_id).page(window)
    items = [written(_answered(each, environment_id)) for each in found]
    return Page.newest_first(items, found, window.limit)


def _answered(key: EnvironmentKey, environment_id: str) -> Json:
    return {
        "type": "environment_key",
        "id": key.id,
        "environment_id": environment_id,
        "name": key.name,
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    }
