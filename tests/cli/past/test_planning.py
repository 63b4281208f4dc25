"""Plans of another moment: of a commit's tree, and of what changed since one, with no target asked."""

from pathlib import Path

import pytest

from tests.cli.history.repositories import committed, git
from tests.cli.shell import Shell

PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\nspec: {}\n"
NOWHERE = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "ANTHROPIC_API_KEY": "sk-nobody-is-there"}


def agent(name: str = "reviewer", **fields: str) -> str:
    spec = {"model": "claude-opus-5-5", **fields}
    lines = "".join(f"  {key}: {value}\n" for key, value in spec.items())
    return f"apiVersion: agentops/v1\nkind: Agent\nmetadata: {{name: {name}}}\nspec:\n{lines}"


FIRST = {"agents.d/project.yaml": PROJECT, "agents.d/reviewer.yaml": agent(description="One.")}


@pytest.fixture
def offline(agentops: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return the command where no target can be reached."""
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    return agentops


def test_an_offline_plan_shows_what_changed_since_a_commit(offline: Shell) -> None:
    base = committed(Path(), FIRST)
    committed(Path(), {"agents.d/reviewer.yaml": agent(description="Two."), "agents.d/new.yaml": agent("new")})
    told = offline("plan", "--offline", "--base", base[:8], "-o", "json").json
    assert [(each["address"], each["action"]) for each in told["steps"]] == [
        ("Agent/reviewer", "update"),
        ("Agent/new", "create"),
    ]
    assert told["steps"][0]["source"]["file"] == "agents.d/reviewer.yaml"
    assert (told["is_offline"], told["at"], told["base"]["commit"]) == (True, None, base)
    text = offline("plan", "--offline", "--base", base)
    assert "not compared with live" in text.out
    assert "Begin" not in text.out
    assert "--expect" not in offline("plan", "--offline", "--base", base, "-o", "markdown").out
    offline("plan", "--offline", "--base", base, "--exit-code", status=3)
    offline("plan", "--offline", "--exit-code")


def test_each_place_inside_a_field_has_a_line_of_its_own(offline: Shell) -> None:
    model = "\n    id: claude-haiku-5-5\n    effort: {}"
    committed(Path(), {**FIRST, "agents.d/reviewer.yaml": agent(model=model.format("low"))})
    Path("agents.d/reviewer.yaml").write_text(agent(model=model.format("high")))
    [change] = offline("plan", "--offline", "-o", "json").json["steps"][0]["changes"]
    assert (change["path"], change["source"]["line"]) == (["effort", "type"], 7)
    text = offline("plan", "--offline")
    assert "compared with the tree of " in text.err
    assert "not compared with live" in text.out
    assert "not compared with live" not in text.err


def test_an_item_of_a_list_has_its_line_though_its_order_means_nothing(offline: Shell) -> None:
    tool = "\n  - {{type: custom, name: {},\n    description: {},\n    input_schema: {{type: object}}}}"
    toolset = "\n  - type: agent_toolset_20260401\n    configs:\n    - {{name: bash, enabled: {}}}"

    def tools(text: str, switch: str) -> str:
        return tool.format("zebra", "Z.") + tool.format("apple", text) + toolset.format(switch)

    committed(Path(), {**FIRST, "agents.d/reviewer.yaml": agent(tools=tools("A.", "true"))})
    Path("agents.d/reviewer.yaml").write_text(agent(tools=tools("B.", "false")))
    found = offline("plan", "--offline", "-o", "json").json["steps"][0]["changes"]
    lines = Path("agents.d/reviewer.yaml").read_text().splitlines()
    said = {each["path"][0]: lines[each["source"]["line"] - 1].strip() for each in found}
    assert said == {
        "agent_toolset_20260401": "- {name: bash, enabled: false}",
        "custom/apple": "description: B.,",
    }


STRICT = PROJECT.replace("{}", "{policy: {risks: {permission_widened: error, network_opened: warn}}}")
LAX = PROJECT.replace("{}", "{policy: {risks: {permission_widened: note, network_opened: warn}}}")


def test_a_policy_that_is_loosened_in_the_same_commit_is_told(agentops: Shell) -> None:
    base = committed(Path(), {**FIRST, "agents.d/project.yaml": STRICT})
    git(Path(), "switch", "--quiet", "--create", "feature")
    committed(Path(), {"agents.d/project.yaml": LAX})
    said = f"policy.risks.permission_widened was error at {base[:12]}, and is note"
    for words in (("--offline", "--base", "main"), ("--base", "main")):
        told = agentops("plan", *words, "-o", "json").json["diagnostics"]
        assert [(each["code"], each["message"]) for each in told] == [("plan.policy-loosened", said)]
        assert told[0]["place"]["file"] == "agents.d/project.yaml"
    assert agentops("plan", "-o", "json").json["diagnostics"] == []
    lost = agentops("plan", "--base", "0" * 40)
    assert "warning[plan.policy-not-compared]: the policy was not held against the one of 0000" in lost.err
    assert "1 to create" in lost.out
    assert "add --offline" in agentops("plan", "--base", "main", "--at", "HEAD", status=2).err
    broken = committed(Path(), {"agents.d/project.yaml": STRICT.replace("warn}", "wran}")})
    committed(Path(), {"agents.d/project.yaml": LAX})
    said = f"the policy was not held against the one of HEAD~1: the Project of {broken[:12]} has errors"
    assert said in agentops("plan", "--base", "HEAD~1").err


RULES = """\
rules:
  - name: few-steps
    require: size(plan.steps) <= 3
    message: Three steps are enough.
  - name: shape
    when: step.object == 'agent'
    schema: {file: agent.schema.json}
    message: Agents have the shape that we agreed on.
"""


def test_rules_that_are_loosened_behind_a_pattern_are_told(agentops: Shell) -> None:
    project = PROJECT.replace("{}", '{policy: {rules: {file: "../policies/*.yaml"}}}')
    rules = {"policies/agents.yaml": RULES, "policies/agent.schema.json": '{"type": "object"}'}
    base = committed(Path(), {**FIRST, "agents.d/project.yaml": project, **rules})
    for words in (("--offline", "--base", "HEAD"), ("--at", "HEAD"), ("--base", "HEAD")):
        assert agentops("plan", *words, "-o", "json").json["diagnostics"] == []
    lax = RULES[: RULES.index("  - name: shape")].replace("<= 3", "<= 30")
    committed(Path(), {"policies/agents.yaml": lax})
    for words in (("--offline",), ()):
        told = agentops("plan", *words, "--base", base, "-o", "json").json["diagnostics"]
        assert {each["code"] for each in told} == {"plan.policy-loosened"}
        assert {name for name in ("few-steps", "shape") for each in told if name in each["message"]} == {
            "few-steps",
            "shape",
        }
    broken = committed(Path(), {"policies/agents.yaml": RULES.replace("agent.schema", "nothing")})
    committed(Path(), {"policies/agents.yaml": lax})
    said = agentops("plan", "--base", broken).err
    assert (
        f"the policy was not held against the one of {broken}: the policy of {broken[:12]} cannot be read whole" in said
    )


def test_the_base_is_where_the_branch_began(offline: Shell) -> None:
    """What was merged to main since is not undone by a branch that does not have it."""
    committed(Path(), FIRST)
    git(Path(), "switch", "--quiet", "--create", "feature")
    committed(Path(), {"agents.d/mine.yaml": agent("mine")})
    git(Path(), "switch", "--quiet", "main")
    committed(Path(), {"agents.d/theirs.yaml": agent("theirs")})
    git(Path(), "switch", "--quiet", "feature")
    told = offline("plan", "--offline", "--base", "main", "-o", "json").json
    assert [each["address"] for each in told["steps"]] == ["Agent/mine"]
    assert not told["undeclared"]


def test_two_commits_can_be_compared_and_a_first_one_with_nothing(offline: Shell) -> None:
    empty = committed(Path(), {"README": "Nothing yet."})
    first = committed(Path(), FIRST)
    committed(Path(), {"agents.d/reviewer.yaml": "half of a manifest: ["})
    told = offline("plan", "--offline", "--base", empty, "--at", first, "-o", "json").json
    assert [(each["address"], each["action"]) for each in told["steps"]] == [("Agent/reviewer", "create")]
    assert offline("plan", "--offline", "--at", first, "-o", "json").json["base"]["commit"] == empty


def test_a_broken_base_is_refused_plainly(offline: Shell) -> None:
    base = committed(Path(), {**FIRST, "agents.d/reviewer.yaml": "half: ["})
    committed(Path(), FIRST)
    said = offline("plan", "--offline", "--base", base, status=1)
    assert "has errors, so nothing can be compared with it" in said.err
    assert f"agentops plan --at {base[:12]}" in said.err


def test_the_files_that_manifests_name_come_along_and_nothing_else_does(offline: Shell) -> None:
    skill = "---\nname: sorting\ndescription: Sorts.\n---\nSort.\n"
    files = {
        "agents.d/reviewer.yaml": agent(system="{file: ../prompts/reviewer.md}"),
        "agents.d/sorting.yaml": "apiVersion: agentops/v1\nkind: Skill\nmetadata: {name: sorting}\n"
        "spec: {folder: ../skills/sorting}\n",
        "prompts/reviewer.md": "Be kind.\n",
        "skills/sorting/SKILL.md": skill,
        "skills/sorting/run.py": "print(1)\n",
        "unrelated/huge.txt": "x" * 100_000,
    }
    base = committed(Path("shop"), {**FIRST, **files})
    committed(Path("shop"), {"prompts/reviewer.md": "Be strict.\n", "skills/sorting/run.py": "print(2)\n"})
    told = offline("plan", "shop", "--offline", "--base", base, "-o", "json").json
    assert [(each["address"], [change["field"] for change in each["changes"]]) for each in told["steps"]] == [
        ("Agent/reviewer", ["system"]),
        ("Skill/sorting", ["files"]),
    ]


def test_a_tree_may_lie_anywhere_in_its_repository_and_be_gone_by_now(offline: Shell) -> None:
    base = committed(Path(), {f"teams/search/{name}": text for name, text in FIRST.items()})
    git(Path(), "rm", "-r", "--quiet", "teams")
    git(Path(), "commit", "--quiet", "--message", "Gone")
    told = offline("plan", "teams/search", "--offline", "--at", base, "--base", "HEAD", "-o", "json").json
    assert told["base"]["commit"] == base
    assert not told["steps"]


@pytest.mark.parametrize("link", ["/etc/hostname", "../../../../../../../../../../etc/hostname", "../../outside.yaml"])
def test_a_link_out_of_a_commit_is_refused_as_it_is_on_disk(offline: Shell, link: str) -> None:
    Path("repository/agents.d").mkdir(parents=True)
    Path("outside.yaml").write_text(agent("outside"))
    Path("repository/agents.d/evil.yaml").symlink_to(link)
    base = committed(Path("repository"), FIRST)
    said = offline("plan", "repository", "--at", base, "--offline", "--base", base, status=1)
    assert "error[file." in said.err
    assert "evil.yaml" in said.err


def test_a_link_within_a_commit_is_followed(offline: Shell) -> None:
    Path("agents.d").mkdir()
    Path("agents.d/prompt.md").symlink_to("../prompts/reviewer.md")
    files = {"agents.d/reviewer.yaml": agent(system="{file: prompt.md}"), "prompts/reviewer.md": "Be kind.\n"}
    base = committed(Path(), {**FIRST, **files})
    said = offline("plan", "--offline", "--at", base, "--base", base, status=None)
    assert "No changes" in said.out, said.err


def test_options_that_contradict_each_other_are_refused(offline: Shell) -> None:
    committed(Path(), FIRST)
    assert "add --offline" in offline("plan", "--base", "HEAD", "--at", "HEAD", status=2).err
    assert "leave --target out" in offline("plan", "--offline", "--target", "embedded", status=2).err
    assert "there is no commit `nowhere`" in offline("plan", "--at", "nowhere", status=2).err


def test_outside_git_there_is_no_other_moment(offline: Shell) -> None:
    Path("agents.d").mkdir()
    Path("agents.d/project.yaml").write_text(PROJECT)
    assert "lies in no git repository" in offline("plan", "--offline", status=2).err


@pytest.mark.long
def test_the_tree_of_a_commit_is_planned_for_the_same_target(agentops: Shell) -> None:
    first = committed(Path(), {**FIRST, ".gitignore": ".agentops/\n"}, "Begin")
    committed(Path(), {"agents.d/reviewer.yaml": agent(description="Two.")})
    agentops("apply", "--yes")
    assert agentops("plan", "-o", "json").json["steps"] == []
    told = agentops("plan", "--at", "HEAD~1", "-o", "json").json
    (change,) = told["steps"][0]["changes"]
    assert (change["before"], change["after"]) == ("Two.", "One.")
    assert told["at"]["commit"] == first
    assert f"the tree is the one of {first[:12]} (Ada, 2026-11-20: Begin)" in agentops("plan", "--at", first).err
    assert not Path("agents.d/.agentops").exists()
