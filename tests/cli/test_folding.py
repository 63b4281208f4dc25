"""Lines that are folded where a terminal ends, and never in a pipe."""

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.paint import Paint
from agentops.cli.folding import folded, write_folded

LINE = "  ~ Agent/sorter  update, version 2 → 3: changed in the manifest, and on the target since the last apply"


def test_a_line_is_broken_between_words_and_what_follows_is_set_in() -> None:
    assert [*folded(LINE, 60)] == [
        "  ~ Agent/sorter  update, version 2 → 3: changed in the",
        "      manifest, and on the target since the last apply",
    ]
    assert [*folded("short", 60)] == ["short"]
    assert [*folded("      agents.d/" + "x" * 80, 60)] == ["      agents.d/" + "x" * 80]


def test_colours_take_no_room_and_wide_letters_take_two() -> None:
    painted = Paint(is_on=True)("red", "twenty-nine letters, in colour")
    assert [*folded(painted, 30)] == [painted]
    assert [*folded("日本語 日本語 日本語", 14)] == ["日本語 日本語", "    日本語"]
    assert [*folded("e\u0301" * 40, 40)] == ["e\u0301" * 40]


@given(st.text("ab \x1b", max_size=80), st.integers(10, 40))
def test_nothing_gets_lost_but_the_spaces_at_a_break(line: str, width: int) -> None:
    parts = [*folded(line, width)]
    assert "".join(parts).split() == line.split() or "".join("".join(parts).split()) == "".join(line.split())
    assert all(len(each) <= width or len(each.split()) == 1 for each in parts)


def test_a_pipe_gets_lines_as_they_are(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    write_folded([LINE])
    assert capsys.readouterr().out == f"{LINE}\n"


@pytest.mark.parametrize(("columns", "lines"), [("60", 2), ("8", 1)])
def test_a_terminal_gets_lines_of_its_width(monkeypatch: pytest.MonkeyPatch, columns: str, lines: int) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as seen, os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setenv("COLUMNS", columns)
        write_folded([LINE, "end"])
        terminal.flush()
        said = b""
        while b"end\r\n" not in said:  # a terminal may hand out what it got line by line
            said += seen.read(4096)
    assert said.count(b"\n") == lines + 1
