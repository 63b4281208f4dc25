"""Vaults: create, read, update, archive, delete, list."""

from dataclasses import replace

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core import vaults as core
from agentops.engine.core.happenings import Happening
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import invalid
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.happenings import record
from agentops.engine.sealing import Box
from agentops.engine.store.credentials import Credentials
from agentops.engine.store.documents import Document, Vaults
from agentops.engine.store.port import Window
from agentops.engine.store.secrets import Secrets
from agentops.wire.problems import check
from agentops.wire.vaults import VaultCreate


def create(call: Call, request: Json) -> str:
    """Save a new vault and return it."""
    vault_id = call.ids.new("vlt")
    body = core.body(core.created(request), vault_id=vault_id, created_at=call.at, updated_at=call.at, archived_at=None)
    Vaults(call.tx, call.workspace).insert(Document(vault_id, body, call.at, None))
    record(call, Happening("vault.created", vault_id))
    return body


def update(call: Call, vault_id: str, request: Json) -> str:
    """Change the vault and return it.

    Raises:
        NotFound: there is no such vault.
        InvalidRequest: it is archived, or the outcome breaks a rule.
    """
    stored = writable(call, vault_id)
    before = parsed(stored.body)
    fields = core.updated(before, request)
    _, problems = check(VaultCreate, fields)
    if problems:
        raise invalid(problems)
    if all(before[key] == value for key, value in fields.items()):
        return stored.body
    body = core.body(fields, vault_id=vault_id, created_at=stored.created_at, updated_at=call.at, archived_at=None)
    Vaults(call.tx, call.workspace).replace(replace(stored, body=body))
    return body


def retrieve(call: Call, vault_id: str) -> str:
    """Return the vault.

    Raises:
        NotFound: there is no such vault.
    """
    return existing(call, vault_id).body


def archive(call: Call, vault_id: str) -> str:
    """Archive the vault and its credentials for good, and purge their secrets; an archived one is left as it is.

    Raises:
        NotFound: there is no such vault.
    """
    stored = existing(call, vault_id)
    if stored.archived_at:
        return stored.body
    credentials = Credentials(call.tx, call.workspace, vault_id)
    active = credentials.active()
    for each in active:
        credentials.archive(each.id, _archived(call, each), call.at)
    secrets(call, vault_id).destroy()
    body = _archived(call, stored)
    Vaults(call.tx, call.workspace).replace(replace(stored, body=body, archived_at=call.at))
    ended = [Happening("vault_credential.archived", each.id, vault_id=vault_id) for each in active]
    record(call, *ended, Happening("vault.archived", vault_id))
    return body


def delete(call: Call, vault_id: str) -> str:
    """Remove the vault with its credentials and their secrets.

    Raises:
        NotFound: there is no such vault.
    """
    existing(call, vault_id)
    ids = Credentials(call.tx, call.workspace, vault_id).ids()
    secrets(call, vault_id).destroy()
    Vaults(call.tx, call.workspace).delete(vault_id)
    gone = [Happening("vault_credential.deleted", each, vault_id=vault_id) for each in ids]
    record(call, *gone, Happening("vault.deleted", vault_id))
    return written({"type": "vault_deleted", "id": vault_id})


def page(call: Call, window: Window) -> Page:
    """Return part of the list of vaults, newest first."""
    found = Vaults(call.tx, call.workspace).page(window)
    return Page.newest_first([each.body for each in found], found, window.limit)


def existing(call: Call, vault_id: str) -> Document:
    """Return the vault as it lies in the database.

    Raises:
        NotFound: there is no such vault.
    """
    stored = Vaults(call.tx, call.workspace).get(vault_id)
    if stored is None:
        raise NotFound(f"There is no vault {vault_id}.")
    return stored


def writable(call: Call, vault_id: str) -> Document:
    """Return the vault if it may be changed and take credentials.

    Raises:
        NotFound: there is no such vault.
        InvalidRequest: it is archived.
    """
    stored = existing(call, vault_id)
    if stored.archived_at:
        raise InvalidRequest(f"Vault {vault_id} is archived: it can be read or deleted, but not changed.")
    return stored


def secrets(call: Call, vault_id: str) -> Secrets:
    """Return the secrets of the vault's credentials."""
    return Secrets(call.tx, Box(call.workspace, vault_id), call.keyring)


def _archived(call: Call, stored: Document) -> str:
    return written({**parsed(stored.body), "updated_at": call.at, "archived_at": call.at})
