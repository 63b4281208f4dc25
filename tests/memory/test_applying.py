"""What each verb does to text, record and archive, and what is said of operations that cannot be applied."""

from dataclasses import replace
from datetime import date

import pytest

from agentops.memory.evidence import Origin
from agentops.memory.files import notes_of
from agentops.memory.notes import Ledger, Memory, NoteKind, Status, Support, Trust
from agentops.memory.operations import Finding, Operation, Verb, Verdict
from tests.memory.given import (
    BORNE,
    DAY,
    LATER,
    PERSON,
    PITFALL,
    TWO,
    add,
    after,
    cited,
    dreamt,
    note,
    operation,
    record,
    said,
    store,
)

NEWER = "`book_reservation` takes payments that add up to the total"
OTHER = "`cancel_reservation` refuses basic economy after 24 hours"


def sentence(memory: Memory, one: Operation) -> str:
    """Return why the operation is unfit; nothing of it may have happened."""
    result = dreamt(memory, one)
    assert result.memory is memory
    assert result.done == ()
    return result.unfit[0][1]


def archive(memory: Memory) -> str:
    return memory.files["/archive/pitfalls.md"]


def test_add_writes_a_note_with_its_record() -> None:
    memory = after(Memory(), add())

    one = record(memory)
    assert memory.files["/pitfalls/booking.md"].endswith(f"---\n- {PITFALL} ^{one.anchor}\n")
    assert one.status is Status.ACTIVE
    assert one.evidence == TWO
    assert one.support == BORNE
    assert (one.first_seen, one.last_seen, one.valid_from, one.valid_to) == (DAY, DAY, DAY, None)
    assert (one.born, one.dream) == (add().id, "drm_1")


def test_add_goes_where_it_is_told_behind_the_last_bullet() -> None:
    memory = Memory({"/pitfalls/x.md": "# Mine\n\n- one\n\nEnd.\n"})

    text = after(memory, add(path="/pitfalls/x.md")).files["/pitfalls/x.md"]

    assert text.endswith(
        f"# Mine\n\n- one\n- {PITFALL} ^{note(after(memory, add(path='/pitfalls/x.md'))).anchor}\n\nEnd.\n"
    )


def test_add_keeps_the_line_ends_of_a_file_and_ends_its_last_line() -> None:
    text = after(Memory({"/free.md": "- one\r\n- two"}), add(path="/free.md")).files["/free.md"]

    assert text.startswith("- one\r\n- two\r\n- ")
    assert text.endswith("\r\n")


def test_add_does_not_write_into_code_that_nothing_ends() -> None:
    memory = after(Memory({"/free.md": "```\ncode"}), add(path="/free.md"))

    assert PITFALL in said(memory)


def test_thin_evidence_is_unconfirmed_and_reinforcing_confirms_it() -> None:
    thin = add(evidence=TWO[:1], support=Support(sessions=1, days=1))
    memory = after(Memory(), thin)
    assert f"{PITFALL} (unconfirmed) ^" in memory.files["/pitfalls/booking.md"]
    assert "/MEMORY.md" not in memory.files

    more = operation(Verb.REINFORCE, targets=(note(memory).anchor,), evidence=TWO[1:], support=Support(1, 1, 1))
    memory = after(memory, more, today=LATER)

    assert "(unconfirmed)" not in memory.files["/pitfalls/booking.md"]
    assert "pitfalls/booking.md" in memory.files["/MEMORY.md"]


def test_what_strangers_alone_say_is_kept_aside_until_a_person_pins_it() -> None:
    memory = after(Memory(), add(origin=Origin.EXTERNAL))
    assert record(memory).status is Status.QUARANTINED

    memory = after(memory, operation(Verb.PIN, author=PERSON, targets=(note(memory).anchor,)))

    assert record(memory).status is Status.ACTIVE
    assert record(memory).pinned


def test_reinforce_leaves_the_line_and_counts_sessions_and_days() -> None:
    memory = store()
    more = operation(
        Verb.REINFORCE,
        targets=(note(memory).anchor,),
        evidence=cited("sesn_3#e1", "sesn_1#e9"),
        support=Support(2, 1, 2),
    )

    later = after(memory, more, today=LATER)

    assert note(later) == note(memory)
    assert record(later).evidence == cited("sesn_1#e1", "sesn_1#e9", "sesn_2#e7", "sesn_3#e1")
    assert record(later).support == Support(sessions=3, days=3, principals=2)
    assert (record(later).first_seen, record(later).last_seen) == (DAY, LATER)


