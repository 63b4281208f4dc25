"""What a manifest was is written back: from versions that a real engine keeps, and from commits."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agentops.base.errors import CannotEdit, UsageError
from agentops.base.names import Address, Kind
from agentops.cli.context import Choice
from agentops.cli.history.delivering import Destination
from agentops.cli.past.rollback import Found, Wish, found
from agentops.cli.past.rolling import Order, rolled
from agentops.cli.planning import Asked, Planned, planned_on, wanted_of
from agentops.manifests.editing import rewritten, write
from agentops.manifests.load import load
from agentops.reconcile.planner import PlanOptions
from tests.cli.history.repositories import committed
from tests.cli.shell import Shell
from tests.reconcile.ground import Ground, opened, told

pytestmark = pytest.mark.anyio

PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\nspec: {}\n"
TEAM = """\
  # Who answers for what it says.
  lead: {model: claude-opus-5-5, system: %s}
  specialists: [%s]
"""


def manifest(name: str, spec: str, kind: str = "Agent") -> str:
    return f"apiVersion: agentops/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n{spec}"


BEFORE = {
    "prompted": "  model: claude-opus-5-5\n  system: {file: prompt.md}\n",
    "equipped": "  # What it can do.\n  model: {id: claude-opus-5-5, effort: low}\n"
    "  tools:\n    - type: agent_toolset_20260401\n      configs:\n"
    "        - {name: bash, permission_policy: {type: always_ask}}  # Never by itself.\n",
    "told": "  model: claude-opus-5-5\n  description: One.\n  metadata: {tier: '1'}\n",
    "bare": "  model: claude-opus-5-5\n",
}
AFTER = {
    "prompted": BEFORE["prompted"],
    "equipped": BEFORE["equipped"].replace("always_ask", "always_allow").replace("effort: low", "effort: high"),
    "told": "  model: claude-sonnet-5-5  # Cheaper.\n  name: Told\n",
    "bare": "  model: claude-opus-5-5\n  system: New.\n  name: Renamed\n",
}


@pytest.fixture
async def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ground]:
    monkeypatch.chdir(tmp_path)
    put("project.yaml", PROJECT)
    async with opened() as ground:
        yield ground.of("acme")


def put(name: str, text: str) -> None:
    Path("agents.d").mkdir(exist_ok=True)
    Path("agents.d", name).write_text(text)


def text(name: str) -> str:
    return Path("agents.d", name).read_text()


def declare(specs: dict[str, str], prompt: str, team: tuple[str, str]) -> None:
    put("prompt.md", prompt)
    for name, spec in specs.items():
        put(f"{name}.yaml", manifest(name, spec))
    put("crew.yaml", manifest("crew", TEAM % team, "Team"))


async def planned(ground: Ground) -> Planned:
    tree = load(Path())
    assert not tree.report.has_errors, [each.message for each in tree.report.diagnostics]
    return await planned_on(ground.target, Choice("engine", ""), wanted_of(tree, Asked.ALL), PlanOptions())


async def applied(ground: Ground) -> None:
    made = await planned(ground)
    outcome = await ground.carry_out(made.plan, made.world)
    assert outcome.is_complete, told(outcome)


async def back(ground: Ground, name: str, to: str | None = None, *fields: str) -> Found:
    """Write an object's manifest back."""
    address = Address.parse(name)
    assert address
    made = await planned(ground)
    result = await found(made, Wish(address, to, fields), Path())
    write(rewritten(made.tree, {address: [each.edit for each in result.rollback.steps]}))
    return result


async def test_every_agent_and_team_goes_back_to_what_it_was_with_its_comments(ground: Ground) -> None:
    declare(BEFORE, "Be kind.\n", ("One.", "told"))
    await applied(ground)
    first = {each["name"]: each for each in (await ground.everything())["agents"]}
    declare(AFTER, "Be strict.\n", ("Two.", "told, bare"))
    await applied(ground)
    for name in (*BEFORE, "crew"):
        result = await back(ground, f"Team/{name}" if name == "crew" else f"Agent/{name}")
        assert (result.version, result.commit) == (1, None)
    assert text("prompt.md") == "Be kind.\n"
    assert text("equipped.yaml") == manifest("equipped", BEFORE["equipped"])
    assert text("bare.yaml") == manifest("bare", BEFORE["bare"])
    assert "  model: claude-opus-5-5  # Cheaper.\n" in text("told.yaml")
    assert text("crew.yaml") == manifest("crew", TEAM % ("One.", "told"), "Team")
    await applied(ground)
    assert (await planned(ground)).plan.is_empty
    now = {each["name"]: each for each in (await ground.everything())["agents"]}
    compared = ("system", "model", "tools", "description")
    assert {name: [each[key] for key in compared] for name, each in now.items()} == {
        name: [each[key] for key in compared] for name, each in first.items()
    }


