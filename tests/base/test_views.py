"""Renderings of a report: nothing is said more or less in one than in another, and no text acts on a terminal."""

import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.base.diagnostics import Code, Diagnostic, Related, Report, Severity, Span
from agentops.base.views.github import report_github
from agentops.base.views.json import report_json
from agentops.base.views.sarif import report_sarif
from agentops.base.views.text import report_text

DANGLING = Code("reference.dangling", "A name that nothing has", "Long form.")
ODD = Code("yaml.look-alike", "A word", "Long form.", Severity.WARNING)
MASS = Code("plan.mass", "Many", "Long form.", Severity.NOTE)

LINES = {("a.yaml", 9): "    - agent: reviwer", ("a.yaml", 10): "  x: yes", ("b c.yaml", 120): "name: reviewer"}


def source(file: str, line: int) -> str:
    return LINES.get((file, line), "")


FULL = Report.of(
    [
        Diagnostic(
            DANGLING,
            "Team/research names an agent that does not exist",
            Span("a.yaml", 9, 14, 9, 21),
            "did you mean Agent/reviewer?",
            ("a note",),
            (Related(Span("b c.yaml", 120, 7, 120, 15), "declared here"),),
        ),
        Diagnostic(ODD, "`yes` is text", Span("a.yaml", 10, 6, 12, 1), "write true"),
        Diagnostic(MASS, "nothing to see"),
    ]
)


def test_text_reads_like_a_good_compiler() -> None:
    assert report_text(report_json(FULL, source)) == (
        "note[plan.mass]: nothing to see\n"
        "\n"
        "error[reference.dangling]: Team/research names an agent that does not exist\n"
        "   --> a.yaml:9:14\n"
        "    |\n"
        "  9 |     - agent: reviwer\n"
        "    |              ^^^^^^^ did you mean Agent/reviewer?\n"
        "    |\n"
        "   ::: b c.yaml:120:7\n"
        "    |\n"
        "120 | name: reviewer\n"
        "    |       -------- declared here\n"
        "    |\n"
        "    = note: a note\n"
        "\n"
        "warning[yaml.look-alike]: `yes` is text\n"
        "  --> a.yaml:10:6\n"
        "   |\n"
        "10 |   x: yes\n"
        "   |      ^^^ write true\n"
        "\n"
        "1 error, 1 warning, 1 note in 1 file"
    )


