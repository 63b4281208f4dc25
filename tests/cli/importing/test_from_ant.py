"""A tree of `ant apply` is taken over by the ids in its lock file; what it says beside that is told with its line."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agentops.base.errors import InvalidManifests, UsageError
from agentops.cli.importing.ant.taking import Ant
from agentops.cli.importing.wish import Wish
from agentops.manifests.load import load
from tests.reconcile.given import MODEL

from .workspace import Workspace

pytestmark = pytest.mark.anyio

AGENT = """\
---
name: Code reviewer
model: claude-opus-5-5
tools:
  - type: agent_toolset_20260401
  - ./tools/ops.json
skills:
  - ../skills/*
  - type: anthropic
    skill_id: xlsx
---

You review pull requests.
Be kind.
"""
LEAD = """\
---
name: Engineering lead
model: claude-opus-5-5
multiagent:
  type: coordinator
  agents:
    - ./reviewer.md
    - type: self
---

You coordinate.
"""
NIGHTLY = """\
---
name: Nightly review
agent: ../agents/reviewer.md
environment_id: ../environments/cloud.yaml
resources:
  - path: ../memory_stores/review-notes.yaml
    access: read_only
schedule:
  type: cron
  expression: "0 3 * * *"
  timezone: America/Los_Angeles
---

Review any open pull requests.
"""
SKILL = "---\nname: pr-summary\ndescription: Summarize.\n---\n\nList what changed.\n"
TOOL = {"type": "custom", "name": "restart", "description": "Restarts.", "input_schema": {"type": "object"}}
FILES = {
    "agents/reviewer.md": AGENT,
    "agents/lead.md": LEAD,
    "agents/tools/ops.json": json.dumps([TOOL]),
    "skills/pr-summary/SKILL.md": SKILL,
    "environments/cloud.yaml": "name: review-env\ndescription: For reviews.\nconfig:\n  type: cloud\n",
    "memory_stores/review-notes.yaml": "name: Review notes\n",
    "deployments/nightly.md": NIGHTLY,
    "README.md": "# Nothing for ant\n",
}


@dataclass(frozen=True, slots=True)
class Tree:
    """What `ant apply` leaves behind: files, a lock file, and objects on a target."""

    folder: Path
    workspace: Workspace
    lock: dict[str, Any]

    async def bring(self) -> bool:
        (self.folder / "claude-lock.json").write_text(json.dumps(self.lock, indent=2))
        wish = Wish()
        return await self.workspace.bring(wish, source=Ant(self.folder, wish).drafts)

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)


async def an_ant_tree(workspace: Workspace) -> Tree:
    """Make by the SDK what `ant apply` would have made of the files."""
    beta = workspace.ground.sdk.beta
    skill = await beta.skills.create(files=[("pr-summary/SKILL.md", SKILL.encode(), "text/markdown")])
    custom: Any = {"type": "custom", "skill_id": skill.id, "version": skill.latest_version_id}
    tools: Any = [{"type": "agent_toolset_20260401"}, TOOL]
    reviewer = await beta.agents.create(
        name="Code reviewer",
        model=MODEL,
        tools=tools,
        skills=[custom, {"type": "anthropic", "skill_id": "xlsx"}],
        system="You review pull requests.\nBe kind.",
    )
    member: Any = {"type": "agent", "id": reviewer.id, "version": 1}
    roster: Any = {"type": "coordinator", "agents": [member, {"type": "self"}]}
    lead = await beta.agents.create(name="Engineering lead", model=MODEL, system="You coordinate.", multiagent=roster)
    cloud = await beta.environments.create(name="review-env", description="For reviews.", config={"type": "cloud"})
    notes = await beta.memory_stores.create(name="Review notes")
    nightly = await beta.deployments.create(
        name="Nightly review",
        agent=member,
        environment_id=cloud.id,
        resources=[{"type": "memory_store", "memory_store_id": notes.id, "access": "read_only"}],
        schedule={"type": "cron", "expression": "0 3 * * *", "timezone": "America/Los_Angeles"},
        initial_events=[
            {"type": "user.message", "content": [{"type": "text", "text": "Review any open pull requests."}]}
        ],
    )
    made = {
        "./agents/reviewer.md": ("agent", reviewer.id),
        "./agents/lead.md": ("agent", lead.id),
        "./skills/pr-summary": ("skill", skill.id),
        "./environments/cloud.yaml": ("environment", cloud.id),
        "./memory_stores/review-notes.yaml": ("memory_store", notes.id),
        "./deployments/nightly.md": ("deployment", nightly.id),
    }
    resources = {
        key: {"kind": kind, "id": each, "version": "1", "hash": "d2" * 16, "remote_hash": "1b" * 16}
        for key, (kind, each) in made.items()
    }
    origin = {"base_url": "https://api.anthropic.com", "organization_id": "", "workspace_id": ""}
    tree = Tree(workspace.folder, workspace, {"version": 1, "origin": origin, "resources": resources})
    for path, text in FILES.items():
        tree.write(path, text)
    return tree


async def test_a_tree_is_taken_over_by_its_ids_under_the_names_of_its_files(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = await an_ant_tree(workspace)
    before = await workspace.bodies()
    assert await tree.bring()
    assert "note:" not in capsys.readouterr().out
    assert {str(each.address) for each in load(workspace.folder).documents} == {
        "Project/acme",
        "Agent/reviewer",
        "Team/lead",
        "Skill/pr-summary",
        "Environment/cloud",
        "MemoryStore/review-notes",
        "Deployment/nightly",
    }
    assert (await workspace.plan()).is_empty
    assert await workspace.bodies() == before
    assert (workspace.folder / "agents/reviewer.md").read_text() == AGENT


async def test_what_the_files_say_and_the_target_does_not_is_told_with_its_line(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = await an_ant_tree(workspace)
    tree.write("agents/reviewer.md", AGENT.replace("Be kind.", "Be strict.").replace("name: Code", "hue: red\nname: A"))
    tree.write("agents/fresh.md", "---\nmodel: claude-opus-5-5\n---\nNew.\n")
    tree.write("environments/cloud.yaml", "name: [unclosed\n")
    assert await tree.bring()
    told = capsys.readouterr().out
    shown = workspace.folder
    assert f"{shown}/agents/reviewer.md:2: `hue` is no field of this kind, and is left out" in told
    assert f"{shown}/agents/reviewer.md:3: `name` is not what is live; what is live is imported" in told
    assert f"{shown}/agents/reviewer.md:14: `system` is not what is live" in told
    assert f"{shown}/agents/fresh.md: was never applied" in told
    assert f"{shown}/environments/cloud.yaml: cannot be read: " in told
    assert (await workspace.plan()).is_empty


@pytest.mark.long
async def test_a_skill_that_was_fetched_from_elsewhere_is_known_by_its_address(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = await an_ant_tree(workspace)
    url = "https://github.com/acme/skills/tree/main/pr-summary"
    tree.lock["resources"][url] = tree.lock["resources"].pop("./skills/pr-summary")
    tree.write("agents/reviewer.md", AGENT.replace("../skills/*", url))
    (workspace.folder / "skills/pr-summary/SKILL.md").unlink()
    assert await tree.bring()
    assert "note:" not in capsys.readouterr().out
    assert "Skill/pr-summary" in {str(each.address) for each in load(workspace.folder).documents}


@pytest.mark.long
async def test_what_is_gone_or_of_a_kind_that_nobody_knows_is_told_and_fails(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = await an_ant_tree(workspace)
    tree.lock["resources"]["./agents/gone.md"] = {"kind": "agent", "id": "agent_01gone"}
    tree.lock["resources"]["./tunnels/x.yaml"] = {"kind": "tunnel", "id": "tnl_01x"}
    tree.lock["resources"]["./agents/lead.md"]["kind"] = "environment"
    assert not await tree.bring()
    told = capsys.readouterr().out
    assert "claude-lock.json:51: ./agents/gone.md: agent_01gone is not on the target" in told
    assert "nothing is known of the kind `tunnel`" in told
    assert "is no environment" in told
    assert "Agent/reviewer" in told


@pytest.mark.parametrize(
    "lock",
    [
        "",
        "null",
        "{",
        "[]",
        '{"version": 2, "resources": {}}',
        '{"version": 1, "resources": {"x": {}}}',
        "\x00",
        "[" * 5000,
    ],
)
async def test_a_lock_file_that_is_none_is_refused(workspace: Workspace, lock: str) -> None:
    (workspace.folder / "claude-lock.json").write_text(lock)
    with pytest.raises((InvalidManifests, UsageError)) as caught:
        Ant(workspace.folder, Wish())
    assert isinstance(caught.value, UsageError) or caught.value.report.diagnostics


async def test_a_folder_without_a_lock_file_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match=r"claude-lock\.json does not exist"):
        Ant(workspace.folder, Wish())


async def test_paths_that_lead_out_of_the_tree_are_not_followed(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = await an_ant_tree(workspace)
    tree.write("agents/reviewer.md", AGENT.replace("./tools/ops.json", "../../../../etc/passwd"))
    lock = tree.lock["resources"]
    lock["../../secret.md"] = lock.pop("./agents/lead.md")
    (workspace.folder.parent.parent / "secret.md").write_text("---\nname: Engineering lead\n---\nsecret\n")
    assert await tree.bring()
    told = capsys.readouterr().out
    assert "../../../../etc/passwd leads out of the tree" in told
    assert "../../secret.md leads out of the tree" in told