def test_reinforcing_on_the_same_day_adds_no_day() -> None:
    memory = store()
    more = operation(Verb.REINFORCE, targets=(note(memory).anchor,), evidence=cited("sesn_3#e1"), support=Support(1, 1))

    assert record(after(memory, more)).support == Support(sessions=3, days=2, principals=1)


def test_evidence_known_already_changes_nothing() -> None:
    memory = store()

    known = operation(Verb.REINFORCE, targets=(note(memory).anchor,), evidence=TWO, support=Support(9, 9, 9))

    assert dreamt(memory, known, today=LATER).memory is memory


def test_a_line_without_anchor_is_reinforced_as_it_stands() -> None:
    memory = Memory({"/notes.md": "- by hand\n"})
    name = note(memory, "by hand").anchor

    later = after(memory, operation(Verb.REINFORCE, targets=(name,), evidence=TWO, support=BORNE))

    assert later.files == memory.files
    assert later.ledger.records[name].evidence == TWO


def test_reword_keeps_anchor_place_and_lead_and_counts() -> None:
    memory = Memory({"/notes.md": "* one ^abcd\n  goes on\n* two ^efgh\r\n"})
    name = note(memory, "two").anchor

    later = after(memory, operation(Verb.REWORD, "second", targets=(name,)))

    assert later.files["/notes.md"] == "* one ^abcd\n  goes on\n* second ^efgh\r\n"
    assert later.ledger.records["efgh"].reworded == 1


def test_a_third_rewording_needs_new_evidence() -> None:
    memory = Memory({"/notes.md": "- one ^abcd\n"})
    for text in ("two", "three"):
        memory = after(memory, operation(Verb.REWORD, text, targets=("abcd",)))

    assert "reworded 2 times" in sentence(memory, operation(Verb.REWORD, "four", targets=("abcd",)))
    grounded = operation(Verb.REWORD, "four", targets=("abcd",), evidence=TWO, verdict=Verdict(Finding.SUPPORTED))
    assert after(memory, grounded).ledger.records["abcd"].reworded == 0


def test_a_line_without_anchor_gets_one_when_it_changes() -> None:
    memory = Memory({"/notes.md": "- by hand\n"})
    name = note(memory, "by hand").anchor

    later = after(memory, operation(Verb.REWORD, "by code", targets=(name,)))

    one = record(later, "by code")
    assert one.parents == (name,)
    assert later.files["/notes.md"] == f"- by code ^{one.anchor}\n"


def test_merge_makes_one_note_with_all_evidence_and_lists_its_parents() -> None:
    memory = after(store(), add(OTHER, evidence=cited("sesn_2#e9", "sesn_5#e1")))
    old = sorted((note(memory).anchor, note(memory, OTHER).anchor))

    merged = after(memory, operation(Verb.MERGE, NEWER, targets=tuple(old)), today=LATER)

    one = record(merged, NEWER)
    assert said(merged) == [NEWER]
    assert one.parents == tuple(old)
    assert one.evidence == cited("sesn_1#e1", "sesn_2#e7", "sesn_2#e9", "sesn_5#e1")
    assert one.support.sessions == 3
    assert (one.first_seen, one.last_seen, one.status) == (DAY, LATER, Status.ACTIVE)
    assert one.reworded == 1
    for name in old:
        left = merged.ledger.records[name]
        assert (left.status, left.replaced_by, left.valid_to) == (Status.SUPERSEDED, one.anchor, LATER)
        assert f"superseded by {one.anchor}]" in archive(merged)


def test_a_merged_note_is_as_good_as_the_worst_of_its_parents() -> None:
    memory = after(store(), add(OTHER, origin=Origin.EXTERNAL))
    both = tuple(one.anchor for one in notes_of(memory))

    assert record(after(memory, operation(Verb.MERGE, NEWER, targets=both)), NEWER).origin is Origin.EXTERNAL


def test_supersede_puts_the_newer_claim_in_the_line_of_the_older() -> None:
    memory = after(store(), add(OTHER))
    old = note(memory).anchor
    lines = memory.files["/pitfalls/booking.md"].splitlines()

    later = after(memory, operation(Verb.SUPERSEDE, NEWER, targets=(old,), evidence=TWO), dream="drm_2", today=LATER)

    one = record(later, NEWER)
    at = next(index for index, line in enumerate(lines) if PITFALL in line and line.startswith("- "))
    assert later.files["/pitfalls/booking.md"].splitlines()[at] == f"- {NEWER} (unconfirmed) ^{one.anchor}"
    assert archive(later) == f"- [2026-11-21 to 2026-11-25, superseded by {one.anchor}] {PITFALL} ^{old}\n"
    assert (one.kind, one.about, one.valid_from, one.parents) == (NoteKind.PITFALL, "booking", LATER, (old,))
    assert later.ledger.records[old].dream == "drm_2"


