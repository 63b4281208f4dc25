"""`agentops rubric test`: rubrics held to what people know of labelled artifacts."""

from pathlib import Path

import pytest

from tests.cli.shell import Shell

from .conftest import FLAT, GOOD, LONG, a_note, a_script

pytestmark = pytest.mark.usefixtures("sandbox")

CASES = Path("agents.d/note.cases")
EXAMPLE = Path(__file__).parents[3] / "examples" / "incident-response"


@pytest.fixture
def labelled(project: Shell) -> Shell:
    """A shell where the rubric has artifacts: one that is good, and one that lacks a heading."""
    a_note(GOOD, f"{CASES}/good/kind/note.md")
    a_note(FLAT, f"{CASES}/bad/flat/note.md")
    a_note("kind: Nothing\n", f"{CASES}/bad/flat/more.yaml")
    (CASES / "cases.yaml").write_text("task: Thank them.\nmisses: {bad/flat: [headings], good/kind: []}\n")
    return project


def test_artifacts_beside_a_rubric_are_no_manifests(labelled: Shell) -> None:
    assert "4 documents in 2 files" in labelled("validate").out


def test_a_rubric_that_finds_what_is_known_agrees(labelled: Shell) -> None:
    said = labelled("rubric", "test", "--model-script", a_script()).out
    assert said.splitlines() == [
        "Rubric/note, scripted",
        "✓ good/kind  satisfied",
        "✓ bad/flat  needs revision  headings",
        "",
        "2 of 2 agree · false passes 0 · false fails 0 · undecided 0",
        "200 tokens in, 20 out",
    ]


def test_checks_alone_leave_open_what_they_cannot_settle(labelled: Shell) -> None:
    said = labelled("rubric", "test", "note", "--checks-only").out
    assert "? good/kind  undecided" in said
    assert "1 of 2 agree · false passes 0 · false fails 0 · undecided 1" in said


def test_a_wrong_verdict_fails_the_command_and_is_told_by_criterion(labelled: Shell) -> None:
    a_note(GOOD, f"{CASES}/good/kind/kindness.txt")
    a_note(LONG, f"{CASES}/bad/rude/note.md")
    (CASES / "cases.yaml").write_text("misses:\n  bad/rude: [short, kind]\n")
    script = a_script(kindness="not_met")
    said = labelled("rubric", "test", "--model-script", script, "-o", "json", status=1).json["rubrics"][0]
    assert (said["false_passes"], said["false_fails"], said["agrees"]) == (["bad/rude"], ["good/kind"], False)
    assert said["criteria"] == {"kind": {"wrongly_met": 1, "wrongly_missed": 0}}
    text = labelled("rubric", "test", "--model-script", script, status=1).out
    assert "✗ good/kind  needs revision: a false fail  kind" in text
    assert "kind was found to be met, and is said to be missed  agents.d/note.cases/cases.yaml:2" in text


def test_every_artifact_is_graded_as_often_as_was_asked_for(labelled: Shell) -> None:
    said = labelled("rubric", "test", "--repeats", "3", "--model-script", a_script()).out
    assert "stability 100 % over 3 repeats" in said
    assert "600 tokens in, 60 out" in said


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ("misses: {bad/falt: [kind]}\n", ("there is no artifact `bad/falt`", "did you mean bad/flat?")),
        ("misses: {bad/flat: [heading]}\n", ("has no criterion `heading`", "did you mean headings?", "cases.yaml:1")),
        ("mises: {}\n", ("has no field `mises`", "did you mean misses?")),
        ("misses: [\n", ("cases.yaml",)),
    ],
)
def test_labels_that_cannot_be_right_are_shown_at_their_place(
    labelled: Shell, labels: str, words: tuple[str, ...]
) -> None:
    (CASES / "cases.yaml").write_text(labels)
    said = labelled("rubric", "test", "--checks-only", status=1).err
    assert [each for each in words if each not in said] == []


def test_what_nobody_would_look_at_is_refused(labelled: Shell) -> None:
    a_note(GOOD, f"{CASES}/godo/note.md")
    said = labelled("rubric", "test", "--checks-only", status=2).err
    assert "nobody would look at agents.d/note.cases/godo" in said
    assert "did you mean good?" in said


def test_the_example_s_rubric_agrees_with_its_labelled_reports(
    agentops: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLE)
    found = agentops("rubric", "test", "--checks-only", "-o", "json").json["rubrics"][0]
    missed = {
        each["name"]: [one["id"] for one in each["judgements"][0]["criteria"] if one["degree"] != "met"]
        for each in found["artifacts"]
        if each["standing"] == "agrees"
    }
    assert missed == {
        "bad/invalid-timeline": ["timeline"],
        "bad/missing-section": ["sections"],
        "bad/too-few-sources": ["sources"],
        "bad/unordered-timeline": ["chronological"],
    }
    assert sum(each["label"] == "good" for each in found["artifacts"]) == 2
