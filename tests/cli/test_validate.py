"""`agentops validate`, `schema` and `explain`, as somebody types them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agentops.base.errors import UsageError
from agentops.cli.commands.explain import explain
from agentops.cli.commands.schema import schema
from agentops.cli.commands.validate import validate

PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: p}\n"
AGENT = "apiVersion: agentops/v1\nkind: Agent\nmetadata: {name: x}\nspec: {model: claude-opus-5-5}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    folder = tmp_path / "agents.d"
    folder.mkdir()
    (folder / "project.yaml").write_text(PROJECT)
    (folder / "x.yaml").write_text(AGENT)
    return folder


def run(command: Any, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_a_right_tree_is_said_in_one_line(project: Path) -> None:
    result = run(validate)
    assert (result.exit_code, result.output) == (0, "ok: 2 documents in 2 files\n")


def test_a_wrong_tree_ends_with_one(project: Path) -> None:
    (project / "x.yaml").write_text(AGENT.replace("model", "modle"))
    result = run(validate)
    assert result.exit_code == 1
    assert "did you mean model?" in result.output
    assert result.output.endswith("1 error in 1 file\n")


def test_a_warning_alone_does_not_fail(project: Path) -> None:
    (project / "x.yaml").write_text(AGENT.replace("opus-5-5", "opus-5-5, system: yes"))
    result = run(validate)
    assert result.exit_code == 0
    assert "1 warning in 1 file" in result.output


@pytest.mark.parametrize("flag", ["--format", "--output", "-o"])
def test_programs_get_one_json_document(project: Path, flag: str) -> None:
    document = json.loads(run(validate, flag, "json").output)
    assert document["diagnostics"] == []
    assert document["checked"] == {"documents": 2, "files": 2}
    (project / "x.yaml").write_text("[")
    result = run(validate, flag, "json")
    assert result.exit_code == 1
    assert json.loads(result.output)["summary"]["errors"] == 1
    assert json.loads(run(validate, flag, "sarif").output)["version"] == "2.1.0"
    assert run(validate, flag, "github").output.startswith("::error file=agents.d/x.yaml,line=1")


def test_one_file_of_a_project_is_judged_in_its_project(project: Path) -> None:
    (project / "team.yaml").write_text(
        "apiVersion: agentops/v1\nkind: Team\nmetadata: {name: t}\nspec: {lead: x, specialists: [x]}\n"
    )
    (project / "broken.yaml").write_text("[")
    assert run(validate, "agents.d/team.yaml").output == "ok: 1 document in 1 file\n"
    assert run(validate, str(project / "broken.yaml")).exit_code == 1


def test_a_path_that_is_nowhere_is_a_problem_not_a_traceback(project: Path) -> None:
    result = run(validate, "nowhere")
    assert result.exit_code == 1
    assert "error[tree.not-found]" in result.output


def test_schemas_are_written_printed_and_checked(project: Path) -> None:
    assert run(schema, "--check").exit_code == 1
    assert run(schema).output == "schema: 14 schemas, 14 changed\n"
    assert run(schema, "--check").output == "schema: 14 schemas are up to date\n"
    Path("schema/Agent.json").write_text("{}")
    assert run(schema, "--check").exit_code == 1
    assert json.loads(run(schema, "--kind", "Agent").output)["title"] == "Agent"
    error = run(schema, "--kind", "Agnet").exception
    assert isinstance(error, UsageError)
    assert error.hint == "did you mean Agent?"


def test_a_code_is_explained_found_by_its_end_and_guessed(project: Path) -> None:
    assert run(explain, "yaml.tab").output.startswith("error[yaml.tab]: A tab is used for indentation\n\nYAML indents")
    assert run(explain, "tab").output == run(explain, "yaml.tab").output
    assert "reference.dangling  " in run(explain).output
    assert json.loads(run(explain, "yaml.tab", "-o", "json").output)["codes"][0]["code"] == "yaml.tab"
    error = run(explain, "reference.danglin").exception
    assert isinstance(error, UsageError)
    assert error.hint == "did you mean reference.dangling?"
