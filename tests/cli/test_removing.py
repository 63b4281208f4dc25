"""What the command line refuses before any target is met."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from agentops.base.errors import AgentopsError, InvalidManifests, UsageError
from agentops.cli.table import cli

_PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: acme}\nspec: {}\n"
_AGENT = "apiVersion: agentops/v1\nkind: Agent\nmetadata: {name: reviewer}\nspec: {model: claude-opus-5-5}\n"


def refusal(*words: str) -> AgentopsError:
    found = CliRunner().invoke(cli, words).exception
    assert isinstance(found, AgentopsError), found
    return found


def test_a_tree_with_an_error_prunes_nothing_however_much_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text(_PROJECT)
    (tmp_path / "agent.yaml").write_text(_AGENT.replace("model", "modle"))
    words = ("--prune", "--no-grace", "--max-archive", "99", "--allow-partial-checkout", "--yes")
    assert isinstance(refusal("apply", str(tmp_path), *words), InvalidManifests)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("plan", "--no-grace"), "--archive-now"),
        (("plan", "--archive-now", "reviewer"), "write Kind/name"),
        (("forget",), "name addresses"),
        (("forget", "reviewer"), "write Kind/name"),
    ],
)
def test_options_that_say_nothing_are_refused_with_a_way_out(words: tuple[str, ...], hint: str) -> None:
    found = refusal(*words)
    assert isinstance(found, UsageError)
    assert hint in found.hint
