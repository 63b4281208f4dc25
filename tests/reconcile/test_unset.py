"""A secret that is not there stops a plan that would have to send it, and no other."""

from dataclasses import replace
from typing import Any

import pytest

from agentops.base.diagnostics import Diagnostic
from agentops.reconcile import codes
from agentops.reconcile.plan import Plan
from agentops.reconcile.resource import Resource
from agentops.reconcile.write_only import UNREAD

from .given import a_credential, a_vault
from .ground import Ground

pytestmark = pytest.mark.anyio

MISSING = Diagnostic(
    codes.MISSING_SECRET, "Vault/tools: it is in the variable TICKETS, which is not set", None, "set it"
)
UNSET = replace(UNREAD, missing=MISSING)


def said(made: Plan) -> list[str]:
    return [each.code.slug for each in made.report.diagnostics]


def a_project(**fields: Any) -> tuple[Resource, ...]:
    return a_vault(), a_credential("tickets", **fields)


async def taken_over(ground: Ground) -> tuple[Resource, ...]:
    """Return a vault whose credential was taken over with a secret that nobody here has seen."""
    vaults = ground.sdk.beta.vaults
    vault = await vaults.create(display_name="tools")
    auth = {"type": "static_bearer", "mcp_server_url": "https://tickets.example.com/mcp", "token": "unseen"}
    await vaults.credentials.create(vault.id, auth=auth)  # type: ignore[arg-type]  # a union of TypedDicts
    bare = a_project(token=None)
    await ground.settle(*bare, adopt=frozenset(each.address for each in bare))
    return a_project(token=UNSET)


async def test_a_credential_that_is_to_be_made_needs_its_secret(ground: Ground) -> None:
    assert said(await ground.plan(*a_project(token=UNSET))) == ["plan.missing-secret"]


async def test_a_secret_that_was_sent_once_is_needed_to_tell_whether_it_is_another(ground: Ground) -> None:
    await ground.settle(*a_project())
    assert said(await ground.plan(*a_project(token=UNSET))) == ["plan.missing-secret"]


async def test_what_was_taken_over_keeps_its_secret_as_long_as_nothing_is_sent(ground: Ground) -> None:
    made = await ground.plan(*await taken_over(ground))
    assert made.is_empty
    assert said(made) == ["plan.kept-secret"]
    (warned,) = made.report.diagnostics
    assert warned.label == "the target keeps the one that it has; set it to manage it from here"


async def test_what_was_taken_over_and_changes_needs_its_secret(ground: Ground) -> None:
    await taken_over(ground)
    made = await ground.plan(*a_project(token=UNSET, display_name="Tickets"))
    assert said(made) == ["plan.missing-secret"]
