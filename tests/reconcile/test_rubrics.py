"""A rubric's text: words that any grader reads, and at its end what our engine's code reads."""

from pathlib import Path

from agentops.reconcile.resource import Rendered
from agentops.wire.rubric_text import RubricText, read

from .declaring import lowered, manifest

RUBRIC = """
title: Careful
description: Grades a note.
pass: 0.8
max_iterations: 5
criteria:
  - {id: sources, text: {file: sources.md}, weight: 3, required: true}
  - id: headings
    text: Two headings.
    check: {path: /mnt/session/outputs/note.md, present: '(?m)^## ', min_count: 2}
  - {id: fences, text: Shows its commands in ``` fences., check: {run: 'grep -q ``` note.md', exit: 0, timeout_s: 5}}
grader: {model: claude-sonnet-5-5, instructions: Read it as a stranger.}
"""


def rendered(folder: Path, spec: str = RUBRIC) -> Rendered:
    (folder / "agents.d").mkdir(parents=True, exist_ok=True)
    (folder / "agents.d" / "sources.md").write_text("Every fact has a source.\n")
    desired, report = lowered(folder, manifest("Rubric", "careful", spec))
    assert not report.diagnostics
    (found,) = desired.rendered
    return found


def text_of(folder: Path, spec: str = RUBRIC) -> RubricText:
    return read(rendered(folder, spec).text)


def test_the_words_tell_a_grader_that_runs_no_checks_all_it_needs(tmp_path: Path) -> None:
    assert text_of(tmp_path).words.splitlines() == [
        "# Careful",
        "",
        "Grades a note.",
        "",
        "The work passes with a weighted score of at least 80 %.",
        "A required criterion that is not met fails the work whatever the score.",
        "",
        "## Criteria",
        "",
        "### sources (weight 3, required)",
        "",
        "Every fact has a source.",
        "",
        "### headings (weight 1)",
        "",
        "Two headings.",
        "",
        "Settled by a check: min count `2`, path `/mnt/session/outputs/note.md`, present `(?m)^## `.",
        "",
        "### fences (weight 1)",
        "",
        "Shows its commands in ``` fences.",
        "",
        "Settled by a check: exit `0`, run `grep -q ``` note.md`, timeout s `5`.",
        "",
        "## How to grade",
        "",
        "Read it as a stranger.",
    ]


def test_the_block_holds_what_code_needs_with_texts_of_files(tmp_path: Path) -> None:
    found = text_of(tmp_path)
    assert not found.problems
    assert found.spec is not None
    sources, headings, fences = found.spec.criteria
    assert (sources.text, sources.weight, sources.required) == ("Every fact has a source.\n", 3, True)
    assert headings.check is not None
    assert (headings.check.present, headings.check.min_count) == ("(?m)^## ", 2)
    assert fences.check is not None
    assert (fences.check.run, fences.check.exit, fences.check.timeout_s) == ("grep -q ``` note.md", 0, 5)
    assert found.spec.pass_ == 0.8
    assert found.spec.grader is not None
    assert found.spec.grader.model == "claude-sonnet-5-5"


def test_equal_rubrics_give_equal_texts_however_often_the_work_may_be_revised(tmp_path: Path) -> None:
    other = RUBRIC.replace("max_iterations: 5", "max_iterations: 2").replace("title: Careful\n", "")
    reordered = f"{other}\ntitle: Careful\n"
    assert rendered(tmp_path / "a").text == rendered(tmp_path / "b", reordered).text
    assert rendered(tmp_path / "a").text != rendered(tmp_path / "c", RUBRIC.replace("0.8", "0.7")).text
