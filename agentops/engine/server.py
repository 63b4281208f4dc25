"""The only assembly: settings to database, database to application."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from starlette.types import ASGIApp

from agentops.base.clock import Clock, timestamp
from agentops.base.ids import IdSource
from agentops.base.secrets import Secret
from agentops.engine import keys, upkeep
from agentops.engine.api.app import router
from agentops.engine.api.auth import Door
from agentops.engine.api.edge import Edge
from agentops.engine.api.exchange import Backend
from agentops.engine.blobs.folder import FolderBlobs
from agentops.engine.feeds import Feeds
from agentops.engine.instruments import NOTHING, Instruments
from agentops.engine.keyring import VAULT_KEY_FILE, Keyring
from agentops.engine.keys import Caller
from agentops.engine.news import News
from agentops.engine.outbound import Outbound
from agentops.engine.previews import Previews
from agentops.engine.settings import Settings
from agentops.engine.store.api_keys import ApiKeys, StoredKey
from agentops.engine.store.choice import database, wire
from agentops.engine.store.port import Database, Transaction
from agentops.engine.store.server_key import ServerKey

if TYPE_CHECKING:
    from agentops.engine.dreams.crew import DreamCrew
    from agentops.engine.duty import Duty
    from agentops.engine.runner.crew import Crew
    from agentops.engine.runner.means import Means

_log = logging.getLogger("agentops.engine")

KEY_FILE = "api-key"
"""The name of the generated key's file in the data folder."""

BLOB_FOLDER = "blobs"
"""The folder in the data folder with the bytes of files and skills; engines of one database need one of them."""

_LOCAL_KEY_ID = "apikey_embedded"
"""How in-process use shows up as the author of a memory version."""


