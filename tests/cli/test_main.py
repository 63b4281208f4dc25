"""The command table: every command is there, says what it does, and costs nothing until it is called."""

import subprocess
import sys

import click
import pytest

import agentops
from agentops.cli.failure import run
from agentops.cli.table import _COMMANDS, cli

DEAR = {"anthropic", "asyncio", "httpx2", "pydantic", "rich", "sqlite3", "starlette", "uvicorn", "yaml"}
LOADED = """
import sys
from agentops.cli.table import cli
print(*{each.split(".")[0] for each in sys.modules})
"""


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, [name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: agentops {name}")


def test_the_help_names_every_command_and_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {each} " in said for each in _COMMANDS)
    assert all(f"  {code} " in said for code in (0, 1, 2, 3, 4, 130))


def test_every_option_is_described() -> None:
    context = click.Context(cli)
    for name in _COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.help, name
        for each in command.params:
            assert not isinstance(each, click.Option) or each.help, f"{name} {each.opts}"


def test_a_misspelt_command_names_the_one_that_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["aply"]) == 2
    assert "there is no command `aply`: did you mean `apply`?" in capsys.readouterr().err


def test_an_unknown_command_says_where_the_list_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["zzz"]) == 2
    assert "there is no command `zzz`: `agentops --help` lists the commands" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--version"], ["version"]])
def test_the_version_can_be_asked_for_in_two_ways(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, arguments) == 0
    assert capsys.readouterr().out == f"agentops, version {agentops.__version__}\n"


def test_start_up_loads_nothing_but_the_command_line() -> None:
    command = [sys.executable, "-c", LOADED]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert "click" in loaded
    assert not loaded & DEAR


def test_the_version_is_told_before_even_the_command_line_is_loaded() -> None:
    script = "import sys; sys.argv[1:] = ['--version']; from agentops.cli.main import main; main(); print(*sys.modules)"
    told, loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert told == f"agentops, version {agentops.__version__}"
    assert "click" not in loaded.split()
