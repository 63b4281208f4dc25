"""Files come back byte for byte, and their notes are the bullets that a reader would call notes."""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentops.memory.files import can_stand, line_of, notes_of, parse, written
from agentops.memory.notes import Memory, Status
from tests.memory.given import texts

PATHS = st.sampled_from(["/facts/a.md", "/MEMORY.md", "/free.txt", "/archive/facts.md", "/a/b/c"])


@settings(max_examples=50)
@given(PATHS, st.text() | texts)
@example("/facts/a.md", "---\r\nkind: fact\r\n---\r\n- a ^abcd\r\n")
@example("/facts/a.md", "- no end of line")
@example("/facts/a.md", "---\n---\n")
@example("/facts/a.md", "\ufeff---\nkind: fact\n---\n")
def test_any_text_comes_back_byte_for_byte(path: str, text: str) -> None:
    assert written(parse(path, text)) == text


@settings(max_examples=50)
@given(PATHS, texts)
def test_every_anchor_of_a_file_is_another_one(path: str, text: str) -> None:
    anchors = [note.anchor for note in parse(path, text).notes]

    assert len(anchors) == len(set(anchors))


@settings(max_examples=50)
@given(texts, texts)
def test_every_anchor_of_a_store_is_another_one(one: str, other: str) -> None:
    anchors = [note.anchor for note in notes_of(Memory({"/facts/a.md": one, "/facts/b.md": other, "/c.md": one}))]

    assert len(anchors) == len(set(anchors))


@settings(max_examples=50)
@given(texts)
def test_the_lines_of_notes_do_not_overlap(text: str) -> None:
    bullets = parse("/free.md", text).bullets

    assert all(one.first < one.end for one in bullets)
    assert all(one.end <= other.first for one, other in pairwise(bullets))


def found(text: str, path: str = "/facts/a.md") -> list[tuple[str, str]]:
    return [(note.anchor if note.anchor[0] != "~" else "~", note.text) for note in parse(path, text).notes]


def test_a_bullet_is_a_note_with_the_anchor_at_its_end() -> None:
    assert found("---\nkind: fact\n---\n- one ^abcd\n* two\n") == [("abcd", "one"), ("~", "two")]


def test_lines_that_go_on_with_a_bullet_belong_to_it() -> None:
    assert found("- one\n  goes on ^abcd\n- two\n") == [("abcd", "one goes on"), ("~", "two")]


def test_a_deeper_bullet_is_a_note_of_its_own() -> None:
    assert found("- one\n  - two\n") == [("~", "one"), ("~", "two")]


def test_bullets_in_fences_are_no_notes() -> None:
    text = "- one\n```sh\n- no\n~~~\n- no\n```\n- two\n~~~~\n- no\n~~~\n- no\n~~~~\n- three\n"

    assert [text for _, text in found(text)] == ["one", "two", "three"]


def test_a_fence_that_nothing_ends_holds_the_rest() -> None:
    assert found("- one\n```\n- no\n") == [("~", "one")]
    assert parse("/facts/a.md", "```\n- no\n").is_open


def test_code_in_one_line_opens_no_fence() -> None:
    assert [text for _, text in found("- ```a``` b\n- two\n")] == ["```a``` b", "two"]


def test_a_line_of_prose_is_a_note_in_a_free_file_alone() -> None:
    prose = "# Title\n\nSeats are by the window.\n\n---\n| a | b |\n"

    assert found(prose, "/notes.md") == [("~", "Seats are by the window.")]
    assert found(prose) == []


def test_a_rule_at_the_top_is_no_head() -> None:
    assert found("---\n- one\n---\n- two\n") == [("~", "one"), ("~", "two")]


def test_the_same_line_twice_has_two_anchors() -> None:
    one, other = parse("/facts/a.md", "- same\n- same\n").notes

    assert one.anchor != other.anchor


def test_an_anchor_that_stands_twice_is_the_first_lines() -> None:
    first, second = notes_of(Memory({"/facts/a.md": "- one ^abcd\n", "/facts/b.md": "- two ^abcd\n"}))

    assert first.anchor == "abcd"
    assert second.anchor.startswith("~")


def test_index_archive_and_what_is_no_text_say_nothing() -> None:
    files = {"/MEMORY.md": "- a\n", "/archive/facts.md": "- b ^abcd\n", "/state.json": "- c\n", "/notes": "- d\n"}

    assert [note.text for note in notes_of(Memory(files))] == ["d"]


def test_what_is_not_sure_says_so_in_its_line_and_not_in_its_claim() -> None:
    line = line_of("Seats are free.", "abcd", Status.PROBATION)

    assert line == "Seats are free. (unconfirmed) ^abcd"
    assert found(f"- {line}\n") == [("abcd", "Seats are free.")]


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_a_claim_that_can_stand_reads_back_whatever_its_status(text: str) -> None:
    if can_stand(text):
        for status in Status:
            assert found(f"- {line_of(text, 'abcd', status)}\n") == [("abcd", text)]


def test_claims_of_two_lines_or_with_an_anchor_cannot_stand() -> None:
    assert can_stand("a plain claim")
    assert not any(map(can_stand, ["", "a\nb", " a", "a ^abcd", "```", "a (disputed)"]))
