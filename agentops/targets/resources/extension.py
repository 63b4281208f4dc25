"""Collections of our own engine: the SDK has no methods for them, and carries them by its generic requests."""

from typing import TYPE_CHECKING

import httpx2

from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.target import Body, Verb, Write
from agentops.targets.pages import Pages
from agentops.targets.resources.collection import Collection

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic


class Extension(Collection):
    """A collection without an archive, below `/v1/x-agentops`."""

    def __init__(self, kind: ObjectKind) -> None:
        """Take the kind."""
        super().__init__(kind, lambda beta: beta)

    async def completed(self, _pages: Pages, body: Body) -> Body:
        """Return the object without the secret that is told once: whoever wants one asks for a new one."""
        return {key: value for key, value in body.items() if key != "signing_secret"}

    async def send(self, client: "AsyncAnthropic", write: Write) -> httpx2.Response:
        """Do it and return the answer."""
        path = f"/v1/{self._path(write.parent)}"
        match write.verb:
            case Verb.CREATE:
                return await client.post(path, body=write.body, cast_to=httpx2.Response)
            case Verb.UPDATE:
                return await client.post(f"{path}/{write.id}", body=write.body, cast_to=httpx2.Response)
            case Verb.DELETE:
                return await client.delete(f"{path}/{write.id}", cast_to=httpx2.Response)
            case other:
                raise ValueError(f"{other} is for objects of another kind")
