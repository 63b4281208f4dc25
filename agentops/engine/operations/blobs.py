"""Blobs through their lives: noted, owned, doomed, forgotten."""

from agentops.base.errors import StorageError
from agentops.engine.core.blobs import Blob
from agentops.engine.operations.call import Call
from agentops.engine.store.blobs import Blobs
from agentops.engine.store.files import Chores
from agentops.engine.store.port import Transaction


def note(call: Call, blob: Blob) -> None:
    """Say that bytes are about to be put in place."""
    Blobs(call.tx).note(blob, call.at)


def adopt(call: Call, blob: Blob) -> None:
    """Make the bytes their owner's, in the transaction that makes the owner.

    Raises:
        StorageError: they were given up before.
    """
    if not Blobs(call.tx).adopt(blob, call.at):
        raise StorageError(f"The bytes of {blob.owner} were given up before they could be owned.")


def has_chores(tx: Transaction, at: str, before: str) -> bool:
    """Tell whether there is anything to settle."""
    return Blobs(tx).has_chores(before) or Chores(tx).is_due(at)


def settle(tx: Transaction, at: str, before: str) -> list[Blob]:
    """Doom what expired or was forsaken, and return whose bytes are to go."""
    for owner in Chores(tx).done(at):
        Blobs(tx).doom(owner, at)
    Blobs(tx).doom_forsaken(before, at)
    return Blobs(tx).doomed()


def forget(tx: Transaction, blob: Blob) -> None:
    """Forget a blob whose bytes are gone."""
    Blobs(tx).forget(blob)
