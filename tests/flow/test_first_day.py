"""A newcomer's first day: from an empty folder to live agents, and what every exit code means on the way."""

from pathlib import Path

import pytest

from .command import Command
from .server import Server

pytestmark = [pytest.mark.flow, pytest.mark.timeout(120)]


def test_from_an_empty_folder_to_live_agents(agentops: Command) -> None:
    assert "agentops validate" in agentops("init").out
    agentops("validate")
    planned = agentops("plan")
    assert "+ Agent/reviewer" in planned.out
    assert "Plan: 2 to create" in planned.out
    agentops("plan", "--exit-code", status=3)
    assert "Applied: 2 done." in agentops("apply", "--yes").err
    assert agentops("plan", "--exit-code").out.splitlines()[-1].startswith("No changes. 2 unchanged.")
    agentops("drift", "--exit-code")
    assert "Nothing to do" not in agentops("apply").err  # nobody is asked where nothing would be done


def test_problems_end_with_one_and_name_the_place(first: Command) -> None:
    manifest = first.folder / "agents.d" / "reviewer.yaml"
    manifest.write_text(manifest.read_text().replace("description:", "descripton:"))
    for command in ("validate", "plan"):
        said = first(command, status=1)
        assert "agents.d/reviewer.yaml:8:3" in said.err + said.out
        assert "did you mean description?" in said.err + said.out


def test_an_empty_folder_ends_with_one_and_names_init(agentops: Command) -> None:
    for command in ("validate", "plan"):
        said = agentops(command, status=1)
        assert "agentops init" in said.err + said.out


def test_a_plan_that_is_not_the_approved_one_ends_with_four_and_changes_nothing(first: Command, server: Server) -> None:
    remote = Command(first.folder, server.settings)
    reviewed = remote("plan", "-o", "json").json()["plan_id"]
    manifest = first.folder / "agents.d" / "reviewer.yaml"
    manifest.write_text(manifest.read_text().replace("name: Reviewer", "name: Critic"))
    said = remote("apply", "--expect", reviewed, status=4)
    assert f"plan {reviewed} was approved, but the plan is now " in said.err
    assert server.objects("agents") == []


def test_a_plan_that_is_the_approved_one_is_applied_without_a_question(first: Command, server: Server) -> None:
    remote = Command(first.folder, server.settings)
    reviewed = remote("plan", "-o", "json").json()["plan_id"]
    done = remote("apply", "--expect", reviewed, "-o", "json").json()
    assert done["outcome"]["is_complete"]
    assert [each["name"] for each in server.objects("agents")] == ["Reviewer"]


def test_nobody_at_the_terminal_is_wrong_usage(first: Command) -> None:
    assert "add --yes" in first("apply", status=2).err
    assert "add --yes" in first("apply", "-o", "json", status=2).json()["error"]["hint"]


def test_json_is_all_there_is_on_standard_output(first: Command) -> None:
    assert first("version", "-o", "json").json().keys() == {"version"}
    assert first("validate", "-o", "json").json()["diagnostics"] == []
    assert first("plan", "-o", "json").json()["summary"]["create"] == 2
    assert first("drift", "-o", "json").json()["steps"] == []
    assert all(each["state"] != "failed" for each in first("doctor", "-o", "json").json()["checks"])
    applied = first("apply", "--yes", "-o", "json").json()
    assert applied["plan"]["summary"]["create"] == 2
    assert applied["outcome"]["summary"] == {"done": 2, "failed": 0, "skipped": 0}
    assert first("apply", "--yes", "-o", "json").json()["outcome"] is None
    destroyed = first("destroy", "--yes", "-o", "json").json()
    assert {each["action"] for each in destroyed["outcome"]["results"]} == {"archive", "delete"}


def test_problems_are_json_too(first: Command) -> None:
    (first.folder / "agents.d" / "project.yaml").unlink()
    for command in ("validate", "apply"):
        told = first(command, "-o", "json", status=1).json()
        assert [each["severity"] for each in told["diagnostics"]] == ["error"], command


def test_a_tree_can_be_named_from_anywhere(first: Command, tmp_path: Path) -> None:
    elsewhere = first.at(tmp_path)
    ids = {
        first.at(folder)("plan", path, "-o", "json").json()["plan_id"]
        for folder, path in ((first.folder, "."), (tmp_path, "shop"), (tmp_path, first.folder / "agents.d"))
    }
    assert len(ids) == 1
    assert not (elsewhere.folder / ".agentops").exists()
