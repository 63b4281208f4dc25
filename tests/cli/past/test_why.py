"""Why a line is what it is: its place, its commits, and what became of it on a real engine."""

from pathlib import Path
from typing import Any

import pytest

from agentops.base.errors import UsageError
from agentops.base.paint import Paint
from agentops.cli.context import Choice
from agentops.cli.past.places import Asked, written
from agentops.cli.past.standing import standing
from agentops.cli.past.why import why_json, why_text
from agentops.cli.planning import Asked as HowMuch
from agentops.cli.planning import Planned, planned_on, wanted_of
from agentops.manifests.load import load
from agentops.reconcile.planner import PlanOptions
from tests.cli.history.repositories import committed
from tests.cli.shell import Shell
from tests.reconcile.ground import Ground, opened

TREE = {
    "agents.d/project.yaml": "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\nspec: {}\n",
    "agents.d/lead.yaml": """\
apiVersion: agentops/v1
kind: Agent
metadata:
  name: lead
spec:
  model:
    id: claude-opus-5-5
    effort: low
  system: {file: prompts/lead.md}
  tools:
    - type: agent_toolset_20260401
      configs:
        - name: bash
          permission_policy: {type: always_ask}
""",
    "agents.d/prompts/lead.md": "One.\nTwo.\nThree.\n",
    "agents.d/crew.yaml": """\
apiVersion: agentops/v1
kind: Team
metadata: {name: crew}
spec:
  lead: lead
  specialists: [lead]
""",
}
ABSENT: dict[str, Any] = {"missing": "nobody was asked", "id": None}


@pytest.fixture
def shell(agentops: Shell) -> Shell:
    """Return the command in a repository with two commits."""
    committed(Path(), {**TREE, ".gitignore": ".agentops/\n"}, "Begin (#1)")
    louder = {"agents.d/prompts/lead.md": "One.\nTWO.\nThree.\n", "agents.d/lead.yaml": TREE["agents.d/lead.yaml"]}
    committed(Path(), louder, "Merge pull request #22 from ada/louder", GIT_AUTHOR_DATE="2026-11-21T08:00:00Z")
    return agentops


def place(text: str) -> tuple[str, int, int]:
    found = written(load(Path()), Asked.parse(text))
    return found.file, found.first, found.last


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Agent/lead", ("agents.d/lead.yaml", 1, 14)),
        ("Agent/lead.model", ("agents.d/lead.yaml", 6, 8)),
        ("Agent/lead.model.effort", ("agents.d/lead.yaml", 8, 8)),
        ("Agent/lead.tools.agent_toolset_20260401.configs.bash", ("agents.d/lead.yaml", 13, 14)),
        ("Agent/lead.tools.0.configs.0.permission_policy", ("agents.d/lead.yaml", 14, 14)),
        ("Agent/lead.system", ("agents.d/prompts/lead.md", 1, 3)),
        ("Team/crew.system", ("agents.d/prompts/lead.md", 1, 3)),
        ("Team/crew.lead.model", ("agents.d/lead.yaml", 6, 8)),
        ("Team/crew.specialists.lead", ("agents.d/crew.yaml", 6, 6)),
    ],
)
def test_every_thing_has_its_lines(shell: Shell, asked: str, expected: tuple[str, int, int]) -> None:
    assert place(asked) == expected


def test_what_is_mistyped_is_told(shell: Shell) -> None:
    for text, hint in (("Agent/laed", "did you mean Agent/lead?"), ("Agent/lead.sytem", "did you mean `system`?")):
        with pytest.raises(UsageError) as error:
            written(load(Path()), Asked.parse(text))
        assert error.value.hint == hint
    with pytest.raises(UsageError, match="is not an address"):
        Asked.parse("Agent/lead..system")


def test_lines_are_blamed_through_the_file_they_lie_in(shell: Shell) -> None:
    Path("agents.d/prompts/lead.md").write_text("Zero.\nOne.\nTWO.\nThree.\n")
    git = why_json(load(Path()), Asked.parse("Team/crew.system"), ABSENT)["git"]
    assert git["uncommitted"] == [[1, 1]]
    assert [(each["pull_request"], each["lines"]) for each in git["commits"]] == [(22, [[3, 3]]), (1, [[2, 2], [4, 4]])]


def test_the_command_answers_without_a_target_and_without_git(shell: Shell, tmp_path: Path) -> None:
    said = shell("why", "Agent/lead.system", "--offline").out
    assert "agents.d/prompts/lead.md:1-3" in said
    assert "line 2, pull request 22" in said
    assert "nobody was asked" in said
    assert "names Agent/lead" in shell("why", "Team/crew.specialists", "--offline").out
    (tmp_path / ".git").rename(tmp_path / ".not-git")
    answer = shell("why", "Agent/lead.model", "--offline", "-o", "json").json
    assert answer["git"]["missing"] == "it lies in no git repository"
    assert answer["written"]["lines"] == [6, 8]


def test_a_target_that_cannot_be_reached_is_half_an_answer(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://api.example.com")
    said = shell("why", "Agent/lead.model").out
    assert "pull request" in said
    assert "needs a credential" in said


@pytest.mark.anyio
async def test_what_is_live_says_since_when_by_whom_and_for_whom(shell: Shell) -> None:
    async with opened() as found:
        ground = found.of("acme")
        await applied(ground)
        (agent,) = [each for each in (await ground.everything())["agents"] if each["name"] == "lead"]
        await ground.sdk.beta.agents.update(agent["id"], version=1, description="Theirs.")
        environment = await ground.sdk.beta.environments.create(name="place")
        session = await ground.sdk.beta.sessions.create(agent=agent["id"], environment_id=environment.id)
        live = await asked(ground, "Agent/lead.model")
        assert (live["verdict"], live["version"], live["since"]["version"]) == ("in_sync", 2, 1)
        assert (live["since"]["by"], live["last_write"]["by"]) == ("us", "somebody_else")
        assert live["since"]["source"] == "agents.d/lead.yaml@0123456789ab"
        assert [each["id"] for each in live["sessions"]] == [session.id]
        assert (await asked(ground, "Agent/lead.description"))["verdict"] == "not_ours"
        await ground.sdk.beta.agents.update(agent["id"], version=2, system="Theirs.")
        drifted = await asked(ground, "Agent/lead.system")
        assert (drifted["verdict"], drifted["value"], drifted["since"]["by"]) == ("drift", "Theirs.", "somebody_else")
        answer = why_json(load(tree()), Asked.parse("Agent/lead.system"), drifted)
        assert (drifted["since"]["version"], drifted["since"]["after"]) == (3, 1)
        assert "\n".join(why_text(answer, Paint())).count("by somebody else, after version 1 of agentops") == 2


def tree() -> Path:
    return Path()


async def planned(ground: Ground) -> Planned:
    wanted = wanted_of(load(tree()), HowMuch.ALL)
    return await planned_on(ground.target, Choice("engine", ""), wanted, PlanOptions())


async def applied(ground: Ground) -> None:
    made = await planned(ground)
    assert (await ground.carry_out(made.plan, made.world)).is_complete


async def asked(ground: Ground, text: str) -> dict[str, Any]:
    question, made = Asked.parse(text), await planned(ground)
    return await standing(made, question.address, written(made.tree, question))
