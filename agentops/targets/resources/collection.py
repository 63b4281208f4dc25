"""A collection of the plain sort: read by raw pages, each write one call of the SDK. Kinds that differ override it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import httpx2

from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.target import Body, Verb, Write
from agentops.targets.pages import Pages

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.resources.beta import AsyncBeta


class Collection:
    """The objects of one kind on a server."""

    filters: Mapping[str, str] = {}
    """What narrows the list to objects that can be ours."""

    def __init__(self, kind: ObjectKind, calls: "Callable[[AsyncBeta], Any]") -> None:
        """Take the kind, and where the SDK keeps its calls."""
        self._rule = OBJECTS[kind]
        self._calls = calls

    async def list(self, pages: Pages, parent: str) -> Sequence[Body] | None:
        """Return every live object, newest first, or None where the server has no such collection."""
        return await pages.every(self._path(parent), self._rule.betas, self.filters)

    async def read(self, pages: Pages, object_id: str, parent: str) -> Body | None:
        """Return one object as it is now, or None when it is not there."""
        return await pages.one(f"{self._path(parent)}/{object_id}", self._rule.betas)

    async def completed(self, _pages: Pages, body: Body) -> Body:
        """Return what a create or update answered in the form that `list` has it."""
        return body

    async def send(self, client: "AsyncAnthropic", write: Write) -> httpx2.Response:
        """Do it and return the answer."""
        raw = await self.write(client.beta, write)
        response: httpx2.Response = raw.http_response
        return response

    async def write(self, beta: "AsyncBeta", write: Write) -> Any:
        """Do it and return the SDK's raw response."""
        calls, body = self._calls(beta).with_raw_response, dict(write.body)
        match write.verb:
            case Verb.CREATE:
                return await calls.create(**body)
            case Verb.UPDATE:
                return await calls.update(write.id, **body)
            case Verb.ARCHIVE:
                return await calls.archive(write.id)
            case Verb.DELETE:
                return await calls.delete(write.id)
            case Verb.PAUSE:
                return await calls.pause(write.id)
            case Verb.UNPAUSE:
                return await calls.unpause(write.id)
            case other:
                raise ValueError(f"{other} is for objects of another kind")

    def _path(self, parent: str) -> str:
        return self._rule.collection.format(parent=parent)
