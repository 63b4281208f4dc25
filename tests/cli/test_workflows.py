"""The workflows for CI call commands that there are, with options that they have."""

import shlex
from pathlib import Path

import click
import pytest
import yaml

from agentops.cli.table import cli

FOLDER = Path(__file__).parents[2] / "examples" / "memory-workflows"
STEPS = [
    (path.name, step["run"])
    for path in sorted(FOLDER.glob("*.yml"))
    for job in yaml.safe_load(path.read_text())["jobs"].values()
    for step in job["steps"]
    if step.get("run", "").startswith("agentops ")
]


@pytest.mark.parametrize(("file", "line"), STEPS)
def test_a_workflow_calls_what_there_is(file: str, line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, f"{file}: {line}"
        command, words = found, words[1:]
    command.make_context(line, words, resilient_parsing=False)


def test_both_workflows_are_looked_at() -> None:
    assert {file for file, _ in STEPS} == {"dream.yml", "sync.yml"}
