"""The sessions of a target: begun, read, watched and sent to. Watching and writing load the SDK; reading does not."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2

from agentops.base.errors import TargetError
from agentops.reconcile.target import Body
from agentops.targets import errors
from agentops.targets.live import LiveTarget
from agentops.targets.pages import LARGEST_PAGE, Params

_BETAS = "managed-agents-2026-04-01"
_SILENCE_S = 90.0
"""A stream that says nothing for so long is lost: servers send a sign of life much more often."""

_NO_CHANGE_S = 60.0

Stream = AsyncIterator[Body]


class Sessions:
    """What a client does with sessions."""

    def __init__(self, target: LiveTarget) -> None:
        """Take the target."""
        self._target = target
        self.label = target.label

    async def create(self, body: Mapping[str, Any]) -> Body:
        """Return a new session."""
        return await self._target.called("begin a session", lambda beta: beta.sessions.with_raw_response.create(**body))

    async def read(self, session_id: str) -> Body:
        """Return a session.

        Raises:
            TargetError: there is none of this id, or it cannot be read.
        """
        found = await self.find(session_id)
        if found is None:
            raise TargetError(
                f"{self.label} has no session {session_id}", hint="`agentops session list` shows what there is"
            )
        return found

    async def find(self, session_id: str) -> Body | None:
        """Return a session, or None where there is none of this id."""
        return await self._target.pages.one(_path(session_id), _BETAS)

    async def latest(self, params: Params) -> Sequence[Body]:
        """Return one page of sessions, newest first."""
        page = await self._target.pages.one("sessions", _BETAS, params)
        return page["data"] if page and isinstance(page.get("data"), list) else []

    async def first(
        self, count: int, params: Params, is_wanted: Callable[[Body], bool] = lambda _session: True
    ) -> Sequence[Body]:
        """Return so many sessions at most, newest first unless `params` say otherwise, in as few pages as hold them."""
        found: list[Body] = []
        query: dict[str, str | Sequence[str]] = dict(params)
        while len(found) < count:
            query["limit"] = str(min(count - len(found), LARGEST_PAGE))
            page = await self._target.pages.one("sessions", _BETAS, query) or {}
            data, cursor = page.get("data"), page.get("next_page")
            found += [each for each in data if isinstance(each, dict) and is_wanted(each)] if data else []
            if not data or not cursor or cursor == query.get("page"):
                break
            query["page"] = cursor
        return found[:count]

    async def events(self, session_id: str, params: Params | None = None) -> Sequence[Body]:
        """Return everything that happened in a session, oldest first unless `params` say otherwise."""
        return await self._target.pages.every(f"{_path(session_id)}/events", _BETAS, params) or ()

    async def last_events(self, session_id: str, count: int, types: Sequence[str] = ()) -> Sequence[Body]:
        """Return the last events, oldest first."""
        params: dict[str, str | Sequence[str]] = {"limit": str(count), "order": "desc"}
        page = await self._target.pages.one(
            f"{_path(session_id)}/events", _BETAS, params | ({"types[]": types} if types else {})
        )
        return page["data"][::-1] if page else []

    async def threads(self, session_id: str) -> Sequence[Body]:
        """Return every thread of a session, the primary one among them."""
        return await self._target.pages.every(f"{_path(session_id)}/threads", _BETAS) or ()

    async def thread_events(self, session_id: str, thread_id: str) -> Sequence[Body]:
        """Return everything that happened in a thread, oldest first."""
        path = f"{_path(session_id)}/threads/{quote(thread_id, safe='')}/events"
        return await self._target.pages.every(path, _BETAS) or ()

    async def send(self, session_id: str, events: Sequence[Body]) -> None:
        """Send events."""
        what = f"send {' and '.join(dict.fromkeys(each['type'] for each in events))} to {session_id}"
        sent: Any = list(map(dict, events))
        await self._target.called(
            what, lambda beta: beta.sessions.events.with_raw_response.send(session_id, events=sent)
        )

    async def archive(self, session_id: str) -> Body:
        """End a session for good and return it."""
        return await self._target.called(
            f"archive {session_id}", lambda beta: beta.sessions.with_raw_response.archive(session_id)
        )

    async def delete(self, session_id: str) -> None:
        """Remove a session with its history."""
        await self._target.called(
            f"delete {session_id}", lambda beta: beta.sessions.with_raw_response.delete(session_id)
        )

    async def upload(self, path: Path) -> Body:
        """Return a new file with the bytes of one of ours."""
        return await self._target.called(f"upload {path}", lambda beta: beta.files.with_raw_response.upload(file=path))

    async def written(self, session_id: str) -> Sequence[Body]:
        """Return the files that a session wrote."""
        found = await self._target.pages.every("files", _BETAS, {"scope_id": session_id}) or ()
        return [each for each in found if each.get("downloadable")]

    @asynccontextmanager
    async def stream(self, session_id: str, deltas: Sequence[str]) -> AsyncIterator[Stream]:
        """Open the stream of what happens from now on, with previews of events of these types.

        Raises:
            TargetError: it cannot be opened, or it was lost.
        """
        import anthropic  # noqa: PLC0415 - see `LiveTarget.answered`

        what = f"show what happens in {session_id}"
        asked: Any = {"event_deltas": list(deltas)} if deltas else {}
        timeout = httpx2.Timeout(_NO_CHANGE_S, read=_SILENCE_S)
        events = self._target.sdk().beta.sessions.events
        try:
            async with await events.stream(session_id, timeout=timeout, **asked) as stream:
                yield (each.to_dict(mode="json") async for each in stream)
        except anthropic.APIStatusError as error:
            refused = errors.from_status(what, self.label, error.status_code, error.body, error.request_id or "")
            raise errors.asked_to_wait(refused, error.response.headers) from error
        except (anthropic.APIConnectionError, httpx2.TransportError, httpx2.StreamError) as error:
            raise errors.from_transport(what, self.label, error) from error


def _path(session_id: str) -> str:
    return f"sessions/{quote(session_id, safe='')}"