def test_dispute_flags_both_and_keeps_both() -> None:
    memory = store()
    against = cited("sesn_9#e1")

    later = after(
        memory,
        operation(
            Verb.DISPUTE,
            NEWER,
            targets=(note(memory).anchor,),
            against=against,
            kind=NoteKind.PITFALL,
            about="booking",
            evidence=against,
        ),
    )

    assert said(later) == [PITFALL, NEWER]
    assert record(later).status is record(later, NEWER).status is Status.DISPUTED
    assert record(later).support.against == 1
    assert later.files["/pitfalls/booking.md"].count("(disputed) ^") == 2
    assert "/MEMORY.md" not in later.files


def test_retire_keeps_the_words_in_the_archive_and_removes_an_empty_file() -> None:
    memory = store()
    old = note(memory).anchor

    later = after(memory, operation(Verb.RETIRE, targets=(old,), reason="not seen for long"), today=LATER)

    assert dict(later.files) == {"/archive/pitfalls.md": f"- [2026-11-21 to 2026-11-25, retired] {PITFALL} ^{old}\n"}
    assert later.ledger.records[old].status is Status.ARCHIVED


def test_move_keeps_the_anchor_and_the_kind_follows_the_folder() -> None:
    memory = store()
    old = note(memory).anchor

    later = after(memory, operation(Verb.MOVE, targets=(old,), path="/facts/money.md"))

    assert [(one.anchor, one.path) for one in notes_of(later)] == [(old, "/facts/money.md")]
    assert record(later).kind is NoteKind.FACT


def test_split_makes_several_notes_of_one() -> None:
    memory = store()
    old = note(memory).anchor

    later = after(memory, operation(Verb.SPLIT, "payments add up", "totals count bags", targets=(old,)))

    assert said(later) == ["payments add up", "totals count bags"]
    assert {record(later, text).parents for text in said(later)} == {(old,)}
    assert {record(later, text).evidence for text in said(later)} == {TWO}
    assert later.ledger.records[old].status is Status.SUPERSEDED


def test_promote_moves_a_note_among_the_playbooks() -> None:
    memory = store()
    old = note(memory).anchor

    later = after(memory, operation(Verb.PROMOTE, targets=(old,), path="/playbooks/pay.md"))

    assert note(later).path == "/playbooks/pay.md"
    assert record(later).kind is NoteKind.PLAYBOOK
    assert record(later).anchor == old


def test_promote_writes_steps_in_the_place_of_a_note() -> None:
    memory = store()
    steps = ("Compute the total.", "Compare it with the payments.")

    later = after(memory, operation(Verb.PROMOTE, *steps, targets=(note(memory).anchor,), path="/playbooks/pay.md"))

    assert said(later) == list(steps)
    assert record(later, steps[1]).kind is NoteKind.PLAYBOOK
    assert PITFALL in archive(later)


def test_redact_writes_over_a_note_and_keeps_the_words_nowhere() -> None:
    memory = store("the card of Jane ends in 4242")

    later = after(memory, operation(Verb.REDACT, targets=(notes_of(memory)[0].anchor,)))

    assert said(later) == ["(redacted)"]
    assert not any("Jane" in text for text in later.files.values())


def test_redact_reaches_the_archive() -> None:
    memory = store()
    old = note(memory).anchor
    memory = after(memory, operation(Verb.RETIRE, targets=(old,)))

    later = after(memory, operation(Verb.REDACT, "someone's payment", targets=(old,)))

    assert archive(later) == f"- [2026-11-21 to 2026-11-21, retired] someone's payment ^{old}\n"


def test_pin_and_unpin_are_for_people() -> None:
    memory = store()
    name = note(memory).anchor

    assert sentence(memory, operation(Verb.PIN, targets=(name,))) == "only people pin and unpin notes"
    pinned = after(memory, operation(Verb.PIN, author=PERSON, targets=(name,)))
    assert "pinned" in sentence(pinned, operation(Verb.RETIRE, targets=(name,)))
    free = after(pinned, operation(Verb.UNPIN, author=PERSON, targets=(name,)))
    assert not record(free).pinned


