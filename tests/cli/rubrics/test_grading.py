"""`agentops rubric show` and `grade`: what graders are given, and what an artifact comes to without a session."""

from pathlib import Path

import pytest

from agentops.wire.rubric_text import read
from tests.cli.shell import Shell

from .conftest import FLAT, GOOD, LONG, a_note, a_script

pytestmark = pytest.mark.usefixtures("sandbox")


def test_the_text_of_a_rubric_is_what_targets_are_sent(project: Shell) -> None:
    text = project("rubric", "show", "note").out
    assert text.startswith("# A good note\n")
    assert read(text).spec is not None
    shown = project("rubric", "show", "Rubric/note", "-o", "json").json["rubric"]
    assert shown["text"] == text
    assert shown["spec"]["pass"] == 0.6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "not"), ("there is no rubric `not`", "did you mean `note`?")),
        (("grade", "nothing-like-it", "."), ("there is no rubric", "there are: bare, note, taste")),
        (("grade", "note", "."), ("no model is configured", "--checks-only")),
        (("test", "note"), ("Rubric/note has no labelled artifacts", "agents.d/note.cases/good")),
        (("test",), ("no rubric of the manifests has labelled artifacts", "NAME.cases")),
        (("check", "last", "--rubric", "taste"), ("Rubric/taste has no checks",)),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else each,
)
def test_what_is_wrong_is_said_before_anything_is_done(
    project: Shell, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    said = project("rubric", *arguments, status=2).err
    assert [each for each in words if each not in said] == []
    assert not Path(".agentops").exists()


def test_a_grader_judges_what_no_check_settles(project: Shell) -> None:
    asked = project("rubric", "grade", "note", str(a_note(GOOD)), "--model-script", a_script())
    assert "grading note.md by Rubric/note" in asked.err
    assert [line.split() for line in asked.out.splitlines()][2:] == [
        ["✓", "kind", "met", "grader", "I", "read", "it."],
        [],
        ["score", "1.00,", "0.60", "is", "enough"],
        ["result", "satisfied"],
        ["usage", "100", "tokens", "in,", "10", "out"],
    ]


def test_what_code_found_no_model_overrules(project: Shell) -> None:
    script = a_script()
    said = project("rubric", "grade", "note", str(a_note(FLAT)), "--model-script", script, "-o", "json", status=1).json
    assert (said["result"], said["score"], said["threshold"]) == ("needs_revision", 0.75, 0.6)
    found = {each["id"]: (each["degree"], each["settled_by"]) for each in said["criteria"]}
    assert found == {"headings": ("not_met", "check"), "short": ("met", "check"), "kind": ("met", "grader")}
    assert said["usage"]["input_tokens"] == 100


def test_by_checks_alone_nothing_is_satisfied_that_nobody_judged(project: Shell) -> None:
    said = project("rubric", "grade", "note", str(a_note(GOOD)), "--checks-only", status=1).out
    assert "? kind      not judged  no check settles it" in said
    assert "score      0.50 to 1.00, 0.60 is enough" in said
    assert "result     undecided" in said
    assert "nobody judged kind" in said


def test_by_checks_alone_the_work_can_be_found_wanting(project: Shell) -> None:
    said = project("rubric", "grade", "note", str(a_note(FLAT)), "--checks-only", "-o", "json", status=1).json
    assert (said["result"], said["score"], said["unjudged"]) == ("needs_revision", None, ["kind"])
    assert (said["score_at_least"], said["score_at_most"]) == (0.25, 0.75)
    long = project("rubric", "grade", "note", str(a_note(LONG)), "--checks-only", status=1).out
    assert "✗ short" in long
    assert "ended with status 1" in long


def test_where_every_criterion_has_a_check_no_model_is_asked(project: Shell) -> None:
    a_note(GOOD, "work/note.md")
    assert "result     satisfied" in project("rubric", "grade", "bare", "work").out
    assert "result     needs revision" in project("rubric", "grade", "bare", "agents.d", status=1).out


def test_an_artifact_is_left_as_it_was_and_runs_nothing_outside(project: Shell) -> None:
    Path("agents.d/rubrics.yaml").write_text(
        "apiVersion: agentops/v1\nkind: Rubric\nmetadata: {name: note}\nspec:\n  criteria:\n"
        "    - {id: runs, text: It runs., check: {run: 'sh /mnt/session/outputs/run.sh'}}\n"
    )
    here = Path.cwd()
    a_note(f"touch {here}/escaped; rm -rf /mnt/session/outputs/*; test ! -e {here}\n", "work/run.sh")
    Path("work/link").symlink_to("/etc/passwd")
    assert "result     satisfied" in project("rubric", "grade", "note", "work").out
    assert sorted(each.name for each in Path("work").iterdir()) == ["link", "run.sh"]
    assert not Path("escaped").exists()


def test_a_rubric_without_a_model_of_its_own_wants_one_named(project: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTOPS_MODEL_BASE_URL", "http://127.0.0.1:9")
    said = project("rubric", "grade", "note", str(a_note(GOOD)), status=2).err
    assert "Rubric/note names no model that grades" in said
    assert "--model ID" in said


def test_without_walls_it_is_said_that_commands_do_not_see_the_artifact(project: Shell) -> None:
    said = project("rubric", "grade", "note", str(a_note(GOOD)), "--checks-only", "--unsafe-local-tools", status=1)
    assert "✓ headings" in said.out
    assert "what the checks of short find says nothing" in said.err