async def test_one_field_goes_back_alone_and_only_versions_that_are_there(ground: Ground) -> None:
    declare(BEFORE, "Be kind.\n", ("One.", "told"))
    await applied(ground)
    declare(AFTER, "Be strict.\n", ("Two.", "told"))
    await applied(ground)
    result = await back(ground, "Agent/told", "1", "description")
    assert [each.path for each in result.rollback.steps] == [("description",)]
    assert "model: claude-sonnet-5-5" in text("told.yaml")
    assert (await back(ground, "Agent/told", "2")).rollback.steps[0].path == ("description",)
    with pytest.raises(UsageError, match="has no version 9") as error:
        await back(ground, "Agent/told", "9")
    assert error.value.hint == "it has versions 1 to 2"
    with pytest.raises(UsageError, match="no manifest declares Agent/tod") as error:
        await back(ground, "Agent/tod")
    assert error.value.hint == "did you mean Agent/told?"
    with pytest.raises(UsageError, match="Agent has no field `sytem`"):
        await back(ground, "Agent/told", "1", "sytem")


async def test_what_somebody_else_saved_is_nothing_to_go_back_to(ground: Ground) -> None:
    declare(BEFORE, "Be kind.\n", ("One.", "told"))
    await applied(ground)
    agent = next(each for each in (await ground.everything())["agents"] if each["name"] == "prompted")
    for number, said in enumerate(("Theirs.", "Theirs again."), start=1):
        await ground.sdk.beta.agents.update(agent["id"], version=number, system=said)
    with pytest.raises(UsageError, match="has no older version of ours that differs from its manifest"):
        await back(ground, "Agent/prompted")
    assert (await back(ground, "Agent/prompted", "2")).sentence == "version 2, by somebody else"
    assert text("prompt.md") == "Theirs."
    assert (await back(ground, "Agent/prompted", "1")).sentence.startswith("version 1, of agents.d/prompted.yaml")


async def test_a_team_that_copies_its_lead_says_where_to_go_back(ground: Ground) -> None:
    declare(BEFORE, "Be kind.\n", ("One.", "told"))
    put("crew.yaml", manifest("crew", "  lead: prompted\n  specialists: [told]\n", "Team"))
    await applied(ground)
    put("prompt.md", "Be strict.\n")
    await applied(ground)
    result = await back(ground, "Team/crew", "1")
    assert not result.rollback.steps
    assert any("agentops rollback Agent/prompted --field system" in each for each in result.rollback.left)


async def test_what_has_no_versions_goes_back_to_a_commit(ground: Ground) -> None:
    declare(BEFORE, "Be kind.\n", ("One.", "told"))
    place = "  description: %s  # Said.\n  config: {type: cloud}\n"
    files: dict[str, Any] = {"agents.d/place.yaml": manifest("place", place % "One.", "Environment")}
    first = committed(Path(), files, "Begin")
    committed(Path(), {"agents.d/place.yaml": manifest("place", place % "Two.", "Environment")}, "Second")
    committed(Path(), {"other": "x"}, "Elsewhere")
    await applied(ground)
    result = await back(ground, "Environment/place")
    assert (result.version, result.commit) == (None, first)
    assert text("place.yaml") == files["agents.d/place.yaml"]
    with pytest.raises(UsageError, match="has no versions, as only agents and teams have"):
        await back(ground, "Environment/place", "1")
    # An agent goes back to a commit as well, when one is named.
    put("prompt.md", "Be strict.\n")
    assert [each.path for each in (await back(ground, "Agent/prompted", first[:10])).rollback.steps] == [("system",)]


@pytest.mark.long
def test_the_command_shows_writes_and_plans(agentops: Shell) -> None:
    files = {"agents.d/project.yaml": PROJECT, "agents.d/a.yaml": manifest("a", "  model: claude-opus-5-5\n")}
    committed(Path(), {**files, ".gitignore": ".agentops/\n"}, "Begin")
    agentops("apply", "--yes")
    committed(Path(), {"agents.d/a.yaml": manifest("a", "  model: claude-sonnet-5-5\n")}, "Cheaper")
    agentops("apply", "--yes")
    shown = agentops("rollback", "Agent/a", "--dry-run")
    assert "-  model: claude-sonnet-5-5\n+  model: claude-opus-5-5\n" in shown.out
    assert "sonnet" in text("a.yaml")
    agentops("rollback", "Agent/a", "--branch", "back")
    assert "sonnet" in text("a.yaml")
    document = agentops("rollback", "Agent/a", "-o", "json").json
    assert document["plan"]["steps"][0]["address"] == "Agent/a"
    assert document["to"]["version"] == 1
    assert "opus" in text("a.yaml")
    assert "`agentops rollback" not in agentops("rollback", "Agent/a", "--to", "1").out
    assert "choose one" in agentops("rollback", "Agent/a", "--dry-run", "--branch", "x", status=2).err
    assert "is not an address" in agentops("rollback", "reviewer", status=2).err
    assert "Nobody is there to answer" in agentops("rollback", "Agent/a", "--to", "1", "--apply", status=2).err


async def test_a_secret_that_somebody_left_in_a_version_comes_into_no_file(ground: Ground) -> None:
    put("told.yaml", manifest("told", BEFORE["told"]))
    await applied(ground)
    (agent,) = (await ground.everything())["agents"]
    key = "sk-ant-api03-" + "aB3dE5" * 15
    await ground.sdk.beta.agents.update(agent["id"], version=1, description=f"Use {key}")
    for destination in (Destination(), Destination(patch=Path("back.patch")), Destination(is_dry=True)):
        order = Order(Wish(Address(Kind.AGENT, "told"), "2"), destination, Path(), "text")
        with pytest.raises(CannotEdit, match="looks like a secret"):
            await rolled(await planned(ground), order)
    assert text("told.yaml") == manifest("told", BEFORE["told"])
