"""Drift from the command line: shown with what lies behind it, brought back, or written into the manifests."""

import subprocess
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from anthropic import AsyncAnthropic

from agentops import embedded
from tests.cli.shell import Shell, Stages

LONG = "You review changes.\n\nRead the whole change first.\nName the line and the fact.\n"
AGENT = """\
apiVersion: agentops/v1
kind: Agent
metadata: {name: reviewer}
spec:
  model: claude-opus-5-5   # dear
  description: One.
  system: {file: reviewer.md}
"""
ENVIRONMENT = """\
apiVersion: agentops/v1
kind: Environment
metadata: {name: sandbox}
spec:
  description: One.   # short
"""
PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\nspec: {}\n"


def git(*arguments: str, folder: Path = Path()) -> str:
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def begin(agentops: Shell) -> None:
    """Commit and apply two manifests, then change both objects on the engine."""
    files = {"agent.yaml": AGENT, "reviewer.md": LONG, "environment.yaml": ENVIRONMENT, "project.yaml": PROJECT}
    for name, text in files.items():
        put(name, text)
    Path(".gitignore").write_text(".agentops/\n")
    git("init", "--quiet", "--initial-branch=main")
    git("config", "user.name", "Ada")
    git("config", "user.email", "ada@example.com")
    git("add", "--all")
    git("commit", "--quiet", "--message=Begin")
    agentops("apply", "--yes")
    meddle({"system": LONG.replace("whole", "half")}, {"description": "Theirs."})


def put(name: str, text: str) -> None:
    path = Path("agents.d", name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def meddle(agent: dict[str, Any], environment: dict[str, Any]) -> None:
    home = Path(".agentops").absolute()

    async def change() -> None:
        async with embedded.engine(home) as engine:
            transport = httpx2.ASGITransport(app=engine.app)
            async with httpx2.AsyncClient(transport=transport, base_url=embedded.URL) as http:
                key = engine.credential.reveal()
                beta = AsyncAnthropic(api_key=key, base_url=embedded.URL, http_client=http).beta
                async for each in beta.agents.list():
                    await beta.agents.update(each.id, version=each.version, **agent)
                async for place in beta.environments.list():
                    await beta.environments.update(place.id, **environment)

    anyio.run(change)


@pytest.fixture
def drifted(agentops: Shell, stages: Stages) -> Shell:
    """A tree in git that was applied, with an agent and an environment that somebody else changed."""
    stages.at("drifted", lambda: begin(agentops))
    return agentops


def changes(document: Any) -> dict[str, Any]:
    return {f"{step['address']}.{each['field']}": each for step in document["steps"] for each in step["changes"]}


def test_drift_is_told_with_its_age_and_version(drifted: Shell) -> None:
    found = changes(drifted("drift", "-o", "json").json)
    system, description = found["Agent/reviewer.system"], found["Environment/sandbox.description"]
    assert (system["since"]["version"], system["since"]["is_of_object"]) == (2, False)
    assert description["since"]["is_of_object"]
    assert system["since"]["age_s"] >= 0
    said = drifted("drift").out
    assert "-Read the half change first." in said
    assert ", version 2" in said
    assert "the object was last changed 20" in said
    assert "2 drifted; `--mode correct` brings it back" in said
    drifted("drift", "--exit-code", status=3)
    assert "1 drifted" in drifted("drift", "--only", "Environment/sandbox").out


def test_a_conflict_is_shown_three_ways(drifted: Shell) -> None:
    put("reviewer.md", LONG.replace("the fact", "the way out"))
    put("environment.yaml", ENVIRONMENT.replace("One.", "Ours."))
    found = changes(drifted("plan", "-o", "json", status=1).json)
    system, description = found["Agent/reviewer.system"], found["Environment/sandbox.description"]
    assert (system["base"], system["base_missing"]) == (LONG, None)
    assert [description[key] for key in ("base", "before", "after")] == ["One.", "Theirs.", "Ours."]
    said = drifted("plan", status=1).out
    theirs, ours = said.index("- base  + live"), said.index("- base  + wanted")
    assert theirs < said.index("+Read the half change first.") < ours < said.index("+Name the line and the way out.")
    assert "live Theirs. → wanted Ours.  [conflict]" in said
    assert "        base One.\n" in said


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("shallow", "this clone is shallow and lacks "),
        pytest.param("rewritten", "(rewritten, or never pushed)", marks=pytest.mark.long),
        pytest.param("no git", "the tree is in no git repository", marks=pytest.mark.long),
        pytest.param("moved", "the tree was elsewhere at ", marks=pytest.mark.long),
        pytest.param("edited", "is not what was applied", marks=pytest.mark.long),
    ],
)
def test_a_base_that_cannot_be_had_says_why(
    drifted: Shell, monkeypatch: pytest.MonkeyPatch, how: str, why: str
) -> None:
    here = Path.cwd()
    match how:
        case "shallow":
            git("commit", "--quiet", "--allow-empty", "--message=Later")
            git("clone", "--quiet", "--depth=1", f"file://{here}", "clone")
            Path(".agentops").rename("clone/.agentops")
            monkeypatch.chdir("clone")
        case "rewritten":
            subprocess.run(["rm", "-rf", ".git"], check=True)
            git("init", "--quiet")
        case "no git":
            subprocess.run(["rm", "-rf", ".git"], check=True)
        case "moved":
            Path("deep").mkdir()
            for each in ("agents.d", ".agentops"):
                Path(each).rename(f"deep/{each}")
            monkeypatch.chdir("deep")
        case "edited":
            put("environment.yaml", ENVIRONMENT.replace("One.", "Two."))
            drifted("apply", "--yes", "--overwrite", "Environment/sandbox")
            meddle({}, {"description": "Theirs."})
    put("environment.yaml", ENVIRONMENT.replace("One.", "Ours."))
    found = changes(drifted("plan", "-o", "json", status=1).json)["Environment/sandbox.description"]
    assert found["base"] is None
    assert why in found["base_missing"]
    if how == "shallow":
        assert "fetch-depth: 0" in found["base_missing"]
        assert "base text not available: this clone is shallow" in drifted("plan", status=1).out


