"""One request as the routes see it: who calls, what was sent, and the way to the database."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, aclosing
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

from starlette.requests import Request

from agentops.base.clock import Clock, timestamp
from agentops.base.errors import AuthenticationFailed, NotFound, PermissionDenied
from agentops.base.ids import IdSource
from agentops.engine import upkeep
from agentops.engine.api import bodies, multipart, paging, queries
from agentops.engine.api.credentials import Accepted
from agentops.engine.api.queue import Queue
from agentops.engine.blobs.port import BlobStore, Draft
from agentops.engine.core.blobs import Blob
from agentops.engine.core.ids import is_id
from agentops.engine.core.json import Json
from agentops.engine.core.model_table import Model
from agentops.engine.feeds import Feed, Feeds
from agentops.engine.keyring import Keyring
from agentops.engine.keys import Caller, Credential
from agentops.engine.news import News
from agentops.engine.operations import blobs, reach
from agentops.engine.operations.call import Call, Page, unheard
from agentops.engine.outbound import Outbound
from agentops.engine.previews import Previews, Watcher
from agentops.engine.store.port import Database, Transaction
from agentops.wire.lists import Query
from agentops.wire.shape import Shape

T = TypeVar("T")
P = ParamSpec("P")
Q = TypeVar("Q", bound=Query)


@dataclass(frozen=True, slots=True)
class Backend:
    """What every request is served with."""

    database: Database
    clock: Clock
    ids: IdSource
    organization: str
    body_limit: int
    models: tuple[Model, ...]
    keyring: Keyring
    outbound: Outbound
    blobs: BlobStore
    file_limit: int
    news: News
    previews: Previews
    feeds: Feeds
    queue: Queue = field(default_factory=Queue)


class Exchange:
    """A request that has been let in."""

    def __init__(self, request: Request, backend: Backend, caller: Caller, betas: frozenset[str]) -> None:
        """Hold the request for the route that will answer it."""
        self._request = request
        self._backend = backend
        self._caller = caller
        self.betas = betas

    def admit(self, accepted: Accepted) -> None:
        """Let the caller on if the address takes such a credential, and if the path names nothing beyond its bounds.

        Raises:
            AuthenticationFailed: the caller's claim is over.
            PermissionDenied: the credential is not one for this address.
            NotFound: what the path names is not the caller's.
        """
        caller = self._caller
        if caller.credential not in accepted:
            if caller.credential is Credential.SPENT_TOKEN:
                raise AuthenticationFailed("The work item of this token is stopped, or another worker has it.")
            taken = " or ".join(sorted(each.value for each in accepted - {Credential.SPENT_TOKEN}))
            raise PermissionDenied(f"This address takes {taken}, not {caller.credential.value}.")
        named = self._request.path_params
        if any(named.get(name, own) != own for name, own in caller.bounds.items()):
            raise NotFound("There is no object with this id.")

    @property
    def claim(self) -> int | None:
        """Return which claim of its work item the caller's token was made for; None for who comes with a key."""
        return self._caller.claim

    def header(self, name: str) -> str | None:
        """Return a header of the request."""
        return self._request.headers.get(name)

    def query(self, shape: type[Q]) -> Q:
        """Return the query string as the shape.

        Raises:
            InvalidRequest: a parameter is not what the shape wants.
        """
        return queries.read(self._request.scope["query_string"], shape)

    def id(self, name: str) -> str:
        """Return an id from the path.

        Raises:
            NotFound: nothing has an id like this.
        """
        value: str = self._request.path_params[name]
        if not is_id(value):
            raise NotFound("There is no object with this id.")
        return value

    async def body(self, shape: type[Shape], *, optional: bool = False) -> Json:
        """Return the body as plain data that the shape accepts; an optional one may be empty.

        Raises:
            InvalidRequest: it is not acceptable.
            RequestTooLarge: it is too long.
        """
        return await bodies.read(self._request, shape, self._backend.body_limit, optional=optional)

    def form(self, limit_bytes: int) -> "aclosing[AsyncGenerator[multipart.Piece, None]]":
        """Return the parts of a body, read as they come in."""
        return aclosing(multipart.pieces(self._request, limit_bytes))

    @property
    def file_limit(self) -> int:
        """Return how many bytes a file may have."""
        return self._backend.file_limit

    def draft(self) -> AbstractAsyncContextManager[Draft]:
        """Return a place for bytes that come in, gone afterwards unless `keep` kept them."""
        return self._backend.blobs.draft()

    async def keep(
        self,
        draft: Draft,
        prefix: str,
        operation: Callable[Concatenate[Call, Blob, P], T],
        *args: P.args,
        **kw: P.kwargs,
    ) -> T:
        """Return what an operation answers that makes a draft its object's, once both are on disk."""
        blob = await draft.finished(self._backend.ids.new(prefix))
        await self.write(blobs.note, blob)
        await draft.place(blob)
        return await self.write(operation, blob, *args, **kw)

    async def bytes_of(self, blob: Blob) -> AsyncIterator[bytes]:
        """Return the bytes of a blob, in pieces."""
        return await self._backend.blobs.read(blob)

    async def tidy(self) -> None:
        """Remove the bytes of what was deleted or has expired."""
        await upkeep.tidy(self._backend.database, self._backend.blobs, self._backend.clock)

    async def read(self, operation: Callable[Concatenate[Call, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what an operation that changes nothing answers."""
        with self._backend.queue.place():
            return await self._backend.database.read(lambda tx: operation(self._call(tx), *args, **kwargs))

    async def glance(self, operation: Callable[Concatenate[Call, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what an operation answers that hands out rows as they lie: others wait while it does."""
        with self._backend.queue.place():
            return await self._backend.database.glance(lambda tx: operation(self._call(tx), *args, **kwargs))

    async def look(self, operation: Callable[Concatenate[Call, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `glance`, for a stream: one that is open is not sent away."""
        return await self._backend.database.glance(lambda tx: operation(self._call(tx), *args, **kwargs))

    def feed(self, session_id: str, seq: int, arrived: asyncio.Event) -> AbstractContextManager[Feed]:
        """Return what all who watch a session share, for a reader at a position."""
        return self._backend.feeds.watching(session_id, seq, arrived)

    @property
    def is_bounded(self) -> bool:
        """Tell whether the caller has a worker's token: what it is good for is looked at whenever it is used."""
        return bool(self._caller.bounds)

    async def write(self, operation: Callable[Concatenate[Call, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what an operation answers, once what it changed is on disk and those who wait for it are told."""
        topics: set[str] = set()
        with self._backend.queue.place():
            result = await self._backend.database.write(
                lambda tx: operation(self._call(tx, topics.add), *args, **kwargs)
            )
        self._backend.news.tell(topics)
        return result

    def listening(self, topic: str) -> AbstractContextManager[asyncio.Event]:
        """Return what is set when somebody in this process announces the topic."""
        return self._backend.news.listening(topic)

    @property
    def is_closing(self) -> bool:
        """Tell whether the server goes."""
        return self._backend.news.is_closed

    def watching(
        self, session_id: str, types: frozenset[str], thread_id: str | None
    ) -> AbstractContextManager[Watcher]:
        """Return what gets the parts of events of a session's thread while they come in, in this process."""
        return self._backend.previews.watching(session_id, types, thread_id)

    def text(self, name: str) -> str:
        """Return a text from the path that need not look like our ids."""
        value: str = self._request.path_params[name]
        return value

    def new_id(self, prefix: str) -> str:
        """Return a fresh id."""
        return self._backend.ids.new(prefix)

    @property
    def models(self) -> tuple[Model, ...]:
        """Return the models that there are."""
        return self._backend.models

    @property
    def clock(self) -> Clock:
        """Return what tells the time."""
        return self._backend.clock

    @property
    def at(self) -> str:
        """Return this moment as the API prints it."""
        return timestamp(self._backend.clock.now())

    @property
    def outbound(self) -> Outbound:
        """Return the way to other servers."""
        return self._backend.outbound

    @property
    def list_name(self) -> str:
        """Return what binds a cursor to its list: the workspace and the list's address."""
        return f"{self._caller.workspace} {self._request.scope['path']}"

    def page(self, page: Page) -> str:
        """Return the JSON of a page of this list."""
        return paging.answered(page, self.list_name)

    def _call(self, tx: Transaction, announce: Callable[[str], None] = unheard) -> Call:
        bounds = self._caller.bounds
        call = Call(
            tx=tx,
            organization=self._backend.organization,
            workspace=self._caller.workspace,
            api_key_id=self._caller.api_key_id,
            at=self.at,
            ids=self._backend.ids,
            keyring=self._backend.keyring,
            announce=announce,
            session_id=bounds.get("session_id"),
        )
        if bounds:
            changes = self._request.method not in ("GET", "HEAD")
            reach.check(call, bounds, self._request.path_params, changes=changes)
        return call
