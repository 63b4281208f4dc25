"""A terminal that has only ASCII is told all the same, and a program gets the same JSON."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import pytest

from agentops.cli.failure import run
from agentops.cli.output import write_json
from agentops.cli.table import cli


@contextmanager
def narrow() -> Iterator[io.TextIOWrapper]:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with redirect_stdout(stream):
        yield stream


def said(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("ascii")


def test_a_plan_is_shown_in_the_letters_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "AGENTOPS_TARGET"):
        monkeypatch.delenv(name, raising=False)
    assert run(cli, ["init"]) == 0
    prompt = next((tmp_path / "agents.d").glob("reviewer.yaml"))
    prompt.write_text(prompt.read_text("utf-8").replace("name: Reviewer", "name: Prüferin"), "utf-8")
    with narrow() as stream:
        assert run(cli, ["plan"]) == 0
        text = said(stream)
    assert " -> embedded" in text
    assert "Plan: 2 to create" in text


def test_json_is_the_same_whatever_letters_there_are() -> None:
    with narrow() as stream:
        write_json({"a": "Prüferin → 🙂"})
        assert json.loads(said(stream)) == {"a": "Prüferin → 🙂"}