def test_correct_brings_back_and_leaves_what_waits(drifted: Shell) -> None:
    put("agent.yaml", AGENT.replace("One.", "Two."))
    put("environment.yaml", ENVIRONMENT.replace("One.", "Ours."))
    assert "nobody is there" in drifted("drift", "--mode", "correct", status=2).err.lower()
    said = drifted("drift", "--mode", "correct", "--yes").err
    assert "Edits that wait in the manifests stay there: Agent/reviewer.description" in said
    assert "Environment/sandbox.description is left as it is: it was changed here as well" in said
    found = changes(drifted("plan", "-o", "json", status=1).json)
    assert {key: each["verdict"] for key, each in found.items()} == {
        "Agent/reviewer.description": "update",
        "Environment/sandbox.description": "conflict",
    }


def test_a_policy_judges_the_drift_alone(drifted: Shell) -> None:
    put("agent.yaml", AGENT.replace("claude-opus-5-5", "claude-haiku-5-5"))
    policy = "{policy: {risks: {model_changed: error}, actions: {update: warn}}}"
    put("project.yaml", PROJECT.replace("spec: {}", f"spec: {policy}"))
    assert "plan.policy" not in drifted("drift", "-o", "json").out
    said = drifted("drift", "--mode", "correct", "--yes", "-o", "json").json["plan"]["diagnostics"]
    assert [each["code"] for each in said] == ["plan.policy-warning"] * 2


def test_a_brake_counts_the_drift_alone(drifted: Shell) -> None:
    put("project.yaml", PROJECT.replace("spec: {}", "spec: {brakes: {max_update_count: 1}}"))
    assert "--max-update 2" in drifted("drift", "--mode", "correct", "--yes", status=1).err
    drifted("drift", "--mode", "correct", "--yes", "--only", "Agent/reviewer")
    put("agent.yaml", AGENT.replace("One.", "Ours."))
    drifted("drift", "--mode", "correct", "--yes")


def test_adopt_writes_the_files_and_apply_leaves_nothing_to_do(drifted: Shell) -> None:
    said = drifted("drift", "--mode", "adopt").out
    assert "  < Agent/reviewer: system\n" in said
    assert Path("agents.d/reviewer.md").read_text() == LONG.replace("whole", "half")
    assert Path("agents.d/environment.yaml").read_text() == ENVIRONMENT.replace("One.", "Theirs.")
    assert Path("agents.d/agent.yaml").read_text() == AGENT
    assert drifted("drift").out.endswith("2 more to apply from the manifests; `agentops plan` shows them.\n")
    drifted("apply", "--yes")
    drifted("plan", "--exit-code")


def test_adopt_on_a_branch_leaves_the_working_tree_alone(drifted: Shell) -> None:
    before = git("rev-parse", "HEAD")
    Path("agents.d/notes.txt").write_text("not committed")
    found = drifted("drift", "--mode", "adopt", "--branch", "drift/today", "-o", "json").json
    assert found["files"] == ["agents.d/environment.yaml", "agents.d/reviewer.md"]
    assert found["author"] == "Ada"
    assert git("status", "--porcelain").split() == ["??", "agents.d/notes.txt"]
    assert git("show", "drift/today:agents.d/reviewer.md") == LONG.replace("whole", "half")
    assert git("rev-parse", "drift/today~1") == before
    taken = drifted("drift", "--mode", "adopt", "--branch", "drift/today", status=2).err
    assert "there is a branch `drift/today` already" in taken


@pytest.mark.long
def test_adopt_as_a_patch_is_taken_by_git(drifted: Shell) -> None:
    patch = drifted("drift", "--mode", "adopt", "--patch", "-").out
    drifted("drift", "--mode", "adopt", "--patch", "drift.patch")
    assert Path("drift.patch").read_text() == patch
    assert git("status", "--porcelain").split() == ["??", "drift.patch"]
    git("apply", "drift.patch")
    assert Path("agents.d/environment.yaml").read_text() == ENVIRONMENT.replace("One.", "Theirs.")


@pytest.mark.long
def test_a_live_value_that_looks_like_a_secret_is_not_written(drifted: Shell) -> None:
    meddle({"description": "Use ghp_16C7e42F292c6912E7710c838347Ae178B4a."}, {})
    said = drifted("drift", "--mode", "adopt", status=1).err
    assert "a value looks like a secret: nothing is written to agents.d/agent.yaml" in said
    assert "ghp_" not in said
    assert git("status", "--porcelain") == ""


def test_a_name_that_nobody_declares_is_said(drifted: Shell) -> None:
    for words, said in {
        "Agent/reviewr": "did you mean Agent/reviewer?",
        "Agent/reviewer.sytem": "did you mean system?",
    }.items():
        assert said in drifted("drift", "--only", words, status=2).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--branch", "x"], "add --mode adopt"),
        (["--mode", "adopt", "--yes"], "--yes, --expect and --max-update are for"),
        (["--mode", "adopt", "--branch", "x", "--patch", "y"], "are two places"),
        (["--mode", "adopt", "--patch", "-", "-o", "json"], "cannot both be on standard output"),
        (["--only", "reviewer"], "neither an object nor a field"),
    ],
)
def test_options_that_do_not_go_together_say_so(agentops: Shell, words: list[str], said: str) -> None:
    put("project.yaml", PROJECT)
    told = agentops("drift", *words, status=2)
    assert said in told.out + told.err
