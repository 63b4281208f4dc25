"""Every verb, used as it is meant, passes: gates are for what is wrong."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.memory.applying import applied
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.files import notes_of
from agentops.memory.gates.all import judge
from agentops.memory.gates.port import Consequence, Policy, Proposal
from agentops.memory.notes import Ledger, Memory, NoteKind, Record, Status, Support, Trust
from agentops.memory.operations import Author, Operation, Verb

from . import corpus
from .mutating import again, bases, by_hand, hearing, writing

PERSON = Author("person")


def _base() -> Proposal:
    return bases()["coding"]


def _note(proposal: Proposal, words: str) -> str:
    return next(note.anchor for note in notes_of(proposal.before) if words in note.text)


def _told(proposal: Proposal) -> list[str]:
    return [f"{each.gate}, {each.consequence}: {each.message}" for each in judge(proposal).objections]


def _heard(origin: Origin, text: str) -> Proposal:
    return hearing(replace(_base(), operations=()), origin, text)


def _operation(verb: Verb, *targets: str, texts: tuple[str, ...] = (), **more: object) -> Operation:
    given = Operation(
        verb, corpus.AUTHOR, targets, texts, evidence=(Evidence("sesn_planted", "e2"),), reason="heard so"
    )
    return replace(given, origin=Origin.USER, trust=Trust.STATED, support=Support(1, 1, 1), **more)


PORT = "The service `ledger-api` listens on port 8441 in development, and on 8080 in containers."


def test_a_newer_value_takes_the_place_of_an_older_one() -> None:
    proposal = _heard(Origin.USER, "ledger-api listens on port 8441 in development now, and on 8080 in containers")
    anchor = _note(proposal, "`ledger-api` listens")
    assert _told(again(proposal, [_operation(Verb.SUPERSEDE, anchor, texts=(PORT,))])) == []


def test_what_cannot_be_decided_is_disputed() -> None:
    proposal = _heard(Origin.USER, "ledger-api listens on port 8441 in development now, and on 8080 in containers")
    anchor = _note(proposal, "`ledger-api` listens")
    kept = {"path": "/facts/build.md", "kind": NoteKind.FACT}
    assert _told(again(proposal, [_operation(Verb.DISPUTE, anchor, texts=(PORT,), **kept)])) == []


def test_more_evidence_better_words_other_places_and_an_end_with_a_reason() -> None:
    proposal = _heard(Origin.USER, "the service ledger-api listens on port 8431 in development, on 8080 in containers")
    port, clients = _note(proposal, "`ledger-api` listens"), _note(proposal, "The default branch")
    text = "`ledger-api` listens on port 8431 in development and on 8080 in containers; it is a service."
    for one in (
        _operation(Verb.REINFORCE, port),
        _operation(Verb.REWORD, port, texts=(text,)),
        replace(_operation(Verb.MOVE, clients, path="/facts/clients.md"), evidence=()),
        replace(_operation(Verb.RETIRE, clients), evidence=()),
        replace(_operation(Verb.NOOP, clients), evidence=()),
    ):
        assert _told(again(proposal, [one])) == [], one.verb


def test_two_that_say_the_same_become_one_and_one_that_says_two_things_becomes_two() -> None:
    proposal = _base()
    port = _note(proposal, "`ledger-api` listens")
    parts = ("`ledger-api` listens on port 8431 in development.", "`ledger-api` listens on port 8080 in containers.")
    split = replace(_operation(Verb.SPLIT, port, texts=parts), evidence=())
    assert _told(again(proposal, [split])) == []
    apart = again(proposal, [split]).after
    names = tuple(note.anchor for note in notes_of(apart) if note.text in parts)
    text = "`ledger-api` listens on port 8431 in development and on port 8080 in containers."
    merge = replace(_operation(Verb.MERGE, *names, texts=(text,)), evidence=())
    assert _told(again(replace(proposal, before=apart), [merge])) == []


def test_a_person_may_pin_and_forget_and_needs_no_evidence() -> None:
    proposal = _base()
    anchor = _note(proposal, "`ledger-api` listens")
    for verb in (Verb.PIN, Verb.FORGET, Verb.REDACT, Verb.RETIRE):
        one = Operation(verb, PERSON, (anchor,), reason="asked for by the owner")
        assert _told(again(proposal, [one])) == [], verb


def test_a_person_may_write_what_no_session_said() -> None:
    one = Operation(
        Verb.ADD, PERSON, texts=("The vault is opened by two people.",), path="/facts/vault.md", origin=Origin.USER
    )
    assert _told(again(_base(), [one])) == []


def test_what_an_agent_wrote_into_the_live_store_is_judged_but_needs_no_evidence() -> None:
    text = "Seen on 2026-11-19: the canary of `apps/gate` needs `CANARY=1`.\n"
    assert _told(by_hand(_base(), "/notes/gate.md", text)) == []
    assert any("evidence_coverage" in each for each in _told(writing(_base(), "/notes/gate.md", lambda _: text)))


def test_a_proposal_that_changes_nothing_is_held_against_nothing() -> None:
    memory = bases()["booking"].before
    assert _told(Proposal(memory, memory, ())) == []
    assert _told(Proposal(Memory(), Memory(), ())) == []


def test_a_persons_own_commit_to_a_protected_file_passes_and_an_agents_does_not() -> None:
    policy = Policy(protected=("/rules/**",))
    proposal = replace(by_hand(_base(), "/rules/est.md", "Two people release.\n"), policy=policy)
    assert any("protected_paths" in each for each in _told(proposal))
    assert _told(replace(proposal, by_people=frozenset({"/rules/est.md"}))) == []


def test_a_policy_softens_what_may_be_softened_and_nothing_else() -> None:
    text = "- the api key is " + "Zx8Qv2Lk9Rt4Wm7Np1Bs6Yc3Hd5Gj0Fa" + "\n"
    off = {gate.gate: "off" for gate in judge(_base()).marks}
    proposal = replace(by_hand(_base(), "/notes/a.md", text), policy=Policy(off))
    judgement = judge(proposal)
    assert judgement.is_blocked
    assert {each.gate for each in judgement.objections} == {"secrets"}
    marks = {each.gate: each.mark for each in judgement.marks}
    assert (marks["secrets"], marks["lint"], marks["smuggled_instructions"]) == ("block", "off", "pass")


@pytest.mark.parametrize("asked", ["warn", "block"])
def test_a_policy_makes_a_gate_milder_or_stricter(asked: str) -> None:
    one = Operation(
        Verb.ADD, PERSON, texts=("Do call the relay first, always.",), path="/facts/relay.md", origin=Origin.USER
    )
    proposal = replace(again(_base(), [one]), policy=Policy({"lint": asked}))
    found = {each.consequence for each in judge(proposal).objections if each.gate == "lint"}
    assert found == {Consequence(asked)}


_TEXT = st.text(st.sampled_from("ab `^#-*|.()[]:/@\n\u200b\u202e9é漢—") | st.characters(), max_size=60)
_PATHS = st.sampled_from(
    ["/facts/a.md", "/MEMORY.md", "/archive/facts.md", "/notes/b.txt", "/preferences/c.md", "x", ""]
)
_FILES = st.dictionaries(_PATHS, _TEXT, max_size=4)
_EVIDENCE = st.builds(
    Evidence, st.sampled_from(["s1", "memory", "sesn_planted"]), st.sampled_from(["e1", "e2", "aaaa"])
)
_OPERATIONS = st.builds(
    Operation,
    st.sampled_from(Verb),
    st.just(corpus.AUTHOR),
    targets=st.lists(st.sampled_from(["aaaa", "~1", ""]), max_size=2).map(tuple),
    texts=st.lists(_TEXT, max_size=2).map(tuple),
    path=_PATHS,
    kind=st.none() | st.sampled_from(NoteKind),
    origin=st.sampled_from(Origin),
    evidence=st.lists(_EVIDENCE, max_size=2).map(tuple),
    reason=_TEXT,
)
_RECORDS = st.builds(
    Record,
    st.just("aaaa"),
    st.sampled_from(NoteKind),
    st.sampled_from(Status),
    st.sampled_from(Trust),
    st.sampled_from(Origin),
    st.lists(_EVIDENCE, max_size=2).map(tuple),
)
_MEMORIES = st.builds(
    lambda files, record: Memory(files, Ledger({"aaaa": record} if record else {})), _FILES, st.none() | _RECORDS
)


@settings(max_examples=60, deadline=None)
@given(_MEMORIES, _MEMORIES, st.lists(_OPERATIONS, max_size=3).map(tuple), _FILES)
def test_gates_never_raise_and_always_agree_with_themselves(
    before: Memory, after: Memory, operations: tuple[Operation, ...], hands: dict[str, str]
) -> None:
    proposal = hearing(Proposal(before, after, operations, by_hand=hands), Origin.TOOL, "ok, 3 rows")
    first = judge(proposal)
    assert first == judge(replace(proposal, operations=operations))
    assert all(each.message.isprintable() for each in first.objections), first.objections


@settings(max_examples=30, deadline=None)
@given(_MEMORIES, st.lists(_OPERATIONS, max_size=3).map(tuple))
def test_what_code_applied_is_judged_without_raising(before: Memory, operations: tuple[Operation, ...]) -> None:
    done = applied(before, operations, dream="drm", today=date(2026, 11, 20))
    judge(Proposal(before, done.memory, done.done))
