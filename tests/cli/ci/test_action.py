"""The action's very steps, run as GitHub runs them: real events, a forge that speaks its API, a real server."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml

from agentops.reconcile.views.schema import faults
from tests.flow.command import BIN, Command, bare_environment
from tests.flow.server import Server, serving
from tests.memory_repo.forges.fake.repository import Comment, Pull
from tests.memory_repo.forges.fake.server import FakeForge

from .conftest import Running, pull_event

pytestmark = [pytest.mark.flow, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[3]
ACTION = ROOT / ".github" / "actions" / "agentops" / "action.yml"
STEPS = {each.get("name"): each for each in yaml.safe_load(ACTION.read_text())["runs"]["steps"]}
INPUTS = {
    "COMMAND": "command",
    "TREE": "path",
    "TARGET": "target",
    "OPTIONS": "options",
    "EXPECT": "expect",
    "SARIF": "sarif",
    "PLAN_FILE": "plan-file",
}


@dataclass
class Done:
    """A step that has ended."""

    status: int
    log: str
    outputs: dict[str, str]
    summary: str


@dataclass
class Job:
    """A checkout in which the action runs."""

    folder: Path
    forge: FakeForge
    running: Running
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, event: tuple[str, dict[str, Any]], status: int = 0, **inputs: str) -> Done:
        """Run the step of the action for an event."""
        told = self.running(*event)
        runner = self.folder.parent / "runner"
        (runner / "agentops").mkdir(parents=True, exist_ok=True)
        if not (runner / "agentops" / "bin").exists():
            (runner / "agentops" / "bin").symlink_to(BIN)
        script = runner / "step.sh"
        script.write_text(STEPS["Run agentops ci"]["run"])
        given = {name: inputs.get(of.replace("-", "_"), "") for name, of in INPUTS.items()}
        given["TREE"] = given["TREE"] or "agents.d"
        for each in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
            Path(told[each]).write_text("")
        environment = bare_environment(self.folder) | self.settings | told | given | {"RUNNER_TEMP": str(runner)}
        environment["GITHUB_TOKEN"] = inputs.get("token", told["GITHUB_TOKEN"])
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script]
        ended = subprocess.run(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        log = ended.stdout.decode()
        assert ended.returncode == status, log
        assert "Traceback" not in log
        lines = Path(told["GITHUB_OUTPUT"]).read_text().splitlines()
        outputs = dict(each.split("=", 1) for each in lines)
        return Done(ended.returncode, log, outputs, Path(told["GITHUB_STEP_SUMMARY"]).read_text())

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, *words], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def edit(self, file: str, old: str, new: str) -> str:
        """Commit a change, and return the commit."""
        path = self.folder / "agents.d" / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        self.git("commit", "-qam", "Edit")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def job(first_project: Path, tmp_path: Path, forge: FakeForge, github: Running) -> Job:
    """A first project that is committed, and no target but the embedded one."""
    folder = Path(copytree(first_project, tmp_path / "checkout"))
    found = Job(folder, forge, github)
    found.git("init", "-q")
    found.git("add", "agents.d")
    found.git("commit", "-qm", "Begin")
    return found


@pytest.fixture
def server(tmp_path: Path, job: Job) -> Iterator[Server]:
    """A server that the job finds in its variables."""
    with serving(tmp_path / "server") as running:
        job.settings |= running.settings
        yield running


def proposal(pull: Pull, forge: FakeForge, **more: Any) -> tuple[str, dict[str, Any]]:
    return "pull_request", pull_event(pull, forge.kept.path, **more)


def merged(pull: Pull, forge: FakeForge) -> tuple[str, dict[str, Any], str]:
    return "push", {"before": "0" * 40}, forge.kept.merge(pull.number, str(forge.kept.tip(pull.branch)))


def heard(log: str) -> list[str]:
    """Return the commands that GitHub would carry out."""
    found, token = [], ""
    for line in map(str.strip, log.splitlines()):
        if token:
            token = "" if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        elif line.startswith(("::", "##[")):
            found.append(line)
    return found


def test_a_fork_is_planned_without_a_secret_and_says_nothing(job: Job, forge: FakeForge, pull: Pull) -> None:
    base = job.git("rev-parse", "HEAD")
    job.edit("reviewer.yaml", "name: Reviewer", "name: Critic")
    event = proposal(pull, forge, source="stranger/agents")
    event[1]["pull_request"]["base"]["sha"] = base
    done = job(event, command="plan", token="")
    assert done.outputs["has-changes"] == "true"
    assert "agentops offline plan" in done.summary
    assert "~ Agent/reviewer" in done.log
    plan = json.loads((job.folder / done.outputs["plan-file"]).read_text())
    assert [each["address"] for each in plan["steps"]] == ["Agent/reviewer"]
    assert faults("plan", plan) == []
    assert forge.requests == []


@pytest.mark.long
def test_a_proposal_is_planned_reviewed_merged_and_applied(
    job: Job, forge: FakeForge, pull: Pull, server: Server
) -> None:
    first = job(proposal(pull, forge), command="plan")
    assert (first.outputs["has-changes"], first.outputs["is-blocked"]) == ("true", "false")
    (said,) = pull.comments
    assert first.outputs["plan-id"] in said.body
    assert said.body.startswith("<!-- agentops:plan key=")

    job.edit("reviewer.yaml", "name: Reviewer", "name: Critic")
    second = job(proposal(pull, forge), command="plan")
    assert second.outputs["plan-id"] != first.outputs["plan-id"]
    assert [each.id for each in pull.comments] == [said.id], "it is edited in place"
    assert second.outputs["plan-id"] in said.body
    assert first.outputs["plan-id"] not in said.body

    name, event, sha = merged(pull, forge)
    job.settings["GITHUB_SHA"] = sha
    applied = job.__class__(job.folder, forge, lambda *each: {**job.running(*each), "GITHUB_SHA": sha}, job.settings)
    done = applied((name, event), command="apply")
    assert done.outputs["is-applied"] == "true"
    assert [each["name"] for each in server.objects("agents")] == ["Critic"]
    assert "Applied: 2 done." in pull.comments[1].body

    again = applied((name, event), command="apply")
    assert again.outputs["is-applied"] == "false"
    assert "nothing to apply" in again.log


@pytest.mark.long
def test_what_moved_since_it_was_approved_is_not_applied(
    job: Job, forge: FakeForge, pull: Pull, server: Server
) -> None:
    shown = job(proposal(pull, forge), command="plan").outputs["plan-id"]
    job.edit("reviewer.yaml", "name: Reviewer", "name: Critic")
    name, event, sha = merged(pull, forge)
    applying = Job(job.folder, forge, lambda *each: {**job.running(*each), "GITHUB_SHA": sha}, job.settings)
    done = applying((name, event), status=4, command="apply")
    assert f"plan {shown} was approved, but the plan is now {done.outputs['plan-id']}" in done.log
    assert "not applied, the plan is another one now" in pull.comments[-1].body
    assert server.objects("agents") == []
    assert applying((name, event), command="apply", expect=done.outputs["plan-id"]).outputs["is-applied"] == "true"


@pytest.mark.long
def test_what_nobody_approved_is_not_applied(job: Job, forge: FakeForge, pull: Pull, server: Server) -> None:
    pushed = job(("push", {}), status=1, command="apply")
    assert "was not merged by a pull request: no plan is approved" in pushed.log
    forged = job(proposal(pull, forge), command="plan", options="--exit-code", status=0)
    pull.comments[0] = Comment(pull.comments[0].id, pull.comments[0].body, "mallory")
    name, event, sha = merged(pull, forge)
    applying = Job(job.folder, forge, lambda *each: {**job.running(*each), "GITHUB_SHA": sha}, job.settings)
    done = applying((name, event), status=1, command="apply")
    assert f"pull request {pull.number} shows no plan" in done.log
    assert forged.outputs["plan-id"] == done.outputs["plan-id"]
    assert server.objects("agents") == []


@pytest.mark.long
def test_a_comment_that_cannot_be_written_fails_no_job(job: Job, forge: FakeForge, pull: Pull) -> None:
    done = job(proposal(pull, forge), command="plan", token="wrong")
    assert done.outputs["has-changes"] == "true"
    (warning,) = heard(done.log)
    assert warning.startswith("::warning title=agentops::no comment was written: ")
    assert "GITHUB_TOKEN" in warning
    assert job(proposal(pull, forge), command="plan", token="").outputs["has-changes"] == "true"


@pytest.mark.long
def test_no_text_of_a_manifest_is_a_command(job: Job, forge: FakeForge, pull: Pull) -> None:
    trick = "Be kind.\n::error::boom\n  ::set-output name=plan-id::0\n::add-mask::a\n::stop-commands::x\n"
    prompt = next((job.folder / "agents.d" / "prompts").iterdir())
    prompt.write_text(trick)
    job.git("commit", "-qam", "Trick")
    job(proposal(pull, forge), command="plan")
    Command(job.folder)("apply", "--yes")
    prompt.write_text(trick.replace("kind", "kinder"))
    done = job(proposal(pull, forge), command="plan")
    assert "::error::boom" in done.log
    assert heard(done.log) == []


@pytest.mark.long
def test_the_plan_of_a_fork_is_told_as_data(job: Job, forge: FakeForge, pull: Pull) -> None:
    base = job.git("rev-parse", "HEAD")
    job.edit("reviewer.yaml", "name: Reviewer", "name: '@everyone <img src=x>'")
    pull.from_fork = True
    event = proposal(pull, forge, source="stranger/agents")
    event[1]["pull_request"]["base"]["sha"] = base
    file = job.folder / job(event, command="plan", token="").outputs["plan-file"]
    about = {"head_branch": pull.branch, "head_sha": pull.head, "head_repository": {"owner": {"login": "stranger"}}}
    after = ("workflow_run", {"workflow_run": about})
    job(after, command="comment", plan_file=str(file))
    job(after, command="comment", plan_file=str(file))
    (said,) = pull.comments
    assert said.body.startswith("<!-- agentops:offline ")
    assert "`@everyone <img src=x>`" in said.body
    bent = json.loads(file.read_text())
    bent["steps"][0]["action"] = "[x](https://evil.example)"
    file.write_text(json.dumps(bent))
    done = job(after, command="comment", plan_file=str(file))
    assert "is no plan: $.steps[0].action" in done.log
    assert len(pull.comments) == 1


@pytest.mark.long
def test_problems_are_told_at_their_lines_and_first_where_the_proposal_is(
    job: Job, forge: FakeForge, pull: Pull
) -> None:
    for number in range(14):
        text = f"apiVersion: agentops/v1\nkind: Agent\nmetadata:\n  name: a{number:02}\nspec:\n  modle: x\n"
        (job.folder / "agents.d" / f"a{number:02}.yaml").write_text(text)
    job.git("add", "agents.d")
    job.git("commit", "-qm", "Much")
    event = proposal(pull, forge)
    event[1]["pull_request"]["base"]["sha"] = job.git("rev-parse", "HEAD")
    job.edit("a13.yaml", "modle", "modell")
    done = job(event, status=1, command="validate", sarif="out/agentops.sarif")
    told = [each for each in heard(done.log) if each.startswith("::error")]
    assert len(told) == 10
    assert "14 errors" in told[0]
    assert "file=agents.d/a13.yaml,line=6" in told[1]
    assert "file=agents.d/a00.yaml" in told[2]
    assert done.outputs["errors"] == "14"
    assert done.log.count("error[") >= 14, "the log holds all"
    assert "### agentops validate" in done.summary
    sarif = json.loads((job.folder / "out" / "agentops.sarif").read_text())
    assert len(sarif["runs"][0]["results"]) == 14


@pytest.mark.long
def test_drift_is_one_issue_that_closes_by_itself(job: Job, forge: FakeForge, server: Server) -> None:
    Command(job.folder, job.settings)("apply", "--yes")
    event = ("schedule", {})
    assert job(event, command="drift").outputs["has-drift"] == "false"
    assert forge.kept.issues == {}
    (agent,) = server.objects("agents")
    server._call("POST", f"agents/{agent['id']}", {"name": "Meddled", "version": agent["version"]})
    assert job(event, command="drift").outputs["has-drift"] == "true"
    assert job(event, command="drift").outputs["has-drift"] == "true"
    (issue,) = forge.kept.issues.values()
    assert "`Agent/reviewer`" in issue.body
    Command(job.folder, job.settings)("apply", "--yes")
    assert job(event, command="drift").outputs["has-drift"] == "false"
    assert not issue.is_open


def test_a_command_that_there_is_not_is_wrong_usage(job: Job) -> None:
    assert "there is no command `destroy`" in job(("push", {}), status=2, command="destroy").log


def test_every_input_reaches_the_step_as_data() -> None:
    for step in STEPS.values():
        assert "${{" not in step.get("run", ""), "an expression in a script is code"
    given = STEPS["Run agentops ci"]["env"]
    assert {name: re.search(r"inputs\.([\w-]+)", given[name]) is not None for name in INPUTS} == dict.fromkeys(
        INPUTS, True
    )
    declared = set(yaml.safe_load(ACTION.read_text())["inputs"])
    assert declared == {*INPUTS.values(), "github-token"}
    assert os.access(BIN / "agentops", os.X_OK)
