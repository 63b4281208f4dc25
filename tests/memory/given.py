"""What tests of notes begin with: evidence, operations and memories in few words, and strategies for all of them."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from agentops.memory.applying import Applied, applied
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.files import notes_of
from agentops.memory.notes import Ledger, Memory, Note, NoteKind, Record, Status, Support, Tombstone, Trust
from agentops.memory.operations import Author, Finding, Operation, Verb, Verdict

DAY = date(2026, 11, 21)
LATER = date(2026, 11, 25)
CODE = Author("lexical")
PERSON = Author("person")
PITFALL = "`book_reservation` rejects payments that do not add up to the total"


def cited(*spellings: str) -> tuple[Evidence, ...]:
    found = tuple(Evidence.parse(one) for one in spellings)
    return tuple(one for one in found if one is not None)


TWO = cited("sesn_1#e1", "sesn_2#e7")
BORNE = Support(sessions=2, days=2, principals=1)


def operation(verb: Verb, *texts: str, author: Author = CODE, **more: Any) -> Operation:
    return Operation(verb, author, texts=texts, **more)


def add(text: str = PITFALL, kind: NoteKind = NoteKind.PITFALL, **more: Any) -> Operation:
    said = {"evidence": TWO, "support": BORNE, "about": "booking", **more}
    return operation(Verb.ADD, text, kind=kind, **said)


def dreamt(memory: Memory, *operations: Operation, dream: str = "drm_1", today: date = DAY) -> Applied:
    return applied(memory, operations, dream=dream, today=today)


def after(memory: Memory, *operations: Operation, dream: str = "drm_1", today: date = DAY) -> Memory:
    """Return the memory after operations of which all are fit."""
    done = dreamt(memory, *operations, dream=dream, today=today)
    assert done.unfit == ()
    return done.memory


def store(*texts: str, kind: NoteKind = NoteKind.PITFALL) -> Memory:
    """Return a memory that holds claims, all active."""
    return after(Memory(), *(add(text, kind) for text in texts or (PITFALL,)))


def note(memory: Memory, text: str = PITFALL) -> Note:
    return next(one for one in notes_of(memory) if one.text == text)


def record(memory: Memory, text: str = PITFALL) -> Record:
    return memory.ledger.records[note(memory, text).anchor]


def said(memory: Memory) -> list[str]:
    return [one.text for one in notes_of(memory)]


names = st.text("abcdefgh0123456789_", min_size=1, max_size=8)
evidence = st.builds(Evidence, names, names)
several_evidence = st.lists(evidence, max_size=4).map(tuple)
words = st.text(max_size=12)
NOUNS = ("refund", "cabin", "gate", "ticket", "bag", "meal", "seat", "card", "limit", "fee", "desk", "form", "route")
claims = st.lists(st.sampled_from(NOUNS), min_size=2, max_size=8, unique=True).map(" ".join)
paths = st.sampled_from(["", "/pitfalls/a.md", "/facts/b.md", "/playbooks/c.md", "/free/d.md", "/MEMORY.md", "bad"])
supports = st.builds(Support, *(st.integers(0, 5) for _ in range(4)))
kinds = st.sampled_from(NoteKind)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def operations(
    anchors: st.SearchStrategy[str] = names,
    words: st.SearchStrategy[str] = words,
    kept: st.SearchStrategy[Any] = several_evidence,
) -> st.SearchStrategy[Operation]:
    return st.builds(
        Operation,
        verb=st.sampled_from(Verb),
        author=st.builds(Author, st.sampled_from(["lexical", "person"]), words),
        targets=st.lists(anchors, max_size=3, unique=True).map(tuple),
        texts=st.lists(claims, max_size=2, unique=True).map(tuple),
        path=paths,
        kind=st.none() | kinds,
        trust=st.sampled_from(Trust),
        origin=st.sampled_from(Origin),
        about=words,
        evidence=kept,
        support=supports,
        reason=words,
        verdict=st.builds(
            Verdict, st.sampled_from(Finding), st.sampled_from(["code", "model"]), words, st.none() | st.floats(0, 1)
        ),
        against=kept,
    )


_WRITTEN = {Verb.ADD: 1, Verb.REWORD: 1, Verb.MERGE: 1, Verb.SUPERSEDE: 1, Verb.SPLIT: 2}
_PLACES = {Verb.PROMOTE: "/playbooks/c.md", Verb.MOVE: "/references/e.md", Verb.ADD: "/pitfalls/a.md"}


@st.composite
def fit_operations(draw: st.DrawFn, anchors: st.SearchStrategy[str]) -> Operation:
    """Draw an operation that can be applied, as long as its notes are there."""
    one = draw(
        operations(anchors, st.sampled_from(["", "booking"]), st.sampled_from([(), TWO, TWO[:1], cited("sesn_3#e1")]))
    )
    targets = {Verb.ADD: 0, Verb.MERGE: 2}.get(one.verb, 1)
    texts = _WRITTEN.get(one.verb, 0)
    free = "/free/d.md" if one.verb in {Verb.ADD, Verb.MOVE} and draw(st.booleans()) else ""
    return replace(
        one,
        author=PERSON if one.verb in {Verb.PIN, Verb.UNPIN} else one.author,
        targets=tuple(draw(st.lists(anchors, min_size=targets, max_size=targets, unique=True))),
        texts=tuple(draw(st.lists(claims, min_size=texts, max_size=texts, unique=True))),
        path=free or _PLACES.get(one.verb, ""),
        kind=None,
    )


records = st.builds(
    Record,
    anchor=names,
    kind=kinds,
    status=st.sampled_from(Status),
    trust=st.sampled_from(Trust),
    origin=st.sampled_from(Origin),
    evidence=several_evidence,
    against=several_evidence,
    support=supports,
    scope=words,
    first_seen=st.none() | days,
    last_seen=st.none() | days,
    valid_to=st.none() | days,
    reworded=st.integers(0, 3),
    parents=st.lists(names, max_size=2).map(tuple),
    replaced_by=words,
    pinned=st.booleans(),
    about=words,
    dream=words,
    born=words,
)
tombstones = st.builds(Tombstone, words, st.lists(words, max_size=3).map(tuple), days, words)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    known = draw(st.lists(records, max_size=4))
    return Ledger(
        records={one.anchor: one for one in known},
        dreamt=draw(st.dictionaries(words, words, max_size=3)),
        rejected=draw(st.frozensets(words, max_size=3)),
        tombstones=tuple(draw(st.lists(tombstones, max_size=3))),
    )


lines = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "- a claim ^abcd",
            "- a claim",
            "  goes on",
            "\t- deeper ^efgh",
            "1. first ^ijkl",
            "```",
            "~~~py",
            "---",
            "kind: fact",
            "# Title",
            "",
            "- a claim (unconfirmed) ^mnop",
            "* other ^abcd ",
            "| a | b |",
        ]
    ),
)
texts = st.lists(st.tuples(lines, st.sampled_from(["\n", "\r\n", "\r", "\x0b", "\u2028", ""])), max_size=12).map(
    lambda parts: "".join(line + end for line, end in parts)
)
