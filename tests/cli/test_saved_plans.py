"""A plan is saved, and later applied as it was approved, in part, or not at all; and each refusal says why."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from agentops import embedded

from .shell import Shell, Stages

PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: shop}\n"
AGENT = "apiVersion: agentops/v1\nkind: Agent\nmetadata: {name: x}\nspec: {model: claude-opus-5-5, system: one}\n"
PLACE = "apiVersion: agentops/v1\nkind: Environment\nmetadata: {name: y}\nspec: {description: one}\n"


@pytest.fixture
def shop(agentops: Shell, stages: Stages) -> Shell:
    """A project with an agent and an environment, applied."""
    stages.at("applied", lambda: begin(agentops))
    return agentops


def begin(agentops: Shell) -> None:
    Path("agents.d").mkdir()
    for name, text in (("project", PROJECT), ("x", AGENT), ("y", PLACE)):
        Path(f"agents.d/{name}.yaml").write_text(text)
    agentops("apply", "--yes")


def edit(name: str, value: str) -> None:
    file = Path(f"agents.d/{name}.yaml")
    file.write_text(file.read_text().replace("one", value))


def meanwhile(**changes: Any) -> None:
    """Change the agent behind our back."""

    async def run() -> None:
        async with embedded.client(Path(".agentops")) as client:
            async for agent in client.beta.agents.list():
                await client.beta.agents.update(agent.id, version=agent.version, **changes)

    asyncio.run(run())


def live() -> dict[str, Any]:
    """Return the system prompt of the agent and the description of the environment."""

    async def run() -> dict[str, Any]:
        async with embedded.client(Path(".agentops")) as client:
            systems = [each.system async for each in client.beta.agents.list()]
            return {
                "system": systems,
                "description": [each.description async for each in client.beta.environments.list()],
            }

    return asyncio.run(run())


def test_a_saved_plan_is_applied_without_a_question(shop: Shell) -> None:
    edit("x", "two")
    said = shop("plan", "-o", "plan.json")
    assert "1 to update" in said.out
    assert said.err.endswith("saved: plan.json. To apply exactly this plan: agentops apply plan.json\n")
    assert Path("plan.json").stat().st_mode & 0o777 == 0o600
    assert "1 done" in shop("apply", "plan.json").err
    assert live()["system"] == ["two"]
    assert "1 of 1 steps are in place already; nothing is left to do" in shop("apply", "plan.json").err


def test_what_moved_is_named_and_nothing_is_changed(shop: Shell) -> None:
    edit("x", "two")
    edit("y", "two")
    shop("plan", "--out", "plan.json")
    meanwhile(system="theirs")
    edit("y", "three")
    Path("agents.d/y.yaml").write_text(PLACE.replace("one", "three"))
    said = shop("apply", "plan.json", status=4)
    assert "  Agent/x changed on the target: version 1 → 2 (system), at " in said.err
    assert "  Environment/y has another manifest (agents.d/y.yaml: description)\n" in said.err
    assert "error: plan.json is not the plan any more: 2 things moved; nothing was changed" in said.err
    assert live() == {"system": ["theirs"], "description": ["one"]}


def test_what_stayed_the_same_is_applied_when_somebody_says_so(shop: Shell) -> None:
    edit("x", "two")
    edit("y", "two")
    shop("plan", "--out", "plan.json")
    meanwhile(system="theirs")
    assert "or apply what stayed the same with --partial-ok" in shop("apply", "plan.json", status=4).err
    said = shop("apply", "plan.json", "--partial-ok", status=4)
    assert "left out: Agent/x" in said.err
    assert live() == {"system": ["theirs"], "description": ["two"]}


def test_a_plan_holds_the_options_that_it_was_made_with(shop: Shell) -> None:
    Path("agents.d/y.yaml").unlink()
    shop("plan", "--prune", "--archive-now", "Environment/y", "--out", "plan.json")
    assert json.loads(Path("plan.json").read_text())["options"]["removal"]["prune"] is True
    said = shop("apply", "plan.json", "--prune", status=2)
    assert "plan.json holds the options that it was made with" in said.err
    shop("apply", "plan.json")
    assert live()["description"] == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--target", "prod"], "plan.json is a plan for embedded, not for prod"),
        (["--expect", "0123456789ab"], ", not 0123456789ab"),
    ],
)
def test_another_plan_or_target_than_the_one_in_the_file_is_refused(
    shop: Shell, options: list[str], sentence: str
) -> None:
    edit("x", "two")
    shop("plan", "--out", "plan.json")
    assert sentence in shop("apply", "plan.json", *options, status=4).err


def test_a_plan_of_another_project_or_place_is_refused(shop: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    edit("x", "two")
    shop("plan", "--out", "plan.json")
    text = Path("plan.json").read_text()
    for before, after, sentence in (
        ('"owner": "shop"', '"owner": "theirs"', "is a plan of theirs, but the tree is of shop"),
        ("wrkspc_default", "wrkspc_other", "is a plan for workspace wrkspc_other of org_self_hosted, but the cred"),
        ("embedded.localhost", "elsewhere", "is a plan for embedded, but this run would meet embedded"),
    ):
        Path("bent.json").write_text(text.replace(before, after))
        assert sentence in shop("apply", "bent.json", status=4).err
    Path("bent.json").write_text(text.replace('"path": "."', '"path": "nowhere"'))
    assert "is a plan of the tree nowhere, which is not here" in shop("apply", "bent.json", status=2).err
    assert "there is no plan none.json" in shop("apply", "none.json", status=2).err
    assert live()["system"] == ["one"]


def test_partial_is_for_saved_plans(shop: Shell) -> None:
    assert "--partial-ok is for saved plans" in shop("apply", "--partial-ok", status=2).err


def test_a_blocked_plan_is_not_saved(shop: Shell) -> None:
    edit("x", "two")
    meanwhile(system="theirs")
    assert "plan.json is not written: the plan is blocked" in shop("plan", "--out", "plan.json", status=1).err
    assert not Path("plan.json").exists()


def test_a_file_that_cannot_be_written_leaves_no_other(shop: Shell) -> None:
    assert "No such file or directory" in shop("plan", "--out", "none/plan.json", status=2).err
    Path("taken.json").mkdir()
    assert "taken.json" in shop("plan", "--out", "taken.json", status=2).err
    assert not list(Path().glob(".*.json*"))


def test_a_word_that_is_no_output_says_which_there_are(shop: Shell) -> None:
    assert "'yaml' is not one of 'text', 'json', 'markdown', and no file" in shop("plan", "-o", "yaml", status=2).err


def test_a_plan_tells_of_the_commit_and_of_what_is_in_none(shop: Shell) -> None:
    def tree() -> dict[str, Any]:
        shop("plan", "--out", "plan.json")
        found: dict[str, Any] = json.loads(Path("plan.json").read_text())["tree"]
        return found

    def git(*arguments: str) -> str:
        settings = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        return subprocess.run(["git", *settings, *arguments], check=True, capture_output=True, text=True).stdout.strip()

    assert tree() == {"path": "."}
    git("init", "-q", ".")
    git("add", "agents.d")
    git("commit", "-qm", "One")
    assert tree() == {"path": ".", "commit": git("rev-parse", "HEAD")}
    edit("x", "two")
    assert tree() == {"path": ".", "commit": git("rev-parse", "HEAD"), "is_dirty": True}
