"""What no request does: removing bytes that nobody owns any more. Every step can be done twice, by any server."""

import logging
from datetime import timedelta
from functools import partial

from agentops.base.clock import Clock, timestamp
from agentops.base.errors import StorageError
from agentops.engine.blobs.port import BlobStore
from agentops.engine.operations import blobs
from agentops.engine.store.port import Database

_log = logging.getLogger("agentops.engine")

_FORSAKEN = timedelta(hours=1)
"""Between noting bytes and owning them lie two commits; what takes an hour will not happen."""


async def tidy(database: Database, store: BlobStore, clock: Clock) -> None:
    """Remove the bytes of deleted and expired objects, and what a killed server left; a failure waits for next time."""
    now = clock.now()
    at, before = timestamp(now), timestamp(now - _FORSAKEN)
    if not await database.glance(lambda tx: blobs.has_chores(tx, at, before)):
        return
    doomed = await database.write(lambda tx: blobs.settle(tx, at, before))
    for blob in doomed:
        try:
            await store.remove(blob)
        except StorageError as error:
            _log.warning("bytes stay behind: owner=%s: %s", blob.owner, error.message)
        else:
            await database.write(partial(blobs.forget, blob=blob))


async def sweep(store: BlobStore) -> None:
    """Remove what was still coming in when a server was killed."""
    try:
        await store.sweep()
    except StorageError as error:
        _log.warning("drafts stay behind: %s", error.message)