def test_colour_changes_nothing_but_the_colour() -> None:
    document = report_json(FULL, source)
    coloured = report_text(document, colour=True)
    assert "\x1b[31m" in coloured
    plain = coloured
    for code in ("0", "1", "31", "33", "34", "36"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert plain == report_text(document)


def test_an_empty_report_is_silent() -> None:
    document = report_json(Report())
    assert report_text(document) == ""
    assert report_github(document) == ""
    assert report_sarif(document)["runs"][0]["results"] == []


def test_a_place_without_a_line_still_says_what_to_do() -> None:
    text = report_text(report_json(FULL))
    assert "--> a.yaml:9:14\n    = help: did you mean Agent/reviewer?" in text


@pytest.mark.parametrize(
    ("line", "column", "end", "pointer"),
    [
        ("key: 日本語 x", 6, 9, "     ^^^^^^"),
        ("日本: x", 5, 6, "      ^"),
        ("\ta: b", 1, 2, "^^^^"),
        ("a: e\u0301x", 6, 7, "    ^"),
        ("a: \x1b[31mx", 4, 5, "   ^^^^"),
        ("a", 5, 6, " ^"),
    ],
)
def test_the_caret_stands_below_what_it_points_at(line: str, column: int, end: int, pointer: str) -> None:
    report = Report((Diagnostic(DANGLING, "m", Span("f", 1, column, 1, end)),))
    assert report_text(report_json(report, lambda _file, _line: line)).splitlines()[4] == f"  | {pointer}"


def test_an_endless_line_is_shown_around_its_place() -> None:
    report = Report((Diagnostic(DANGLING, "m", Span("f", 1, 500_001, 1, 500_004)),))
    text = report_text(report_json(report, lambda _file, _line: "x" * 500_000 + "abc" + "y" * 500_000))
    assert len(text) < 500
    shown, pointer = text.splitlines()[3:5]
    assert shown[pointer.index("^") : pointer.rindex("^") + 1] == "abc"


def test_github_gets_one_escaped_command_for_each_problem() -> None:
    lines = report_github(report_json(FULL, source)).splitlines()
    assert lines == [
        (
            "::error file=a.yaml,line=9,endLine=9,col=14,endColumn=21,title=reference.dangling"
            "::Team/research names an agent that does not exist: did you mean Agent/reviewer?%0Aa note"
            "%0Ab c.yaml:120: declared here"
        ),
        "::warning file=a.yaml,line=10,endLine=12,title=yaml.look-alike::`yes` is text: write true",
        "::notice title=plan.mass::nothing to see",
    ]


def test_github_hears_the_count_first_when_it_will_not_show_all() -> None:
    many = Report.of(Diagnostic(DANGLING, f"m {n}", Span("a,b:c%.yaml", n, 1, n, 2)) for n in range(1, 12))
    lines = report_github(report_json(many)).splitlines()
    told = "11 errors in 1 file; GitHub shows the first 10 of a kind, the log holds all"
    assert lines[0] == f"::error title=agentops::{told}"
    assert "file=a%2Cb%3Ac%25.yaml" in lines[1]
    assert len(lines) == 10


def test_github_hears_first_of_what_a_pull_request_is_about_and_no_more_than_it_shows() -> None:
    many = [Diagnostic(DANGLING, f"m {n}", Span(f"{n:03}.yaml", 1, 1, 1, 2)) for n in range(400)]
    doubts = [Diagnostic(ODD, f"w {n}", Span(f"{n:03}.yaml", 1, 1, 1, 2)) for n in range(3)]
    lines = report_github(report_json(Report.of([*many, *doubts])), first={"399.yaml", "002.yaml"}).splitlines()
    assert [each.partition("::m ")[2] for each in lines[1:4]] == ["2", "399", "0"]
    assert [each.partition("::w ")[2] for each in lines[10:]] == ["2", "0", "1"]
    assert sum(each.startswith("::error") for each in lines) == 10


def test_sarif_names_rules_places_and_the_way_columns_count() -> None:
    (run,) = report_sarif(report_json(FULL, source))["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert rules == sorted(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    note, error, warning = run["results"]
    assert note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "."
    assert error["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 9,
        "startColumn": 14,
        "endLine": 9,
        "endColumn": 21,
    }
    assert error["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b%20c.yaml"
    assert warning["level"] == "warning"


ACTING = "".join(map(chr, [*range(32), *range(127, 160), 0x202E, 0x2066, 0xD800])).replace("\n", "").replace("\t", "")

texts = st.text(st.sampled_from(f"{ACTING}\n\t::%,x 日é"), max_size=12)


@settings(max_examples=60, deadline=None)
@given(message=texts, label=texts, note=texts, file=texts, line=texts, column=st.integers(1, 15))
def test_no_text_from_a_file_acts_on_a_terminal_or_ends_a_line(
    message: str, label: str, note: str, file: str, line: str, column: int
) -> None:
    span = Span(file, 1, column, 1, column + 2)
    report = Report((Diagnostic(DANGLING, message, span, label, (note,), (Related(span, label),)),))
    document = report_json(report, lambda _file, _line: line.replace("\n", ""))
    text, github = report_text(document), report_github(document)
    sarif = json.dumps(report_sarif(document), ensure_ascii=False)
    for rendering, character in product((text, github, sarif, json.dumps(document, ensure_ascii=False)), ACTING):
        assert character not in rendering
    assert len(github.splitlines()) == 1
    assert text.encode()
