"""Text or JSON, coloured or not: what a stream gets."""

import io
import json
from typing import Any

import click
import pytest

from agentops.base.diagnostics import Report
from agentops.base.views.json import no_source
from agentops.cli import output
from agentops.cli.failure import run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("stream", "settings", "is_coloured"),
    [
        (Terminal, {}, True),
        (Terminal, {"TERM": "xterm"}, True),
        (Terminal, {"TERM": "dumb"}, False),
        (Terminal, {"NO_COLOR": "1"}, False),
        (Terminal, {"NO_COLOR": ""}, True),
        (io.StringIO, {}, False),
        (io.StringIO, {"TERM": "xterm"}, False),
        (io.StringIO, {"FORCE_COLOR": "1"}, True),
        (io.StringIO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, name: str, stream: type[io.StringIO], settings: dict[str, str], is_coloured: bool
) -> None:
    for key, value in settings.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setattr(f"sys.{name}", stream())
    paint = output.stdout_paint() if name == "stdout" else output.stderr_paint()
    assert paint.is_on is is_coloured


@click.command()
@output.output_option
def answer(output: str) -> None:
    print(output)


@pytest.mark.parametrize(
    ("arguments", "chosen"), [([], "text"), (["-o", "json"], "json"), (["--output", "text"], "text")]
)
def test_text_is_printed_unless_json_is_asked_for(
    arguments: list[str], chosen: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(answer, arguments) == 0
    assert capsys.readouterr().out == f"{chosen}\n"


def test_another_output_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(answer, ["-o", "yaml"]) == 2
    assert "'yaml' is not one of 'text', 'json'" in capsys.readouterr().err


def test_json_is_one_document_in_the_words_of_its_authors(capsys: pytest.CaptureFixture[str]) -> None:
    value: Any = {"naïve": ["日本", None, True]}
    output.write_json(value)
    said = capsys.readouterr()
    assert json.loads(said.out) == value
    assert "日本" in said.out
    assert said.err == ""


def test_progress_and_reports_stay_off_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("half way")
    output.write_report(Report(), no_source)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "half way\n")