def test_noop_changes_nothing_and_is_done() -> None:
    memory = store()

    assert dreamt(memory, operation(Verb.NOOP, "anything\nat all", targets=("gone",))).done
    assert after(memory, operation(Verb.NOOP, reason="nothing new")) is memory


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (operation(Verb.REWORD, "x", targets=("zzzz",)), "not there"),
        (operation(Verb.ADD, "x"), "kind or a path"),
        (operation(Verb.ADD, "x", "y", kind=NoteKind.FACT), "writes 1 claims"),
        (operation(Verb.RETIRE), "about 1 to 100 notes"),
        (operation(Verb.MERGE, "x", targets=("a",)), "about 2 to 100"),
        (add("x" * 241), "241 characters"),
        (add("two\nlines"), "one plain line"),
        (add(""), "one plain line"),
        (add(path="/facts/a.md"), "belongs below /pitfalls"),
        (add(path="/MEMORY.md"), "code alone"),
        (add(path="/archive/pitfalls.md"), "code alone"),
        (add(path="/pitfalls/../a.md"), "no path"),
        (add(path="pitfalls/a.md"), "no path"),
        (add(path="/pitfalls/é.md"), "no path"),
        (add(path="/pitfalls/a"), "no file of text"),
        (add(path="/" + "a/" * 25 + "a.md"), "too deep"),
        (operation(Verb.MOVE, targets=("abcd",)), "needs a path"),
        (operation(Verb.MOVE, targets=("abcd",), path="/notes.md"), "there already"),
        (operation(Verb.PROMOTE, targets=("abcd",)), "playbook"),
        (operation(Verb.REWORD, "one", targets=("abcd",)), "says so already"),
        (operation(Verb.SPLIT, "x", "y", targets=("abcd", "efgh")), "about 1 note"),
    ],
)
def test_what_is_unfit_is_told_and_nothing_of_it_happens(one: Operation, why: str) -> None:
    assert why in sentence(Memory({"/notes.md": "- one ^abcd\n- two ^efgh\n"}), one)


def test_what_a_person_turned_down_is_not_proposed_again() -> None:
    memory = Memory(ledger=Ledger(rejected=frozenset({add().id})))

    assert "turned it down" in sentence(memory, add())
    assert dreamt(memory, add(author=PERSON)).unfit == ()


def test_what_left_is_not_changed_any_more() -> None:
    memory = store()
    old = note(memory).anchor
    memory = after(memory, operation(Verb.RETIRE, targets=(old,)))

    assert "archive" in sentence(memory, operation(Verb.REWORD, "again", targets=(old,)))
    assert "already" in sentence(memory, add())


def test_an_operation_that_fails_half_way_leaves_nothing() -> None:
    memory = Memory({"/notes.md": "- one ^abcd\n"})

    assert "not there" in sentence(memory, operation(Verb.RETIRE, targets=("abcd", "gone")))


def test_a_full_file_is_continued_in_a_second_one() -> None:
    claims = [f"claim number {number}" for number in range(95)]

    memory = store(*claims)

    sizes = {path: sum(one.path == path for one in notes_of(memory)) for path in sorted(memory.files)}
    assert sizes == {
        "/MEMORY.md": 0,
        "/pitfalls/booking.md": 40,
        "/pitfalls/booking-2.md": 40,
        "/pitfalls/booking-3.md": 15,
    }
    assert sorted(said(memory)) == sorted(claims)


def test_a_large_file_is_continued_before_it_has_8_kb() -> None:
    memory = store(*(f"{number:02d} {'é' * 230}" for number in range(32)))

    assert len(memory.files) == 4
    assert all(len(text.encode()) <= 8192 for text in memory.files.values())


def test_a_stated_preference_is_active_at_once() -> None:
    memory = after(
        Memory(), add("Mail is answered in French.", NoteKind.PREFERENCE, trust=Trust.STATED, evidence=TWO[:1])
    )

    assert record(memory, "Mail is answered in French.").status is Status.ACTIVE


def test_files_of_others_stay_byte_for_byte() -> None:
    files = {"/free.md": "a\r\n\r\n - b\n```", "/state.json": '{"a":1}', "/notes/x.md": "- z ^abcd"}

    later = after(Memory(files), add(), operation(Verb.REINFORCE, targets=("abcd",), evidence=TWO))

    assert {path: later.files[path] for path in files} == files


def test_a_dispute_is_settled_by_pinning() -> None:
    memory = store()
    name = note(memory).anchor
    memory = after(memory, operation(Verb.DISPUTE, targets=(name,), against=TWO))

    settled = after(memory, operation(Verb.PIN, author=PERSON, targets=(name,)))

    assert "(disputed)" not in settled.files["/pitfalls/booking.md"]


def test_the_day_is_an_argument() -> None:
    assert record(after(Memory(), add(), today=date(2020, 1, 1))).first_seen == date(2020, 1, 1)
    assert replace(add(), reason="why").id == add().id
