"""Credentials: create, read, update, archive, delete, list, and what trying one out needs and leaves."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentops.base.errors import Conflict, InvalidRequest, NotFound
from agentops.engine.core import credentials as core
from agentops.engine.core.happenings import Happening
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.probes import Candidate, Tokens
from agentops.engine.core.refusals import invalid
from agentops.engine.core.vaults import CREDENTIALS_MAX
from agentops.engine.operations import vaults
from agentops.engine.operations.call import Call, Page
from agentops.engine.operations.happenings import record
from agentops.engine.store.credentials import Credentials
from agentops.engine.store.documents import Document
from agentops.engine.store.port import Window
from agentops.wire.problems import check
from agentops.wire.vaults import VaultCreate


@dataclass(frozen=True, slots=True)
class Held:
    """A credential for a server, in the clear."""

    vault_id: str
    credential_id: str
    candidate: Candidate


def create(call: Call, vault_id: str, request: Json) -> str:
    """Put a new credential into the vault and return it without its secrets.

    Raises:
        NotFound: there is no such vault.
        InvalidRequest: the vault is archived or full, or the credential breaks a rule.
        Conflict: an active credential of the vault is for the same server or variable.
    """
    vaults.writable(call, vault_id)
    fields = core.created(request, call.at)
    credentials = Credentials(call.tx, call.workspace, vault_id)
    key = core.key_of(fields["auth"])
    if (holder := credentials.id_of(key)) is not None:
        what = "mcp_server_url" if "mcp_server_url" in fields["auth"] else "secret_name"
        raise Conflict(f"auth.{what}: credential {holder} of this vault is for the same one; update or archive it.")
    if len(credentials.active()) >= CREDENTIALS_MAX:
        raise InvalidRequest(
            f"Vault {vault_id} holds {CREDENTIALS_MAX} active credentials, as many as a vault takes; archive one first."
        )
    credential_id = call.ids.new("vcrd")
    body = core.body(fields, credential_id=credential_id, vault_id=vault_id, created_at=call.at, updated_at=call.at)
    credentials.insert(Document(credential_id, body, call.at, None), key)
    vaults.secrets(call, vault_id).put(credential_id, core.secrets_of(request["auth"]), call.at)
    record(call, Happening("vault_credential.created", credential_id, vault_id=vault_id))
    return body


def update(call: Call, vault_id: str, credential_id: str, request: Json) -> str:
    """Change the credential and return it without its secrets; those that were sent replace the stored ones.

    Raises:
        NotFound: there is no such credential.
        InvalidRequest: it is archived, or the update breaks a rule.
    """
    stored = _active(call, vault_id, credential_id)
    before = parsed(stored.body)
    fields = core.updated(before, request, call.at)
    # A shape with nothing else to check: the 16 pairs are counted after the merge.
    if problems := check(VaultCreate, {"display_name": "-", "metadata": fields["metadata"]})[1]:
        raise invalid(problems)
    secrets = core.secrets_of(request.get("auth"))
    if not secrets and all(before[key] == value for key, value in fields.items()):
        return stored.body
    body = core.body(
        fields, credential_id=credential_id, vault_id=vault_id, created_at=stored.created_at, updated_at=call.at
    )
    Credentials(call.tx, call.workspace, vault_id).replace(credential_id, body)
    vaults.secrets(call, vault_id).put(credential_id, secrets, call.at)
    return body


def retrieve(call: Call, vault_id: str, credential_id: str) -> str:
    """Return the credential without its secrets.

    Raises:
        NotFound: there is no such credential.
    """
    return _existing(call, vault_id, credential_id).body


def archive(call: Call, vault_id: str, credential_id: str) -> str:
    """Archive the credential for good, purge its secrets and return it; an archived one is left as it is.

    Raises:
        NotFound: there is no such credential.
    """
    stored = _existing(call, vault_id, credential_id)
    if stored.archived_at:
        return stored.body
    body = written({**parsed(stored.body), "updated_at": call.at, "archived_at": call.at})
    Credentials(call.tx, call.workspace, vault_id).archive(credential_id, body, call.at)
    vaults.secrets(call, vault_id).purge(credential_id)
    record(call, Happening("vault_credential.archived", credential_id, vault_id=vault_id))
    return body


def delete(call: Call, vault_id: str, credential_id: str) -> str:
    """Remove the credential with its secrets.

    Raises:
        NotFound: there is no such credential.
    """
    _existing(call, vault_id, credential_id)
    Credentials(call.tx, call.workspace, vault_id).delete(credential_id)
    vaults.secrets(call, vault_id).purge(credential_id)
    record(call, Happening("vault_credential.deleted", credential_id, vault_id=vault_id))
    return written({"type": "vault_credential_deleted", "id": credential_id})


def page(call: Call, vault_id: str, window: Window) -> Page:
    """Return part of the list of the vault's credentials, newest first.

    Raises:
        NotFound: there is no such vault.
    """
    vaults.existing(call, vault_id)
    found = Credentials(call.tx, call.workspace, vault_id).page(window)
    return Page.newest_first([each.body for each in found], found, window.limit)


def candidate(call: Call, vault_id: str, credential_id: str) -> Candidate:
    """Return the credential in the clear, to be tried out.

    Raises:
        NotFound: there is no such credential.
        InvalidRequest: it is archived, or not an OAuth credential.
    """
    auth = parsed(_active(call, vault_id, credential_id).body)["auth"]
    if auth["type"] != "mcp_oauth":
        raise InvalidRequest(f"Credential {credential_id} is {auth['type']}; only mcp_oauth can be validated.")
    return Candidate(auth, vaults.secrets(call, vault_id).of(credential_id))


def held(call: Call, vault_ids: Sequence[str], url: str) -> Held | None:
    """Return the credential for a server that the first of the vaults has; None when none of them has one."""
    key = core.key_of({"type": "static_bearer", "mcp_server_url": url})
    for vault_id in vault_ids:
        stored = Credentials(call.tx, call.workspace, vault_id)
        credential_id = stored.id_of(key)
        found = stored.get(credential_id) if credential_id else None
        if found is not None:
            secrets = vaults.secrets(call, vault_id).of(found.id)
            return Held(vault_id, found.id, Candidate(parsed(found.body)["auth"], secrets))
    return None


def refreshed(call: Call, vault_id: str, credential_id: str, tried: Candidate, tokens: Tokens) -> None:
    """Keep what the token endpoint gave, unless somebody changed or removed the credential meanwhile."""
    stored = Credentials(call.tx, call.workspace, vault_id).get(credential_id)
    secrets = vaults.secrets(call, vault_id)
    if stored is None or secrets.of(credential_id) != dict(tried.secrets):
        return
    credential = parsed(stored.body)
    auth = {**credential["auth"], "expires_at": tokens.expires_at}
    body = written({**credential, "auth": auth, "updated_at": call.at})
    Credentials(call.tx, call.workspace, vault_id).replace(credential_id, body)
    kept = tried.with_tokens(tokens).secrets
    secrets.put(credential_id, {name: kept[name] for name in ("access_token", "refresh_token")}, call.at)


def refresh_failed(call: Call, vault_id: str, credential_id: str, tried: Candidate) -> None:
    """Tell that nothing more is to be had for the refresh token, unless the credential holds another by now."""
    if vaults.secrets(call, vault_id).of(credential_id) == dict(tried.secrets):
        record(call, Happening("vault_credential.refresh_failed", credential_id, vault_id=vault_id))


def _existing(call: Call, vault_id: str, credential_id: str) -> Document:
    vaults.existing(call, vault_id)
    stored = Credentials(call.tx, call.workspace, vault_id).get(credential_id)
    if stored is None:
        raise NotFound(f"There is no credential {credential_id} in vault {vault_id}.")
    return stored


def _active(call: Call, vault_id: str, credential_id: str) -> Document:
    stored = _existing(call, vault_id, credential_id)
    if stored.archived_at:
        raise InvalidRequest(
            f"Credential {credential_id} is archived and its secrets are gone: it can be read or deleted only."
        )
    return stored
