"""Who sends a request: the credential in its headers, the key it is, the workspace it may act in."""

import hmac
import re

from starlette.datastructures import Headers

from agentops.base.clock import Clock, timestamp
from agentops.base.errors import AuthenticationFailed, InvalidRequest, PermissionDenied
from agentops.engine import keys
from agentops.engine.core import work
from agentops.engine.keys import Caller, Credential
from agentops.engine.store.api_keys import ApiKeys
from agentops.engine.store.environment_keys import WorkerCredentials
from agentops.engine.store.port import Database, Transaction

_BEARER = re.compile(r"bearer +(?P<key>\S+) *", re.IGNORECASE)
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")


def presented(headers: Headers) -> str:
    """Return the key in `x-api-key` or `Authorization: Bearer`; both may be there if they agree.

    Raises:
        AuthenticationFailed: there is none, or there are two.
    """
    keys = set(headers.getlist("x-api-key"))
    for value in headers.getlist("authorization"):
        match = _BEARER.fullmatch(value)
        if match is None:
            raise AuthenticationFailed("authorization: must be Bearer and an API key.")
        keys.add(match["key"])
    keys.discard("")
    if not keys:
        raise AuthenticationFailed("Send an API key as x-api-key or as Authorization: Bearer.")
    if len(keys) > 1:
        raise AuthenticationFailed("x-api-key and Authorization hold different credentials; send one of them.")
    return keys.pop()


class Door:
    """Tells callers by what they come with: what is in the database, and one key that lives in this process only."""

    def __init__(self, database: Database, clock: Clock, local_hash: str, local: Caller) -> None:
        """Know the in-process key by its digest."""
        self._database = database
        self._clock = clock
        self._local_hash = local_hash
        self._local = local

    async def caller(self, headers: Headers) -> Caller:
        """Return who sends the request.

        Raises:
            AuthenticationFailed: nobody we know.
        """
        key = presented(headers)
        kind = keys.kind(key)
        if kind is None:
            raise AuthenticationFailed(_UNKNOWN)
        key_hash = keys.digest(key)
        if hmac.compare_digest(key_hash, self._local_hash):
            return self._local
        if kind is not Credential.API_KEY and headers.get("x-api-key"):
            raise AuthenticationFailed(f"Send {kind.value} as Authorization: Bearer, not as x-api-key.")
        at = timestamp(self._clock.now())
        found = await self._database.glance(lambda tx: _FINDERS[kind](tx, key_hash, at))
        if found is None:
            raise AuthenticationFailed(_UNKNOWN)
        return found


_UNKNOWN = "The API key is not valid."


def _api_key(tx: Transaction, key_hash: str, _at: str) -> Caller | None:
    found = ApiKeys(tx).find(key_hash)
    return Caller(found.workspace, found.id) if found and hmac.compare_digest(found.key_hash, key_hash) else None


def _environment_key(tx: Transaction, key_hash: str, _at: str) -> Caller | None:
    found = WorkerCredentials(tx).key(key_hash)
    if found is None:
        return None
    return Caller(
        found.workspace, found.id, Credential.ENVIRONMENT_KEY, bounds={"environment_id": found.environment_id}
    )


def _session_token(tx: Transaction, key_hash: str, at: str) -> Caller | None:
    found = WorkerCredentials(tx).token(key_hash)
    if found is None:
        return None
    item = found.work
    is_over = work.is_over(item, found.claim, at)
    return Caller(
        found.workspace,
        item.id,
        Credential.SPENT_TOKEN if is_over else Credential.SESSION_TOKEN,
        bounds={"environment_id": item.environment_id, "work_id": item.id, "session_id": item.session_id},
        claim=found.claim,
    )


_FINDERS = {
    Credential.API_KEY: _api_key,
    Credential.ENVIRONMENT_KEY: _environment_key,
    Credential.SESSION_TOKEN: _session_token,
}


def check_workspace(headers: Headers, caller: Caller) -> None:
    """Refuse a workspace that is not the key's.

    Raises:
        PermissionDenied: the header names another one.
    """
    asked = headers.get("anthropic-workspace-id")
    if asked is not None and asked != caller.workspace:
        raise PermissionDenied("anthropic-workspace-id: this API key belongs to another workspace; leave it out.")


def check_version(headers: Headers) -> None:
    """Refuse a version that is no date; every date is taken, the documented and the SDK's.

    Raises:
        InvalidRequest: the header is malformed.
    """
    version = headers.get("anthropic-version", "2023-06-01")
    if not _VERSION.fullmatch(version):
        raise InvalidRequest(f"anthropic-version: must be a date such as 2023-06-01, is {version[:40]!r}.")