class Engine:
    """A server that may or may not listen: an ASGI application and the database behind it.

    `async with engine:` opens and closes the database; so does the lifespan of a server that runs `app`.
    Whoever comes first opens, whoever goes last closes.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        ids: IdSource,
        means: "Means | None" = None,
        instruments: Instruments = NOTHING,
    ) -> None:
        """Assemble; nothing is opened yet. Without means sessions are kept, and do not run."""
        self.settings = settings
        self.credential = keys.generate()
        """A key for use inside this process: never stored, good for as long as the engine lives."""

        self._clock = clock
        self._ids = ids
        self._name = ids.new("runner")
        self._users = 0
        self._is_open = False
        self.is_draining = False
        """Whether it was asked to go."""

        self._database = instruments.on_database(database(settings.database))
        self._keyring = Keyring(settings.vault_key, settings.data / VAULT_KEY_FILE, settings.vault_key_old)
        self._blobs = FolderBlobs(settings.data / BLOB_FOLDER)
        self._news = news = News()
        self._wire = wire(settings.database, self._name)
        news.carried_by(self._wire.send)
        previews = Previews(news)
        self._feeds = feeds = Feeds(news)
        self._database.watched_by(feeds.gained)
        turns = instruments.turns(self._database)
        self._means = means = instruments.on_means(means, turns) if means else None
        self._crew: Crew | None = None
        self._dreams: DreamCrew | None = None
        self._duties: tuple[Duty, ...] = ()
        if means or settings.has_duties:
            from agentops.engine.staff import Premises  # noqa: PLC0415 - `agentops plan` runs nothing

            backing = (self._database, self._blobs, clock, ids, self._keyring, news, previews, instruments, turns)
            premises = Premises(self._name, settings, *backing)
            if means:
                self._crew, self._dreams = premises.crew(means), premises.dream_crew(means)
            if settings.has_duties:
                self._duties = premises.duties(delivers=means is not None)
        backend = Backend(
            self._database,
            clock,
            ids,
            settings.organization,
            settings.body_limit,
            settings.models,
            self._keyring,
            Outbound(allow_loopback=settings.allow_loopback),
            self._blobs,
            settings.file_limit,
            news,
            previews,
            feeds,
        )
        local = Caller(settings.workspace, _LOCAL_KEY_ID)
        door = Door(self._database, clock, keys.digest(self.credential.reveal()), local)
        self.app: ASGIApp = Edge(router(self._lifespan), backend, door, instruments.meter)

    async def __aenter__(self) -> Self:
        """Open the database, if nobody did.

        Raises:
            StorageError: it cannot be used.
        """
        if self._users == 0:
            await self._open()
        self._users += 1
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close the database, if nobody else uses it."""
        self._users -= 1
        if self._users == 0:
            await self._close()

    def retire(self) -> None:
        """End every open stream and stop every session where it can be taken up again, so that a listener can stop."""
        self.is_draining = True
        self._news.close()
        if self._crew is not None:
            self._crew.retire()

    @property
    def database(self) -> Database:
        """Return where everything is kept."""
        return self._database

    @property
    def is_open(self) -> bool:
        """Tell whether requests can be answered."""
        return self._is_open

    @property
    def takes_sessions(self) -> bool | None:
        """Tell whether sessions are taken up; None for a server that only keeps them."""
        return self._crew.is_open if self._crew is not None else None

    @property
    def busy(self) -> int:
        """Return how many sessions are in the hands of this process."""
        return self._crew.busy if self._crew is not None else 0

    async def is_isolating(self) -> bool | None:
        """Tell whether sandboxes have walls here, by really trying once; None where nobody knows."""
        if self._means is None or self._means.isolation is None:
            return None
        return (await self._means.isolation()).kind != "none"

    async def _close(self) -> None:
        self._is_open = False
        try:
            for duty in reversed(self._duties):
                await duty.close()
            if self._dreams is not None:
                # Before the crew leaves the list of those that live: others would take its dreams for forsaken.
                await self._dreams.close()
            if self._crew is not None and self._means is not None:
                await self._crew.close()
                await self._means.close()
        finally:
            await self._wire.close()
            await self._database.close()

    async def first_key(self) -> Secret:
        """Return the key that clients use: the configured one, else the one kept in the data folder.

        The key file is made when there is none; call it on an open engine.

        Raises:
            StorageError: the key file cannot be used.
        """
        if self.settings.api_key is not None:
            return self.settings.api_key
        key = keys.kept_in(self.settings.data / KEY_FILE)
        await self._admit(key)
        return key

    async def _open(self) -> None:
        await self._database.open(timestamp(self._clock.now()))
        try:
            await self._database.glance(self._check_server_key)
            if self.settings.api_key is not None:
                await self._admit(self.settings.api_key)
            await upkeep.tidy(self._database, self._blobs, self._clock)
            await upkeep.sweep(self._blobs)
            self._wire.open(self._news.hear, self._news.nudge_all)
            if self._crew is not None:
                await self._crew.open()
            if self._dreams is not None:
                await self._dreams.open()
            for duty in self._duties:
                await duty.open()
            self._is_open, self.is_draining = True, False
        except BaseException:
            await self._wire.close()
            await self._database.close()
            raise

    def _check_server_key(self, tx: Transaction) -> None:
        """Refuse at once what would only fail when somebody needs a secret: a database sealed with another key."""
        server_key = ServerKey(tx)
        if server_key.id is not None:
            key = server_key.key(self._keyring)
            if self._keyring.is_old(key):
                _log.warning("secrets are sealed with AGENTOPS_VAULT_KEY_OLD: run `agentops vault-key rotate`")
            # Whoever rotated it may have been killed before the key file was told.
            self._keyring.settle(key)

    async def _admit(self, key: Secret) -> None:
        """Make the key the only one that is good: who changes AGENTOPS_API_KEY expects the old one to be void."""
        key_hash = keys.digest(key.reveal())
        workspace = self.settings.workspace
        if await self._database.glance(lambda tx: ApiKeys(tx).is_only(key_hash, workspace)):
            return

        def admit(tx: Transaction) -> None:
            at = timestamp(self._clock.now())
            ApiKeys(tx).make_only(StoredKey(self._ids.new("apikey"), workspace, key_hash, at))

        await self._database.write(admit)

    @asynccontextmanager
    async def _lifespan(self, _app: object) -> AsyncIterator[None]:
        async with self:
            yield


def build(
    settings: Settings,
    *,
    clock: Clock,
    ids: IdSource,
    means: "Means | None" = None,
    instruments: Instruments = NOTHING,
) -> Engine:
    """Return the engine for the settings, closed.

    Raises:
        UsageError: the database URL is of no kind we know.
    """
    return Engine(settings, clock=clock, ids=ids, means=means, instruments=instruments)
