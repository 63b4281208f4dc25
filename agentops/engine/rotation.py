"""`vault-key rotate`: another vault key for a database, whether or not servers run on it.

Whenever it is killed, the key of the database is on disk or configured: a new one is kept before the one transaction
that takes it into use, an old one is never removed.
"""

from dataclasses import dataclass
from pathlib import Path

from agentops.base.clock import Clock, timestamp
from agentops.base.errors import UsageError
from agentops.engine.keyring import VAULT_KEY_FILE, Keyring
from agentops.engine.settings import Settings
from agentops.engine.store.choice import database, missing_file
from agentops.engine.store.port import Transaction
from agentops.engine.store.server_key import Rotated, ServerKey


@dataclass(frozen=True, slots=True)
class Rotation:
    """What was done, and where the keys are now."""

    done: Rotated
    new_id: str
    file: Path | None
    """Where the new key is; None when it is configured."""

    old_file: Path | None
    """Where the old key is kept; None when the server never kept it in a file."""


async def rotate(settings: Settings, clock: Clock, *, reseal: bool = False) -> Rotation | None:
    """Seal what a database holds with another key; return None for one that never held a secret.

    `reseal` gives every owner of secrets a new data key too, and seals the secrets themselves anew.

    Raises:
        UsageError: there is no database, or the settings say which key to have and not whose place it takes.
        StorageError: a key is missing, or something does not open; then nothing is changed.
    """
    if settings.vault_key and not settings.vault_key_old:
        raise UsageError(
            "AGENTOPS_VAULT_KEY is set, so there is no key file to put a new key in.",
            hint="Set AGENTOPS_VAULT_KEY to a new key (openssl rand -base64 32) and AGENTOPS_VAULT_KEY_OLD to the one "
            "that it is now, then run this again.",
        )
    if missing := missing_file(settings.database):
        raise UsageError(f"There is no database {missing}.", hint="Name it with --database, or its folder with --data.")
    file = settings.data / VAULT_KEY_FILE
    keyring = Keyring(settings.vault_key, file, settings.vault_key_old)
    at = timestamp(clock.now())
    opened = database(settings.database)
    await opened.open(at)
    try:
        if not await opened.read(lambda tx: _has_key(tx, keyring)):
            return None
        new = keyring.successor()
        done = await opened.write(lambda tx: ServerKey(tx).rotate(keyring, new, at, reseal=reseal))
    finally:
        await opened.close()
    return Rotation(done, new.id, None if settings.vault_key else file, keyring.settle(new))


def _has_key(tx: Transaction, keyring: Keyring) -> bool:
    """Tell whether the database holds secrets; whether their key is here is asked before another one is made."""
    if has_key := ServerKey(tx).id is not None:
        ServerKey(tx).key(keyring)
    return has_key
