"""The right note is found by its words, and trusted notes go first."""

from datetime import timedelta

from agentops.memory.evidence import Origin
from agentops.memory.notes import Memory, NoteKind, Support, Trust
from agentops.memory.operations import Verb
from agentops.memory.recall import search
from tests.memory.given import DAY, PERSON, PITFALL, TWO, add, after, note, operation, store

CLAIMS = ("gates close early in winter", "meals are cold on short flights", PITFALL)


def found(memory: Memory, query: str, **more: object) -> list[str]:
    return [one.note.text for one in search(memory, query, **more)]  # type: ignore[arg-type]  # most, today


def test_a_note_is_found_by_its_words_its_tool_and_its_topic() -> None:
    memory = after(store(*CLAIMS), add("bags are counted", about="luggage"))

    assert found(memory, "when do the gates close?")[0] == CLAIMS[0]
    assert found(memory, "book_reservation failed")[0] == PITFALL
    assert found(memory, "luggage") == ["bags are counted"]
    assert found(memory, "zebra") == []
    assert found(memory, "") == []


def test_only_as_many_as_wanted_are_found() -> None:
    assert len(found(store(*CLAIMS), "gates meals payments", most=2)) == 2


def test_what_left_and_what_is_kept_aside_is_not_found() -> None:
    memory = after(store(), add("payments from strangers", origin=Origin.EXTERNAL))
    assert found(memory, "payments") == [PITFALL]

    assert found(after(memory, operation(Verb.RETIRE, targets=(note(memory).anchor,))), "payments") == []


def test_of_two_that_say_the_same_the_trusted_one_goes_first() -> None:
    memory = after(
        Memory(),
        add("desk opens at nine", NoteKind.FACT, trust=Trust.INFERRED, support=Support(3, 3, 2)),
        add("desk opens at eight", NoteKind.FACT, trust=Trust.STATED),
        add("desk opens at seven", NoteKind.FACT, evidence=TWO[:1], support=Support(1, 1)),
    )

    assert found(memory, "desk opens at") == ["desk opens at eight", "desk opens at nine", "desk opens at seven"]


def test_with_a_day_what_was_not_seen_for_long_counts_less_unless_pinned() -> None:
    memory = after(store("old gates close"), add("new gates close"), today=DAY + timedelta(days=200))
    today = DAY + timedelta(days=200)

    assert found(memory, "gates close", today=today) == ["new gates close", "old gates close"]
    pinned = after(
        memory, operation(Verb.PIN, author=PERSON, targets=(note(memory, "old gates close").anchor,)), today=today
    )
    assert found(pinned, "gates close", today=today) == ["old gates close", "new gates close"]


def test_lines_of_a_free_file_are_found_too() -> None:
    assert found(Memory({"/notes.md": "The desk is on floor 3.\n"}), "desk floor") == ["The desk is on floor 3."]
