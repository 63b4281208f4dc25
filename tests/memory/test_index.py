"""MEMORY.md has a line for each file that may be relied on, stays small, and keeps what people write into it."""

import pytest
from hypothesis import given, settings

from agentops.memory.index import Entry, entries, indexed
from agentops.memory.layout import INDEX_BYTES, INDEX_LINES
from agentops.memory.notes import Memory, NoteKind, Support
from agentops.memory.operations import Verb
from tests.memory.given import PITFALL, TWO, add, after, note, operation, store, texts

LINE = f"- [pitfalls/booking](pitfalls/booking.md): {PITFALL}\n"
HERS = "# How we work\n\nAsk Anna.\n\n- [mine](mine.md): by hand\n"


def entry(number: int, sessions: int = 1, *, is_pinned: bool = False, words: str = "about") -> Entry:
    return Entry(f"/facts/f{number:03d}.md", words, (is_pinned, sessions))


def test_an_index_that_nobody_wrote_is_made() -> None:
    assert store().files["/MEMORY.md"] == f"# Memory\n\n## Notes\n\n{LINE}"


def test_files_stand_by_kind_and_path() -> None:
    memory = after(store(), add("x", NoteKind.FACT), add("y", NoteKind.PREFERENCE), add("z", about="a"))

    names = [line.split("]")[0][3:] for line in memory.files["/MEMORY.md"].splitlines() if line.startswith("- ")]
    assert names == ["preferences/booking", "facts/booking", "pitfalls/a", "pitfalls/booking"]


def test_a_file_of_which_nothing_is_sure_is_not_named() -> None:
    thin = add(evidence=TWO[:1], support=Support(sessions=1, days=1))

    assert "/MEMORY.md" not in after(Memory(), thin).files
    assert entries(after(Memory(), thin)) == ()


def test_an_index_with_nothing_to_name_goes_with_its_last_file() -> None:
    memory = store()

    assert "/MEMORY.md" not in after(memory, operation(Verb.RETIRE, targets=(note(memory).anchor,))).files


def test_what_a_person_wrote_stays_and_the_notes_get_a_section_behind_it() -> None:
    memory = after(Memory({"/MEMORY.md": HERS}), add())

    assert memory.files["/MEMORY.md"] == f"{HERS}\n## Notes\n\n{LINE}"


def test_what_a_person_wrote_around_the_lines_stays_where_it_is() -> None:
    text = f"# Memory\n\n## Notes\n\nRead these first.\n\n{LINE}- old: mine\n\n## More\n\nEnd."

    memory = after(Memory({"/MEMORY.md": text}), add("other", NoteKind.FACT), add())

    assert memory.files["/MEMORY.md"] == text.replace(LINE, f"- [facts/booking](facts/booking.md): other\n{LINE}")


def test_a_file_that_a_person_links_to_is_not_named_twice() -> None:
    text = "Read [this](/pitfalls/booking.md).\n"

    assert after(Memory({"/MEMORY.md": text}), add()).files["/MEMORY.md"] == text


def test_an_empty_section_of_a_person_is_filled_where_it_is() -> None:
    assert indexed("## Notes\n## More\n", [entry(1)]) == "## Notes\n\n- [facts/f001](facts/f001.md): about\n\n## More\n"
    assert indexed("## Notes", [entry(1)]) == "## Notes\n\n- [facts/f001](facts/f001.md): about\n"


def test_an_index_keeps_to_its_lines_and_the_least_borne_are_left_out() -> None:
    many = [entry(number, sessions=number) for number in range(300)]

    lines = indexed("", many).splitlines()

    assert len(lines) == INDEX_LINES
    assert "f299" in lines[-2]
    assert lines[-1] == f"- {300 - (INDEX_LINES - 5)} more files of notes not listed here: look into the folders"
    assert "f000" not in "".join(lines)


def test_an_index_keeps_to_its_bytes_and_what_is_pinned_stays() -> None:
    many = [entry(number, number, words="é" * 240, is_pinned=number == 0) for number in range(90)]

    text = indexed("", many)

    assert INDEX_BYTES - 600 < len(text.encode()) <= INDEX_BYTES
    assert "f000" in text
    assert indexed(text, many) == text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_end_as_they_did(newline: str) -> None:
    text = indexed(HERS.replace("\n", newline), [entry(1)])

    assert text.count("\n") == text.count(newline)


@settings(max_examples=60)
@given(texts)
def test_whatever_a_person_wrote_the_index_is_the_same_twice(text: str) -> None:
    once = indexed(text, [entry(1), entry(2)])

    assert indexed(once, [entry(1), entry(2)]) == once
    assert all(line in once for line in text.split("\n") if line.strip())
