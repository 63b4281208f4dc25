"""Who sends a request: the credential in its headers, the key it is, the workspace it may act in."""

import hmac
import re

from starlette.datastructures import Headers

from agentops.base.errors import AuthenticationFailed, InvalidRequest, PermissionDenied
from agentops.engine.keys import Caller, could_be_key, digest
from agentops.engine.store.api_keys import ApiKeys
from agentops.engine.store.port import Database

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
    """Tells callers by their keys: those in the database, and one that lives in this process only."""

    def __init__(self, database: Database, local_hash: str, local: Caller) -> None:
        """Know the in-process key by its digest."""
        self._database = database
        self._local_hash = local_hash
        self._local = local

    async def caller(self, headers: Headers) -> Caller:
        """Return who sends the request.

        Raises:
            AuthenticationFailed: nobody we know.
        """
        key = presented(headers)
        if could_be_key(key):
            key_hash = digest(key)
            if hmac.compare_digest(key_hash, self._local_hash):
                return self._local
            found = await self._database.read(lambda tx: ApiKeys(tx).find(key_hash))
            if found and hmac.compare_digest(found.key_hash, key_hash):
                return Caller(found.workspace, found.id)
        raise AuthenticationFailed("The API key is not valid.")


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
