"""Commands in hints are for the target that the person named."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from agentops.cli.aiming import AT_A_TARGET, aimed, target_of
from agentops.cli.failure import run
from agentops.cli.table import cli


def commands(group: click.Group, *words: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found
        if isinstance(found, click.Group):
            yield from commands(found, *words, name)
        else:
            yield " ".join((*words, name)), found


def test_every_command_with_a_target_is_known() -> None:
    assert {name for name, each in commands(cli) if any("--target" in one.opts for one in each.params)} == AT_A_TARGET


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("run `agentops plan`", "run `agentops plan --target prod`"),
        ("`agentops apply --overwrite Agent/a` or", "`agentops apply --overwrite Agent/a --target prod` or"),
        ("`agentops session send last 'go on'`", "`agentops session send last 'go on' --target prod`"),
        ("`agentops explain plan.conflict`", "`agentops explain plan.conflict`"),
        ("`agentops plan --target staging`", "`agentops plan --target staging`"),
        ("`agentops memory log x`", "`agentops memory log x`"),
        ("`agentops run AGENT TASK`", "`agentops run AGENT TASK --target prod`"),
        ("`agentops --debug …`", "`agentops --debug …`"),
    ],
)
def test_a_command_gets_the_target_that_it_takes(text: str, expected: str) -> None:
    assert aimed(text, "prod") == expected
    assert aimed(text, "") == text


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        (["plan", "--target", "prod"], "prod"),
        (["plan", "--target=prod", "-o", "json"], "prod"),
        (["plan", "--target", "a", "--target", "b"], "b"),
        (["plan", "--target"], ""),
        (["plan"], ""),
    ],
)
def test_the_target_is_read_from_the_arguments(arguments: list[str], target: str) -> None:
    assert target_of(arguments) == target


def test_an_error_says_its_way_out_for_the_same_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(cli, ["init"]) == 0
    capsys.readouterr()
    assert run(cli, ["session", "show", "last", "--target", "embedded"]) == 2
    assert "`agentops run AGENT TASK --target embedded` begins one" in capsys.readouterr().err
    assert run(cli, ["session", "show", "last"]) == 2
    assert "`agentops run AGENT TASK` begins one" in capsys.readouterr().err
