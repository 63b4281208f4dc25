"""Reading a target: raw JSON pages over the SDK's own HTTP library, without the SDK.

Loading the SDK costs more than a whole plan, and its typed objects cost seven times the parsing of the JSON;
a plan needs neither. What is read here, the SDK reads the same way.
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx2

from agentops.base.errors import TargetError
from agentops.targets import errors
from agentops.targets.endpoint import Endpoint

_PAGE = 100
"""The largest page that every list takes. Source: SDK 2.11.0 docstrings of the list params."""
_TIMEOUT_S = 60.0
_TRIES = 3


class Pages:
    """Reads lists and single objects."""

    def __init__(self, endpoint: Endpoint, http: httpx2.AsyncClient) -> None:
        """Take the endpoint and the connection."""
        self._endpoint = endpoint
        self._http = http

    async def every(
        self, path: str, betas: str, params: Mapping[str, str] | None = None
    ) -> list[dict[str, Any]] | None:
        """Return every object of a list, or None where the target has no such list.

        Raises:
            TargetError: a page could not be read; a part is never taken for the whole.
        """
        found: list[dict[str, Any]] = []
        query = {"limit": str(_PAGE), **(params or {})}
        while True:
            page = await self.one(path, betas, query)
            if page is None:
                if found:
                    raise _cut_short(self._endpoint.label, path)
                return None
            found += page["data"]
            if not page.get("next_page"):
                return found
            query["page"] = page["next_page"]

    async def one(self, path: str, betas: str, params: Mapping[str, str] | None = None) -> dict[str, Any] | None:
        """Return one JSON answer, or None for a 404. Reading is repeated when the target cannot answer at once."""
        for last in range(_TRIES):
            try:
                return await self._get(path, betas, params or {})
            except TargetError as error:
                if error.retry == "permanent" or last == _TRIES - 1 or getattr(error, "was_not_sent", False):
                    raise
        raise AssertionError("the last try returns or raises")

    async def _get(self, path: str, betas: str, params: Mapping[str, str]) -> dict[str, Any] | None:
        label, what = self._endpoint.label, f"GET /v1/{path}"
        headers = {**self._endpoint.headers(), "anthropic-beta": betas}
        try:
            answer = await self._http.get(f"/v1/{path}", params=params, headers=headers, timeout=_TIMEOUT_S)
        except httpx2.TransportError as error:
            raise errors.from_transport(what, label, error) from error
        if answer.status_code == httpx2.codes.NOT_FOUND:
            return None
        body = _parsed(answer.content)
        if answer.is_success and isinstance(body, dict):
            return body
        request_id = answer.headers.get("request-id", "")
        raise errors.from_status(what, label, answer.status_code, body, request_id)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _cut_short(label: str, path: str) -> TargetError:
    return TargetError(f"{label} answered 404 in the middle of the list /v1/{path}", hint="run the command again")
