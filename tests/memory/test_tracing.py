"""A note tells where it comes from: its record, what it came from, and who did what to it."""

from agentops.memory.files import notes_of
from agentops.memory.notes import Memory
from agentops.memory.operations import Verb
from agentops.memory.tracing import taught_by, trace
from tests.memory.given import LATER, PITFALL, TWO, add, after, cited, note, operation, store

OTHER = add("bags are counted", evidence=cited("sesn_7#e1"))


def story() -> tuple[Memory, dict[str, tuple[object, ...]]]:
    first = after(store(), OTHER, dream="drm_1")
    both = tuple(one.anchor for one in notes_of(first))
    merge = operation(Verb.MERGE, "payments and bags are counted", targets=both)
    return after(first, merge, dream="drm_2", today=LATER), {"drm_1": (add(), OTHER), "drm_2": (merge,)}


def test_a_note_is_traced_to_what_it_came_from() -> None:
    memory, log = story()
    name = notes_of(memory)[0].anchor

    found = trace(memory, name, log)  # type: ignore[arg-type]  # operations by dream

    assert found is not None
    assert [(dream, one.verb) for dream, one in found.operations] == [("drm_2", Verb.MERGE)]
    assert {parent.note.text for parent in found.parents if parent.note} == {PITFALL, "bags are counted"}
    assert all(parent.is_archived and parent.operations[0][0] == "drm_1" for parent in found.parents)
    assert found.sessions == ("sesn_1", "sesn_2", "sesn_7")
    assert found.evidence == (*TWO, *OTHER.evidence)


def test_a_line_by_hand_is_a_persons() -> None:
    memory = Memory({"/notes.md": "- by hand ^hand\n"})

    found = trace(memory, "hand", {})

    assert found is not None
    assert found.record is not None
    assert (found.record.trust, found.evidence, found.parents) == ("stated", (), ())


def test_nothing_is_known_of_an_anchor_that_nobody_used() -> None:
    assert trace(store(), "zzzz", {}) is None


def test_what_was_forgotten_still_has_its_operations() -> None:
    memory = store()
    name = note(memory).anchor
    forget = operation(Verb.FORGET, targets=(name,))

    found = trace(after(memory, forget), name, {"drm_2": (forget,)})

    assert found is not None
    assert (found.note, found.evidence) == (None, ())
    assert found.operations == (("drm_2", forget),)


def test_what_a_session_had_a_part_in_is_found_through_merges() -> None:
    memory, _ = story()
    old = next(name for name, one in memory.ledger.records.items() if one.born == OTHER.id)

    assert set(taught_by(memory, "sesn_7")) == {old, notes_of(memory)[0].anchor}
    assert taught_by(memory, "sesn_0") == ()
