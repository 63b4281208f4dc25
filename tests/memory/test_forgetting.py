"""What was forgotten is recognised by a digest, in other words too, and its words are kept nowhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.memory import ledger_text
from agentops.memory.files import notes_of
from agentops.memory.forgetting import is_forgotten, remains, tombstone
from agentops.memory.notes import Ledger, Memory, Status
from agentops.memory.operations import Verb
from tests.memory.given import DAY, LATER, PERSON, add, after, dreamt, note, operation, store

CLAIM = "Jane Doe's phone number ends in 4242 and she prefers calls in the evening."
STONE = tombstone(CLAIM, "salt", DAY, "asked")


@pytest.mark.parametrize(
    "text",
    [
        CLAIM,
        CLAIM.upper(),
        "she prefers calls in the evening. Jane Doe's phone number ends in 4242",
        "The phone number of Jane Doe ends with 4242, and she prefers calling in the evening",
        "Jane Doe\u2019s phone number ends in 4242",
        "Jane Doe, phone number ending 4242, likes calls in the evening",
    ],
)
def test_a_light_paraphrase_is_recognised(text: str) -> None:
    assert is_forgotten([STONE], text)


@pytest.mark.parametrize(
    "text",
    [
        "Phone calls in the evening are answered by the desk.",
        "John Roe's phone number ends in 1717 and he prefers mail in the morning.",
        "The phone number is in the profile.",
        "",
        "!!!",
    ],
)
def test_other_claims_are_not(text: str) -> None:
    assert not is_forgotten(Ledger(tombstones=(STONE,)), text)


@settings(max_examples=50)
@given(st.text(), st.text(max_size=5))
def test_what_was_forgotten_is_recognised_as_it_was(text: str, salt: str) -> None:
    assert is_forgotten([tombstone(text, salt, DAY)], text) or not text.split()


def test_a_tombstone_holds_no_word_and_depends_on_its_salt() -> None:
    said = f"{STONE}".lower()

    assert not any(word in said for word in ("jane", "phone", "4242", "evening"))
    assert not set(STONE.digests) & set(tombstone(CLAIM, "other", DAY).digests)


def everything(memory: Memory) -> str:
    return "".join(memory.files.values()) + "".join(ledger_text.written(memory.ledger).values())


def test_forget_takes_a_note_out_of_file_ledger_and_archive() -> None:
    memory = store(CLAIM)
    old = note(memory, CLAIM).anchor
    memory = after(memory, operation(Verb.SUPERSEDE, "Customers are called in the evening.", targets=(old,)))
    memory = after(memory, operation(Verb.RETIRE, targets=(notes_of(memory)[0].anchor,)))

    gone = after(memory, operation(Verb.FORGET, author=PERSON, targets=(old,), reason="asked"), today=LATER)

    assert "Jane" not in everything(gone)
    assert "sesn_1" not in ledger_text.written(gone.ledger)["notes.jsonl"].partition(old)[2].partition("\n")[0]
    stub = gone.ledger.records[old]
    assert (stub.status, stub.evidence, stub.about, stub.valid_to) == (Status.ARCHIVED, (), "", LATER)


def test_what_a_note_came_from_is_forgotten_with_it() -> None:
    memory = store("Jane has a cat", "Jane has a dog")
    both = tuple(one.anchor for one in notes_of(memory))
    memory = after(memory, operation(Verb.MERGE, "Jane has pets", targets=both))
    assert "cat" in everything(memory)

    gone = after(memory, operation(Verb.FORGET, targets=(note(memory, "Jane has pets").anchor,)))

    assert "Jane" not in everything(gone)
    assert {gone.ledger.records[name].parents for name in both} == {()}


def test_what_was_forgotten_is_not_learnt_again_in_other_words() -> None:
    memory = store(CLAIM)
    gone = after(memory, operation(Verb.FORGET, targets=(note(memory, CLAIM).anchor,)))

    again = dreamt(gone, add("Jane Doe's phone number ends with 4242; she prefers calls in the evening."))

    assert again.memory is gone
    assert "tombstone" in again.unfit[0][1]


def test_what_remains_is_told_by_file_and_line() -> None:
    memory = Memory({"/notes.md": f"# Notes\n{CLAIM}\n", "/MEMORY.md": f"- x\n- {CLAIM}", "/ok.md": "fine"})

    assert remains(memory, [STONE]) == (("/MEMORY.md", 2), ("/notes.md", 2))
