"""What goes wrong between people and servers: a sentence that names the thing and the way out, and never a key."""

import socket
import subprocess

import pytest

from .command import AGENTOPS, PATIENCE_S, Command, bare_environment
from .server import Server

pytestmark = [pytest.mark.flow, pytest.mark.timeout(120)]

KEY = "sk-ant-of-somebody-who-mistyped"


def test_a_wrong_key(first: Command, server: Server) -> None:
    for command in ("plan", "doctor"):
        said = first(command, status=1, ANTHROPIC_BASE_URL=server.url, ANTHROPIC_API_KEY=KEY)
        assert "The API key is not valid" in said.out + said.err
        assert "ANTHROPIC_API_KEY" in said.out + said.err


def test_a_server_that_is_not_there(first: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        for command in (["plan"], ["destroy", "--yes"], ["doctor"]):
            said = first(*command, status=1, ANTHROPIC_BASE_URL=url, ANTHROPIC_API_KEY=KEY)
            assert f"{url} gave no answer" in said.out + said.err
            assert "check the address and that the server runs" in said.out + said.err


def test_an_address_that_is_none(first: Command) -> None:
    said = first("plan", status=2, ANTHROPIC_BASE_URL="127.0.0.1:8700", ANTHROPIC_API_KEY=KEY)
    assert "127.0.0.1:8700 is no address of a server" in said.err
    assert "http://host:port" in said.err


def test_no_key(first: Command, server: Server) -> None:
    said = first("plan", status=2, ANTHROPIC_BASE_URL=server.url)
    assert f"{server.url} needs a credential and none is set" in said.err


def test_a_target_that_nobody_declared(first: Command) -> None:
    said = first("plan", "--target", "embeded", status=2, ANTHROPIC_API_KEY=KEY)
    assert "target `embeded` is not declared" in said.err
    assert "did you mean `embedded`?" in said.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["pln"], "there is no command `pln`: did you mean `plan`?"),
        (["plan", "--prun"], "No such option"),
        (["plan", "-o", "yaml"], "'yaml' is not one of 'text', 'json'"),
        (["plan", "--adopt", "reviewer"], "--adopt reviewer: not an address"),
        (["plan", "--max-archive", "-1"], "-1 is not in the range"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_a_typo_is_wrong_usage(first: Command, arguments: list[str], sentence: str) -> None:
    said = first(*arguments, status=2)
    assert sentence in said.err
    assert said.out == ""


def test_a_tree_that_is_not_there(agentops: Command) -> None:
    said = agentops("plan", "no-such-folder", status=1)
    assert "no-such-folder" in said.err


def test_a_database_of_another_program_is_left_alone(first: Command) -> None:
    home = first.folder / ".agentops"
    home.mkdir(exist_ok=True)
    (home / "engine.db").write_bytes(b"this is no database, but somebody may love it" * 100)
    said = first("plan", status=1)
    assert "engine.db" in said.err
    assert (home / "engine.db").read_bytes().startswith(b"this is no database")


def test_a_reader_that_goes_away_early_ends_it_quietly(first: Command) -> None:
    for arguments in (["plan"], ["plan", "-o", "json"]):
        with subprocess.Popen(
            [AGENTOPS, *arguments],
            cwd=first.folder,
            env=bare_environment(first.folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.wait(PATIENCE_S) == 1
            assert process.stderr.read() == ""
