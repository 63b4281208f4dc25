"""Against the engine: credentials live and die with the vault that declares them."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from agentops.base.names import Address, Kind
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.plan import Action
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.resource import Resource

from .given import BARE, a_credential, a_secret, a_vault, actions, address, an_agent, changed, codes, pruning
from .ground import Ground, by_identity, told

pytestmark = pytest.mark.anyio

URL, OTHER_URL = "https://tickets.example.com/mcp", "https://tickets.example.com/v2"
VARIABLE: dict[str, Any] = {
    **BARE,
    "type": "environment_variable",
    "secret_name": "PAGER",
    "secret_value": a_secret("p"),
    "networking": {"type": "unrestricted"},
}


async def credentials(ground: Ground, *, archived: bool = False) -> list[dict[str, Any]]:
    return (await ground.everything(archived=archived))["vaults/credentials"]


async def test_a_vault_is_made_before_its_credentials_and_a_second_plan_is_empty(ground: Ground) -> None:
    outcome = await ground.settle(a_credential(), a_credential("pager", **VARIABLE), a_vault())
    assert [each[0] for each in told(outcome)] == ["Vault/tools", "Vault/tools/pager", "Vault/tools/tickets"]
    live = by_identity(await ground.everything())
    assert live["Vault/tools/tickets"]["vault_id"] == live["Vault/tools"]["id"]
    assert live["Vault/tools/tickets"]["auth"] == {"type": "static_bearer", "mcp_server_url": URL}


async def test_credentials_of_a_vault_that_cannot_be_made_are_skipped_by_name(ground: Ground) -> None:
    outcome = await ground.apply(a_vault(metadata={f"key-{n}": "" for n in range(16)}), a_credential())
    assert [each[:2] for each in told(outcome)] == [("Vault/tools", "failed"), ("Vault/tools/tickets", "skipped")]


async def test_only_vaults_that_matter_are_looked_into(ground: Ground) -> None:
    foreign = await ground.sdk.beta.vaults.create(display_name="theirs")
    await ground.settle(a_vault(), a_credential())
    asked: list[str] = []
    watched = ground.through(lambda inner: Watching(inner, asked))
    assert (await watched.plan(a_vault(), a_credential())).is_empty
    ours = by_identity(await ground.everything())["Vault/tools"]["id"]
    assert [each for each in asked if "/vaults/" in each] == [f"/v1/vaults/{ours}/credentials"]
    assert not [each for each in asked if foreign.id in each or "skills" in each]
    assert len(asked) == sum(not rule.parent and not rule.lists_on_demand for rule in OBJECTS.values()) + 1


async def test_a_credential_under_another_name_is_moved_and_nothing_is_sent_to_its_server(ground: Ground) -> None:
    await ground.settle(a_vault(), a_credential("tickets"))
    before = (await credentials(ground))[0]
    made = await ground.plan(a_vault(), a_credential("issues"))
    assert [(str(each.address), each.action, each.reason, each.changes) for each in made.steps] == [
        ("Vault/tools/issues", Action.MOVE, "it was Vault/tools/tickets", ())
    ]
    await ground.settle(a_vault(), a_credential("issues"))
    assert [each["id"] for each in await credentials(ground)] == [before["id"]]


async def test_what_cannot_be_changed_in_place_is_archived_and_made_anew(ground: Ground) -> None:
    await ground.settle(a_vault(), a_credential())
    (before,) = await credentials(ground)
    made = await ground.plan(a_vault(), a_credential(mcp_server_url=OTHER_URL))
    (step,) = made.steps
    assert (step.action, step.reason, step.is_final) == (
        Action.REPLACE,
        "`auth.mcp_server_url` cannot be changed in place",
        True,
    )
    await ground.settle(a_vault(), a_credential(mcp_server_url=OTHER_URL))
    (after,) = await credentials(ground)
    assert after["id"] != before["id"]
    assert {each["id"]: bool(each["archived_at"]) for each in await credentials(ground, archived=True)} == {
        before["id"]: True,
        after["id"]: False,
    }


async def test_two_credentials_trade_their_servers_in_one_apply(ground: Ground) -> None:
    await ground.settle(a_vault(), a_credential("one"), a_credential("two", mcp_server_url=OTHER_URL))
    await ground.settle(a_vault(), a_credential("two"), a_credential("one", mcp_server_url=OTHER_URL))


async def test_a_credential_of_another_type_takes_the_place_of_the_one_that_goes(ground: Ground) -> None:
    await ground.settle(a_vault(), a_credential("old"), a_credential("pager", **VARIABLE))
    new = a_credential("new", **{**BARE, "type": "mcp_oauth", "mcp_server_url": URL, "access_token": a_secret("a")})
    made = await ground.plan(a_vault(), new)
    assert actions(made) == {"Vault/tools/new": "replace", "Vault/tools/pager": "archive"}
    await ground.settle(a_vault(), new)


async def test_a_credential_that_is_declared_no_more_goes_without_asking_for_prune(ground: Ground) -> None:
    await ground.settle(a_vault(), a_credential(), a_credential("pager", **VARIABLE))
    made = await ground.plan(a_vault(), a_credential())
    assert [(str(each.address), each.action, each.reason) for each in made.steps] == [
        ("Vault/tools/pager", Action.ARCHIVE, "declared no more")
    ]
    assert not made.orphans
    await ground.settle(a_vault(), a_credential())
    assert [each["metadata"]["agentops_id"] for each in await credentials(ground)] == ["Vault/tools/tickets"]


async def test_a_vault_that_is_declared_no_more_is_left_alone_with_what_is_in_it(ground: Ground) -> None:
    await ground.settle(a_vault(), a_credential(), an_agent())
    made = await ground.plan(an_agent())
    assert made.is_empty
    assert [each.identity for each in made.orphans] == ["Vault/tools"]
    pruned = await ground.plan(an_agent(), removal=pruning())
    assert [(str(each.address), each.action, each.reason) for each in pruned.steps] == [
        ("Vault/tools", Action.ARCHIVE, "ours, and declared no more, with 1 inside it")
    ]
    await ground.apply(an_agent(), removal=pruning())
    assert await credentials(ground) == []


async def test_destroy_leaves_no_vault_and_no_credential(ground: Ground) -> None:
    await ground.settle(a_vault(), a_credential())
    outcome = await ground.apply(removal=RemovalRules(destroy=True))
    assert told(outcome) == [("Vault/tools", "done", "deleted")]
    everything = await ground.everything()
    assert not everything["vaults"]
    assert not everything["vaults/credentials"]


async def test_an_unmanaged_vault_is_asked_about_and_adopted_with_the_credentials_in_it(ground: Ground) -> None:
    vault = await ground.sdk.beta.vaults.create(display_name="tools")
    auth: Any = {"type": "static_bearer", "mcp_server_url": "https://TICKETS.example.com:443/mcp/", "token": "theirs"}
    credential = await ground.sdk.beta.vaults.credentials.create(vault.id, auth=auth)
    wanted = (a_vault(), a_credential())
    assert codes(await ground.plan(*wanted)) == ["plan.look-alike"]
    adopting = frozenset({address("Vault/tools")})
    made = await ground.plan(*wanted, adopt=adopting)
    # It is for the same server, in another spelling: a vault takes one of each, and the spelling is fixed.
    assert actions(made) == {"Vault/tools": "adopt", "Vault/tools/tickets": "replace"}
    same = (a_vault(), a_credential(mcp_server_url=auth["mcp_server_url"]))
    await ground.settle(*same, adopt=adopting)
    assert [each["id"] for each in await credentials(ground)] == [credential.id]


async def test_an_unmanaged_credential_in_our_vault_is_asked_about_and_cannot_have_a_twin(ground: Ground) -> None:
    await ground.settle(a_vault())
    vault = by_identity(await ground.everything())["Vault/tools"]["id"]
    auth: Any = {"type": "static_bearer", "mcp_server_url": URL, "token": "theirs"}
    await ground.sdk.beta.vaults.credentials.create(vault, auth=auth)
    name = address("Vault/tools/tickets")
    made = await ground.plan(a_vault(), a_credential(), create_new=frozenset({name}))
    assert codes(made) == ["plan.look-alike"]
    assert "--create-new" not in made.report.diagnostics[0].label
    await ground.settle(a_vault(), a_credential(), adopt=frozenset({name}))
    assert len(await credentials(ground)) == 1


async def test_a_vault_that_somebody_archived_is_made_anew_with_its_credentials(ground: Ground) -> None:
    await ground.settle(a_vault(), a_credential())
    await ground.sdk.beta.vaults.archive(by_identity(await ground.everything())["Vault/tools"]["id"])
    assert actions(await ground.plan(a_vault(), a_credential())) == {
        "Vault/tools": "create",
        "Vault/tools/tickets": "create",
    }
    await ground.settle(a_vault(), a_credential())


def oauth(**fields: Any) -> Resource:
    whole: dict[str, Any] = {
        **BARE,
        "type": "mcp_oauth",
        "mcp_server_url": URL,
        "access_token": a_secret("access"),
        "expires_at": "2027-11-21T08:00:00Z",
        "token_endpoint": "https://login.example.com/token",
        "client_id": "me",
        "refresh_token": a_secret("refresh"),
        "client_auth": "none",
        "scope": "read",
    }
    return a_credential(**{**whole, **fields})


async def test_a_scope_and_an_expiry_that_are_left_out_are_cleared_in_place(ground: Ground) -> None:
    await ground.settle(a_vault(), oauth())
    for name in ("scope", "expires_at"):
        made = await ground.plan(a_vault(), oauth(**{name: None}))
        assert [each.action for each in made.steps] == [Action.UPDATE]
        await ground.settle(a_vault(), oauth(**{name: None}))
        await ground.settle(a_vault(), oauth())
    await ground.settle(a_vault(), oauth(scope=None, expires_at=None))
    (live,) = await credentials(ground)
    assert live["auth"]["expires_at"] is None
    assert live["auth"]["refresh"]["scope"] is None


async def test_a_refresh_that_is_left_out_takes_another_credential(ground: Ground) -> None:
    await ground.settle(a_vault(), oauth())
    bare = oauth(**dict.fromkeys(("token_endpoint", "client_id", "refresh_token", "client_auth", "scope")))
    assert actions(await ground.plan(a_vault(), bare)) == {"Vault/tools/tickets": "replace"}
    await ground.settle(a_vault(), bare)
    (live,) = await credentials(ground)
    assert live["auth"]["refresh"] is None


async def test_an_expiry_that_the_server_moved_is_no_drift(ground: Ground) -> None:
    await ground.settle(a_vault(), oauth())
    (live,) = await credentials(ground)
    auth: Any = {"type": "mcp_oauth", "expires_at": "2027-12-24T08:00:00Z"}
    await ground.sdk.beta.vaults.credentials.update(live["id"], vault_id=live["vault_id"], auth=auth)
    assert (await ground.plan(a_vault(), oauth())).is_empty


async def test_a_new_access_token_takes_its_expiry_along(ground: Ground) -> None:
    await ground.settle(a_vault(), oauth())
    (live,) = await credentials(ground)
    auth: Any = {"type": "mcp_oauth", "expires_at": "2027-12-24T08:00:00Z"}
    await ground.sdk.beta.vaults.credentials.update(live["id"], vault_id=live["vault_id"], auth=auth)
    newer = oauth(access_token=a_secret("newer"))
    made = await ground.plan(a_vault(), newer)
    assert changed(made.steps[0]) == [("auth.access_token", {"$hidden": True}, {"$secret": True})]
    await ground.settle(a_vault(), newer)
    (live,) = await credentials(ground)
    assert live["auth"]["expires_at"].startswith("2027-11-21T08:00:00")


async def test_a_protected_vault_is_not_removed_but_lets_go_of_a_credential(ground: Ground) -> None:
    vault = replace(a_vault(), protect=True)
    await ground.settle(vault, a_credential())
    assert codes(await ground.plan(removal=RemovalRules(destroy=True))) == ["plan.protected"]
    await ground.settle(vault)
    assert await credentials(ground) == []


def test_the_address_of_a_credential_reads_as_it_is_written() -> None:
    credential = Address(Kind.VAULT, "tools", "tickets")
    assert str(credential) == "Vault/tools/tickets"
    assert Address.parse("Vault/tools/tickets") == credential
    for text in ("Vault/tools/", "Vault//tickets", "Vault/tools/tickets/x", "Agent/tools/tickets", "Vault/tools/T"):
        assert Address.parse(text) is None
    assert OBJECTS[ObjectKind.CREDENTIAL].parent is ObjectKind.VAULT


class Watching(httpx2.AsyncBaseTransport):
    """A transport that writes down what is asked for."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, asked: list[str]) -> None:
        self._inner, self._asked = inner, asked

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._asked.append(request.url.path)
        return await self._inner.handle_async_request(request)
