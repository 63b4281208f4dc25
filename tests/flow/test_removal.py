"""Removing: pruning with its brakes, and destroy, which takes what bears our mark and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .command import Command
from .server import Server

pytestmark = [pytest.mark.flow, pytest.mark.timeout(120)]

AGENTS = [f"agent-{number:02d}" for number in range(12)]
AGENT = (
    "apiVersion: agentops/v1\nkind: Agent\nmetadata: {{name: {name}{annotations}}}\nspec: {{model: claude-haiku-5-5}}\n"
)
REST = """\
apiVersion: agentops/v1
kind: Project
metadata: {name: shop}
spec: {}
---
apiVersion: agentops/v1
kind: Environment
metadata: {name: sandbox}
spec: {}
---
apiVersion: agentops/v1
kind: MemoryStore
metadata: {name: notes}
spec: {seed: {files: {/a.md: "A."}}}
"""


@pytest.fixture
def shop(agentops: Command, server: Server) -> Iterator[Command]:
    """A dozen agents, an environment and a memory store, live on a server."""
    (agentops.folder / "rest.yaml").write_text(REST)
    for name in AGENTS:
        write_agent(agentops.folder, name)
    remote = Command(agentops.folder, server.settings)
    remote("apply", "--yes")
    return remote


def write_agent(folder: Path, name: str, annotations: str = "") -> None:
    (folder / f"{name}.yaml").write_text(AGENT.format(name=name, annotations=annotations))


def names(objects: list[dict[str, Any]]) -> set[str]:
    return {each["name"] for each in objects}


def test_pruning_holds_until_somebody_names_the_number(shop: Command, server: Server) -> None:
    for name in AGENTS[:5]:
        (shop.folder / f"{name}.yaml").unlink()
    kept = shop("plan")
    assert "declared no more, and left alone: Agent/agent-00" in kept.err
    assert "No changes." in kept.out

    held = shop("apply", "--prune", "--yes", status=1)
    assert "plan.mass-archive" in held.err
    assert "would remove 5 of 14 objects" in held.err
    assert shop("plan", "--prune", "--max-archive", "4", status=1).out.count("(-) Agent/") == 5
    assert names(server.objects("agents")) == {*AGENTS}

    assert "Applied: 5 done." in shop("apply", "--prune", "--max-archive", "5", "--yes").err
    assert names(server.objects("agents")) == {*AGENTS}, "what is retired is there"
    waiting = shop("plan", "--prune", "--exit-code")
    assert "retired, and not archived yet: Agent/agent-00 until" in waiting.err
    assert waiting.out.splitlines()[-1].startswith("No changes. 9 unchanged.")

    shop("apply", "--prune", "--no-grace", "--max-archive", "5", "--yes")
    assert names(server.objects("agents")) == {*AGENTS[5:]}
    assert len(server.objects("environments")) == 1
    assert names(server.objects("memory_stores")) == {"notes", "agentops-lock"}
    assert shop("plan", "--prune", "--exit-code").out.splitlines()[-1].startswith("No changes. 9 unchanged.")


def test_pruning_an_empty_tree_is_refused_whatever_number_is_named(agentops: Command, server: Server) -> None:
    (agentops.folder / "project.yaml").write_text(REST.partition("---")[0])
    marks = {"agentops_owner": "shop", "agentops_id": "Agent/last"}
    server.create("agents", name="last", model="claude-haiku-5-5", metadata=marks)
    shop = Command(agentops.folder, server.settings)
    held = shop("apply", "--prune", "--max-archive", "100", "--yes", status=1)
    assert "plan.prune-to-nothing" in held.err
    assert names(server.objects("agents")) == {"last"}


def test_destroy_takes_what_is_ours_and_nothing_else(shop: Command, server: Server) -> None:
    theirs = {"agentops_owner": "another-shop", "agentops_id": "Agent/agent-00"}
    server.create("agents", name="made by hand", model="claude-haiku-5-5")
    server.create("agents", name="of another project", model="claude-haiku-5-5", metadata=theirs)
    server.create("environments", name="made by hand")
    server.create("memory_stores", name="made by hand")

    assert "Nobody is there to answer" in shop("destroy", status=2).err
    assert len(server.objects("agents")) == 14
    said = shop("destroy", "--yes")
    assert "14 to remove" in said.out
    assert "Applied: 14 done." in said.err
    assert names(server.objects("agents")) == {"made by hand", "of another project"}
    assert names(server.objects("environments")) == {"made by hand"}
    assert names(server.objects("memory_stores")) == {"made by hand"}
    assert "No changes." in shop("destroy", "--yes").out


def test_a_protected_object_outlives_its_manifest(agentops: Command, server: Server) -> None:
    (agentops.folder / "rest.yaml").write_text(REST.partition("---")[0])
    write_agent(agentops.folder, "precious", annotations=', annotations: {protect: "true"}')
    write_agent(agentops.folder, "other")
    shop = Command(agentops.folder, server.settings)
    shop("apply", "--yes")
    (agentops.folder / "precious.yaml").unlink()
    for arguments in (["apply", "--prune", "--max-archive", "1"], ["destroy"]):
        said = shop(*arguments, "--yes", status=1)
        assert "plan.protected" in said.err
    assert names(server.objects("agents")) == {"precious", "other"}
