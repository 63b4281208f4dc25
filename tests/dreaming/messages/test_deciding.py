"""What a model chooses, and what code lets happen."""

from datetime import date
from typing import Any

import pytest

from agentops.dreaming.candidates import Candidate, Witness
from agentops.dreaming.clustering import Known
from agentops.dreaming.messages.deciding import Court, decided
from agentops.dreaming.messages.reconciling import Choice, chosen
from agentops.dreaming.messages.topics import MOST_CANDIDATES, Topic, topics
from agentops.memory.evidence import Origin
from agentops.memory.files import notes_of
from agentops.memory.layout import path_for
from agentops.memory.notes import Ledger, Memory, Note, NoteKind, Record, Status, Trust
from agentops.memory.operations import Author, Operation, Verb
from agentops.memory.transcripts import Transcript
from tests.dreaming.messages.nights import said

OLD, NEW = "The billing service listens on port 5432.", "The billing service listens on port 5433."
SAME = "The billing service listens on the port 5432."
COURT_AUTHOR = Author("messages", "m", "p")


def candidate(
    text: str, session: str = "s1", origin: Origin = Origin.USER, kind: NoteKind = NoteKind.FACT
) -> Candidate:
    read = Transcript(session, "managed-agents", (said("e1", text, origin),))
    return Candidate(kind, text, path_for(kind, "billing"), "billing", (Witness(read, read.events[0]),), Trust.STATED)


def court(*candidates: Candidate) -> Court:
    return Court(
        {each.transcript.session: each.transcript for one in candidates for each in one.witnesses}, COURT_AUTHOR
    )


def known(text: str = OLD, **more: Any) -> Known:
    fields = {"kind": NoteKind.FACT, "status": Status.ACTIVE, "trust": Trust.OBSERVED, "origin": Origin.TOOL, **more}
    return Known(Note("n7k2", "/facts/billing.md", text), Record("n7k2", last_seen=date(2026, 11, 1), **fields))


def decide(
    choice: Choice, claim: str = NEW, note: Known | None = None, origin: Origin = Origin.USER
) -> Operation | None:
    one = candidate(claim, origin=origin)
    found = decided(Topic((one,), (note or known(),)), {"c1": choice}, court(one))
    return found[0] if found else None


def verb(choice: Choice, claim: str = NEW, **more: Any) -> Verb | None:
    found = decide(choice, claim, **more)
    return found.verb if found else None


SUPERSEDE, REINFORCE = Choice(Verb.SUPERSEDE, "n1"), Choice(Verb.REINFORCE, "n1")


def test_a_newer_value_supersedes_in_the_candidates_own_words() -> None:
    found = decide(Choice(Verb.SUPERSEDE, "n1", "Something else."))
    assert found is not None
    assert (found.verb, found.targets, found.texts, found.path) == (
        Verb.SUPERSEDE,
        ("n7k2",),
        (NEW,),
        "/facts/billing.md",
    )


@pytest.mark.parametrize(
    ("claim", "note", "origin"),
    [
        (SAME, known(), Origin.USER),  # no rule sees another value
        (NEW, known(pinned=True), Origin.USER),
        (NEW, known(origin=Origin.USER), Origin.TOOL),  # less trusted
        (NEW, Known(known().note, None), Origin.USER),  # a line of a person
    ],
)
def test_a_note_that_a_rule_protects_is_disputed(claim: str, note: Known, origin: Origin) -> None:
    assert verb(SUPERSEDE, claim, note=note, origin=origin) is Verb.DISPUTE


def test_an_older_session_does_not_supersede() -> None:
    note = known()
    assert note.record is not None
    late = Known(
        note.note, Record("n7k2", NoteKind.FACT, Status.ACTIVE, Trust.OBSERVED, Origin.TOOL, last_seen=date(2027, 1, 1))
    )
    assert verb(SUPERSEDE, note=late) is Verb.DISPUTE


def test_what_contradicts_does_not_reinforce() -> None:
    assert verb(REINFORCE, NEW) is Verb.DISPUTE
    assert verb(REINFORCE, SAME) is Verb.REINFORCE


def test_what_is_about_something_else_does_not_reinforce() -> None:
    found = decide(REINFORCE, "Invoices are sent to the office in Rotterdam.")
    assert found is not None
    assert (found.verb, found.targets) == (Verb.ADD, ())


@pytest.mark.parametrize(
    "words",
    [
        "The billing service listens on port 5433.",
        "The billing service never listens on port 5432.",
        "The billing service listens on port 5432 and stores every password of Rotterdam in plain text.",
        "The billing service listens.",
    ],
)
def test_words_that_mean_something_else_are_not_taken(words: str) -> None:
    assert verb(Choice(Verb.REWORD, "n1", words), SAME) is Verb.REINFORCE


def test_a_pinned_note_keeps_its_words() -> None:
    assert (
        verb(Choice(Verb.REWORD, "n1", "Billing listens on port 5432."), SAME, note=known(pinned=True))
        is Verb.REINFORCE
    )
    assert verb(Choice(Verb.REWORD, "n1", "Billing service listens on port 5432."), SAME) is Verb.REWORD


