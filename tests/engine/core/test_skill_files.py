"""Paths of a skill's files: nothing that leads out of its folder, nothing that two file systems read differently."""

import pytest

from agentops.base.errors import InvalidRequest
from agentops.engine.core.skill_files import opened

HEADER = ("a/SKILL.md", b"---\nname: a\ndescription: d\n---\n")


def refusal(*paths: str) -> str:
    with pytest.raises(InvalidRequest) as caught:
        opened([HEADER, *((path, b"") for path in paths)])
    return caught.value.message


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/a/x", "start in the skill's folder"),
        ("a\\x", "start in the skill's folder"),
        ("C:/x", "start in the skill's folder"),
        ("c:x", "start in the skill's folder"),
        ("a/../x", "empty names"),
        ("a/./x", "empty names"),
        ("a//x", "empty names"),
        ("..", "empty names"),
        ("", "empty names"),
        ("a/\0x", "control characters"),
        ("a/x\n", "control characters"),
        ("a/" + "n" * 256, "255"),
        ("a/" + "n/" * 600 + "x", "1024"),
        ("a/skill.MD", "more than case"),
        ("A/x", "more than case"),
        ("a/SKILL.md/x", "more than case"),
        ("b/x", "one folder"),
        ("__MACOSX/x", "one folder"),
        ("x", "one folder"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(path: str, words: str) -> None:
    assert words in refusal(path)


def test_one_letter_in_two_forms_is_one_path() -> None:
    assert "more than case" in refusal("a/\u00e9", "a/e\u0301")


def test_a_skill_has_at_most_500_files() -> None:
    assert opened([HEADER, *((f"a/{number}", b"") for number in range(499))]).name == "a"
    assert "at most 500" in refusal(*(f"a/{number}" for number in range(500)))


def test_further_keys_are_the_authors() -> None:
    head = b"---\nname: a\ndescription: d\nlicense: MIT\nmetadata: {x: y}\nallowed-tools: Read\nown: [1]\n---\n"
    assert opened([("a/SKILL.md", head)]).description == "d"
