"""Against the engine: every row of the verdict table, for kinds with versions and kinds without."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

import pytest

from agentops.reconcile import normal
from agentops.reconcile.marks import mark_hash, read
from agentops.reconcile.plan import Plan
from agentops.reconcile.resource import Resource

from .given import a_deployment, a_store, a_vault, a_webhook, an_agent, an_environment
from .ground import Ground, by_identity

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Kind:
    """A kind with one field that people change."""

    identity: str
    field: str

    def wanted(self, value: str | None) -> tuple[Resource, ...]:
        """Return what is declared, with the field as given or without it."""
        fields: dict[str, Any] = {} if value is None else {self.field: self.value(value)}
        match self.identity:
            case "Agent/reviewer":
                return (an_agent(**fields),)
            case "Environment/workshop":
                return (an_environment(**fields),)
            case "MemoryStore/lessons":
                return (a_store("lessons", None, **fields),)
            case "Vault/tools":
                return (a_vault(**fields),)
            case "Webhook/alerts":
                return (a_webhook(**fields),)
        return (an_agent(), an_environment(), a_deployment(**fields))

    def value(self, text: str) -> Any:
        return {"it": text} if self.field == "metadata" else text

    async def change(self, ground: Ground, text: str | None) -> None:
        """Change the field on the engine as somebody else would."""
        beta, value = ground.sdk.beta, None if text is None else self.value(text)
        body = by_identity(await ground.everything())[self.identity]
        changes: Any = {self.field: value}
        match self.identity:
            case "Agent/reviewer":
                await beta.agents.update(body["id"], version=body["version"], **changes)
            case "Environment/workshop":
                await beta.environments.update(body["id"], **changes)
            case "MemoryStore/lessons":
                await beta.memory_stores.update(body["id"], **changes)
            case "Vault/tools":
                await beta.vaults.update(body["id"], **changes)
            case "Webhook/alerts":
                await ground.target.post("change", f"x-agentops/webhooks/{body['id']}", changes)
            case _:
                await beta.deployments.update(body["id"], **changes)


KINDS = [
    Kind("Agent/reviewer", "description"),
    Kind("Environment/workshop", "description"),
    *(
        pytest.param(Kind(*each), marks=pytest.mark.long)
        for each in (
            ("Agent/reviewer", "metadata"),
            ("MemoryStore/lessons", "description"),
            ("Vault/tools", "metadata"),
            ("Webhook/alerts", "description"),
            ("Deployment/triage", "description"),
        )
    ),
]
ROWS: dict[str, tuple[str | None, str | None, str | None, tuple[str, str] | None]] = {
    # what we applied, what they made of it, what is wanted now: action and verdict
    "in sync": ("one", "one", "one", None),
    "update": ("one", "one", "two", ("update", "update")),
    "drift": ("one", "theirs", "one", ("update", "drift")),
    "converged": ("one", "two", "two", ("restamp", "")),
    "conflict": ("one", "theirs", "two", ("update", "conflict")),
    "clear": ("one", "one", None, ("update", "clear")),
    "clear what they changed": ("one", "theirs", None, ("update", "clear")),
    "not ours": (None, "theirs", None, None),
    "ours from now on": (None, "theirs", "two", ("update", "update")),
    "ours from now on, and as wanted": (None, "two", "two", ("restamp", "")),
}


def told(made: Plan, identity: str) -> tuple[str, str] | None:
    """Return the action and the verdict on an object; None where there is nothing to do."""
    step = next((each for each in made.steps if str(each.address) == identity), None)
    if step is None:
        return None
    return step.action.value, next((each.verdict.value for each in step.changes), "")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.identity}.{kind.field}")
async def test_every_row_of_the_table(ground: Ground, kind: Kind) -> None:
    for row, (sent, theirs, wanted, expected) in ROWS.items():
        everything = frozenset(each.address for each in kind.wanted("x"))
        await ground.settle(*kind.wanted(sent), overwrite=everything)
        if sent is None:
            await kind.change(ground, None if kind.field != "metadata" else "gone")
        if theirs != sent:
            await kind.change(ground, theirs)
        made = await ground.plan(*kind.wanted(wanted))
        assert told(made, kind.identity) == expected, row
        assert made.report.has_errors == (row == "conflict"), row
        await ground.settle(*kind.wanted(wanted), overwrite=everything)


async def test_a_default_that_a_server_fills_in_from_now_on_is_no_drift_and_is_stamped_with_the_next_write(
    ground: Ground,
) -> None:
    tools: list[Any] = [{"type": "custom", "name": "rm", "description": "Removes.", "input_schema": {"type": "object"}}]
    await ground.settle(an_agent(tools=tools, system="one"))
    before = by_identity(await ground.everything())["Agent/reviewer"]
    _fill_in(ground, {**tools[0], "input_schema": {"type": "object", "additionalProperties": True}})
    live = by_identity(await ground.everything())["Agent/reviewer"]
    assert live["tools"] != before["tools"]
    assert live["version"] == before["version"]
    assert (await ground.plan(an_agent(tools=tools, system="one"))).is_empty
    made = await ground.plan(an_agent(tools=tools, system="two"))
    assert [each.field for step in made.steps for each in step.changes] == ["system"]
    await ground.settle(an_agent(tools=tools, system="two"))
    stamped = by_identity(await ground.everything())["Agent/reviewer"]
    assert _echo(stamped, "to") == mark_hash(normal.tools(stamped["tools"])) != _echo(before, "to")


def _fill_in(ground: Ground, tool: Any) -> None:
    """Change what an engine stores of its one agent, below its API and at the same version."""
    path = ground.engine.settings.database.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        ((body,),) = connection.execute("SELECT body FROM agent_versions").fetchall()
        filled = {**json.loads(body), "tools": [tool]}
        connection.execute("UPDATE agent_versions SET body = ?", (json.dumps(filled),))


def _echo(body: Any, code: str) -> str | None:
    marks = read(body["metadata"])
    assert marks
    return marks.fields[code].echo
