"""The head of a file of notes says what was written into it, and any text has a head or none."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentops.memory import front_matter

VALUES = st.none() | st.integers() | st.dates() | st.text()


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(["id", "kind", "scope"]), VALUES | st.lists(st.text(), max_size=3)))
@example({"id": "no"})
@example({"id": "2026-11-21", "kind": "a: b", "scope": "a #b"})
@example({"id": "\x7f\x85\u2028\ufeff", "kind": "null", "scope": ["a#b", "a,b", "{", "1e3"]})
def test_what_is_written_is_read(said: dict[str, object]) -> None:
    head = "".join(f"{line}\n" for line in front_matter.lines(said))

    assert front_matter.split(f"---\n{head}---\nrest\n") == (said or None, "rest\n")


@settings(max_examples=50)
@given(st.text())
def test_any_text_has_a_head_or_none(text: str) -> None:
    said, rest = front_matter.split(text)

    assert text.endswith(rest)
    assert said is None or rest != text


def test_a_head_reads_as_a_person_writes_it() -> None:
    said = {"id": "facts/a-b", "day": date(2026, 11, 2), "support": {"sessions": 6}, "evidence": ["sesn_01#evt_20"]}

    assert front_matter.lines(said) == (
        "id: facts/a-b",
        "day: 2026-11-02",
        "support: {sessions: 6}",
        "evidence: [sesn_01#evt_20]",
    )


@pytest.mark.parametrize(
    "head", ["a: [", "a: 2026-13-45", "{" * 500, "[" * 300000, "a: !!python/object:os.x {}", "\t:"]
)
def test_a_head_that_is_no_yaml_is_none(head: str) -> None:
    text = f"---\n{head}\n---\nrest\n"

    assert front_matter.split(text) == (None, text)


def test_who_changes_what_was_read_changes_nobody_elses() -> None:
    front_matter.split("---\na: {b: 1}\n---\n")[0]["a"]["b"] = 2

    assert front_matter.split("---\na: {b: 1}\n---\n")[0] == {"a": {"b": 1}}
