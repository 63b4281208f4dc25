"""Vaults: their fields, what an update keeps, what an archive and a delete take along."""

import re
from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError, NotFoundError

from agentops.base.clock import ManualClock

from .given import a_bearer, a_credential, a_variable, a_vault, ids, oauth, pages, refused
from .sdk import Api


def test_a_bare_vault_has_every_field(api: Api, clock: ManualClock) -> None:
    vault = a_vault(api)
    body = api.last.json()
    assert re.fullmatch(r"vlt_01\w+", vault.id)
    assert body == {
        "id": vault.id,
        "type": "vault",
        "display_name": "Tickets",
        "metadata": {},
        "created_at": body["created_at"],
        "updated_at": body["created_at"],
        "archived_at": None,
    }
    assert vault.created_at == clock.now()
    assert api.vaults.retrieve(vault.id) == vault
    assert api.vaults.list(limit=1).data == [vault]


BEYOND: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "empty name": ({"display_name": ""}, ("display_name",)),
    "long name": ({"display_name": "n" * 256}, ("display_name", "255")),
    "too much metadata": ({"metadata": {str(number): "" for number in range(17)}}, ("metadata", "16")),
    "long metadata key": ({"metadata": {"k" * 65: "v"}}, ("metadata", "64")),
    "long metadata value": ({"metadata": {"k": "v" * 513}}, ("metadata", "512")),
    "unknown field": ({"extra_body": {"name": "x"}}, ("name",)),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("fields", "words"), BEYOND.values(), ids=BEYOND)
def test_a_field_beyond_its_rule_is_refused_by_name(api: Api, fields: dict[str, Any], words: tuple[str, ...]) -> None:
    refused(BadRequestError, lambda: a_vault(api, **fields), *words)
    vault = a_vault(api)
    refused(BadRequestError, lambda: api.vaults.update(vault.id, **fields), *words)


def test_an_update_changes_what_it_names_and_keeps_the_rest(api: Api, clock: ManualClock) -> None:
    vault = a_vault(api, metadata={"team": "platform", "old": "1"})
    clock.advance(timedelta(seconds=1))
    assert api.vaults.update(vault.id, display_name=None, metadata=None) == vault
    updated = api.vaults.update(vault.id, display_name="Bugs", metadata={"old": None, "cost": "7"})
    assert (updated.display_name, updated.metadata) == ("Bugs", {"team": "platform", "cost": "7"})
    assert (updated.created_at, updated.updated_at) == (vault.created_at, clock.now())
    assert api.vaults.retrieve(vault.id) == updated


def test_vaults_are_listed_newest_first_in_pages_without_the_archived(api: Api, clock: ManualClock) -> None:
    made = []
    for _ in range(5):
        clock.advance(timedelta(seconds=1))
        made.append(a_vault(api))
    api.vaults.archive(made[2].id)
    first = api.vaults.list(limit=2)
    assert ids(first.data) == [made[4].id, made[3].id]
    assert ids(first.get_next_page().data) == [made[1].id, made[0].id]
    assert ids(api.vaults.list(limit=3, include_archived=True).data)[2] == made[2].id
    refused(BadRequestError, lambda: api.vaults.list(limit=101), "limit", "100")
    refused(BadRequestError, lambda: api.vaults.list(page="page_none"), "page")


def test_an_archive_takes_the_credentials_along_and_ends_every_change(api: Api, clock: ManualClock) -> None:
    vault = a_vault(api)
    credential, other = a_credential(api, vault), a_credential(api, vault, a_bearer())
    clock.advance(timedelta(seconds=1))
    archived = api.vaults.archive(vault.id)
    assert archived.archived_at == archived.updated_at == clock.now()
    clock.advance(timedelta(seconds=1))
    assert api.vaults.archive(vault.id) == archived
    credentials = api.vaults.credentials
    assert credentials.list(vault.id).data == []
    shown = credentials.list(vault.id, include_archived=True).data
    assert ids(shown) == [other.id, credential.id]
    assert {each.archived_at for each in shown} == {archived.archived_at}
    for act in (
        lambda: api.vaults.update(vault.id, display_name="x"),
        lambda: a_credential(api, vault, a_variable()),
        lambda: credentials.update(credential.id, vault_id=vault.id, display_name="x"),
        lambda: credentials.mcp_oauth_validate(credential.id, vault_id=vault.id),
    ):
        refused(BadRequestError, act, "archived")
    assert credentials.delete(credential.id, vault_id=vault.id).id == credential.id
    assert api.vaults.delete(vault.id).type == "vault_deleted"


def test_a_deleted_vault_takes_its_credentials_along(api: Api) -> None:
    vault = a_vault(api)
    credential = a_credential(api, vault)
    deleted = api.vaults.delete(vault.id)
    assert (deleted.id, deleted.type) == (vault.id, "vault_deleted")
    for act in (
        lambda: api.vaults.retrieve(vault.id),
        lambda: api.vaults.delete(vault.id),
        lambda: api.vaults.credentials.list(vault.id),
        lambda: a_credential(api, vault),
        lambda: api.vaults.credentials.retrieve(credential.id, vault_id=vault.id),
    ):
        refused(NotFoundError, act, vault.id)


def test_a_credential_of_another_vault_is_not_found(api: Api) -> None:
    credential, other = a_credential(api, a_vault(api)), a_vault(api)
    refused(NotFoundError, lambda: api.vaults.credentials.retrieve(credential.id, vault_id=other.id), credential.id)
    refused(NotFoundError, lambda: api.vaults.credentials.delete(credential.id, vault_id=other.id), credential.id)


def test_credentials_are_listed_in_pages(api: Api) -> None:
    vault = a_vault(api)
    made = [a_credential(api, vault, oauth(mcp_server_url=f"https://{n}.example.com")).id for n in range(5)]
    found = pages(api.vaults.credentials.list(vault.id, limit=2))
    assert [ids(each) for each in found] == [made[:2:-1], made[2:0:-1], made[:1]]