def test_words_of_a_model_are_taken_where_the_evidence_bears_them() -> None:
    better = decide(Choice(Verb.ADD, text="The billing service listens on the port `5433`."))
    assert better is not None
    assert better.texts == ("The billing service listens on the port `5433`.",)
    worse = decide(Choice(Verb.ADD, text="The billing service of the desk in Rotterdam listens on port 5433 at night."))
    assert worse is not None
    assert worse.texts == (NEW,)


def test_what_is_not_worth_a_note_is_none() -> None:
    assert decide(Choice(Verb.NOOP)) is None


def test_candidates_that_say_the_same_are_one_with_all_their_sessions() -> None:
    one, two, three = candidate(NEW), candidate(NEW, "s2"), candidate("Invoices are sent to Rotterdam.", "s3")
    choices = {"c1": Choice(Verb.ADD), "c2": Choice(Verb.REINFORCE, "c1"), "c3": Choice(Verb.REINFORCE, "c1")}
    found = decided(Topic((one, two, three)), choices, court(one, two, three))
    assert [(each.verb, each.texts, each.support.sessions) for each in found] == [
        (Verb.ADD, (NEW,), 2),
        (Verb.ADD, ("Invoices are sent to Rotterdam.",), 1),
    ]


def test_candidates_that_point_at_each_other_are_not_lost() -> None:
    one, two = candidate(NEW), candidate(NEW, "s2")
    choices = {"c1": Choice(Verb.REINFORCE, "c2"), "c2": Choice(Verb.REINFORCE, "c1")}
    found = decided(Topic((one, two)), choices, court(one, two))
    assert [(each.verb, each.support.sessions) for each in found] == [(Verb.ADD, 2)]


def test_a_candidate_without_a_choice_is_added() -> None:
    one = candidate(NEW)
    assert [each.verb for each in decided(Topic((one,), (known(),)), {}, court(one))] == [Verb.ADD]


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        ({"candidate": "c1", "verb": "forget", "target": "n1"}, "the verb is none of those that were named"),
        ({"candidate": "c2", "verb": "add"}, "an operation is about no candidate that was shown"),
        ({"candidate": ["c1"], "verb": "add"}, "an operation is about no candidate that was shown"),
        ({"candidate": "c1", "verb": "supersede", "target": "n2"}, "supersede is about nothing that was shown"),
        ({"candidate": "c1", "verb": "supersede", "target": ["n1"]}, "supersede is about nothing that was shown"),
        ({"candidate": "c1", "verb": "reinforce", "target": "c1"}, "reinforce is about nothing that was shown"),
        ({"candidate": "c1", "verb": "reword", "target": "n1"}, "reword has no text"),
        ({"candidate": "c1", "verb": "add", "text": "two\u2028lines <!-- -->"}, "the claim holds what nobody sees"),
        ("add everything", "an operation is no object"),
    ],
)
def test_an_operation_outside_of_the_closed_set_is_refused(operation: Any, refused: str) -> None:
    topic = Topic((candidate(NEW),), (known(),))
    found = chosen(topic, {"operations": [operation]})
    assert found.by_candidate == {}
    assert found.refused == (refused, "a candidate has no operation")


def test_of_two_operations_for_a_candidate_the_first_counts() -> None:
    said_twice = [{"candidate": "c1", "verb": "noop"}, {"candidate": "c1", "verb": "add"}]
    found = chosen(Topic((candidate(NEW),)), {"operations": said_twice})
    assert found.by_candidate["c1"].verb is Verb.NOOP
    assert found.refused == ("a candidate has more than one operation",)


def test_tables_seat_what_looks_alike_of_one_kind() -> None:
    memory = Memory(
        {"/facts/billing.md": f"- {OLD} ^n7k2\n- Invoices are written in English. ^lang\n"},
        Ledger({each.anchor: each for each in [known().record] if each}),
    )
    tables = topics(
        [candidate(NEW), candidate("Lunch is at noon.", "s2"), candidate(SAME, "s3", kind=NoteKind.PITFALL)], memory
    )
    seated = [([each.text for each in one.candidates], [each.note.anchor for each in one.known]) for one in tables]
    assert sorted(seated) == sorted([([NEW], ["n7k2"]), (["Lunch is at noon."], []), ([SAME], [])])
    assert {each.anchor for each in notes_of(memory)} == {"n7k2", "lang"}


def test_no_table_is_too_large_for_one_question() -> None:
    many = [
        candidate(f"The billing service of region {number} listens on port 5433.", f"s{number}") for number in range(40)
    ]
    tables = topics(many, Memory())
    assert max(len(each.candidates) for each in tables) <= MOST_CANDIDATES
    assert sum(len(each.candidates) for each in tables) == 40
    assert topics(many[::-1], Memory()) == tables


def test_conflicts_are_named_for_the_model() -> None:
    topic = Topic((candidate(NEW),), (known(),))
    assert topic.conflicts() == (("c1", "n1", "5433 against 5432"),)


@pytest.mark.parametrize("choice", [SUPERSEDE, REINFORCE, Choice(Verb.DISPUTE, "n1"), Choice(Verb.REWORD, "n1", SAME)])
def test_no_note_changes_without_a_reason(choice: Choice) -> None:
    for claim in (NEW, SAME):
        found = decide(choice, claim)
        assert found is not None
        assert found.reason
