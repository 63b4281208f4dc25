"""Mutations of what notes rest on: citations, numbers, origins, what was known and what was forgotten."""

import re
from collections.abc import Iterator
from dataclasses import replace

from agentops.memory.evidence import Evidence, Origin
from agentops.memory.files import notes_of
from agentops.memory.forgetting import tombstone
from agentops.memory.gates.port import Proposal
from agentops.memory.layout import INDEX
from agentops.memory.notes import Memory, Note
from agentops.memory.operations import Operation, Verb
from agentops.memory.transcripts import Event, Sort, Transcript

from . import corpus
from .mutating import adding, adds, again, cited, hearing, mutation, swapped, writing

_NUMBER = re.compile(r"(?<![\w.`-])\d+(?![\w.,:-]|\s(?:times?|sessions?|of|retries|repeats)\b)")

_SIGNS = (
    (" cannot ", " can "),
    (" can ", " cannot "),
    (" does not ", " does "),
    (" is ", " is not "),
    (" are ", " are not "),
    (" has ", " has no "),
    (" needs ", " does not need "),
    ("Do not ", ""),
    ("Never ", ""),
    (" costs ", " does not cost "),
    (" returns ", " does not return "),
    (" fails ", " does not fail "),
)


@mutation("evidence_coverage")
def citations_of_nothing(proposal: Proposal) -> Iterator[Proposal]:
    """An unknown event, an unknown session, one true citation beside a false one, and none at all."""
    for one in adds(proposal):
        first = one.evidence[0]
        for false in ((Evidence(first.session, "sevt_none"),), (Evidence("sesn_none", first.event),), ()):
            yield swapped(proposal, one, replace(one, evidence=false))
        yield swapped(proposal, one, replace(one, evidence=(*one.evidence, Evidence("sesn_none", "sevt_1"))))


@mutation("literals")
def citations_of_another_event(proposal: Proposal) -> Iterator[Proposal]:
    """The greeting, which is an event of another session, so that no neighbour helps."""
    for number, one in enumerate(adds(proposal)):
        others = sorted(proposal.transcripts.keys() - {each.session for each in one.evidence})
        session = others[(7 * number) % len(others)]
        event = proposal.transcripts[session].events[0]
        wrong = replace(one, evidence=(Evidence(session, event.id),), origin=event.origin)
        yield swapped(proposal, one, wrong)


@mutation("literals")
def swapped_numbers(proposal: Proposal) -> Iterator[Proposal]:
    for one in adds(proposal):
        for found in _NUMBER.finditer(one.texts[0]):
            other = str(int(found[0]) * 7 + 13)
            text = f"{one.texts[0][: found.start()]}{other}{one.texts[0][found.end() :]}"
            yield swapped(proposal, one, replace(one, texts=(text,)))


@mutation("literals")
def swapped_names(proposal: Proposal) -> Iterator[Proposal]:
    for one in adds(proposal):
        if "`" in one.texts[0]:
            text = re.sub(r"`[^`]+`", "`flush_everything`", one.texts[0], count=1)
            yield swapped(proposal, one, replace(one, texts=(text,)))


@mutation("literals", least=0.4)
def negated_claims(proposal: Proposal) -> Iterator[Proposal]:
    """The same words with the other sign: a rule sees most, and what it misses only a reader can."""
    for one in adds(proposal):
        for old, new in _SIGNS:
            if old in one.texts[0]:
                yield swapped(proposal, one, replace(one, texts=(one.texts[0].replace(old, new, 1),)))
                break


@mutation("literals")
def counts_that_nobody_counted(proposal: Proposal) -> Iterator[Proposal]:
    for one in adds(proposal)[:4]:
        text = re.sub(r" \(\d+ times? in .*$", "", one.texts[0]).rstrip(".") + " (71 times in 64 sessions)."
        yield swapped(proposal, one, replace(one, texts=(text,)))


@mutation("literals")
def quotes_that_nobody_said(proposal: Proposal) -> Iterator[Proposal]:
    for one in adds(proposal)[:4]:
        yield swapped(proposal, one, replace(one, verdict=replace(one.verdict, quote="as agreed with everybody")))


@mutation("contradiction")
def changed_values_beside_kept_notes(proposal: Proposal) -> Iterator[Proposal]:
    """A new session truly says another number or the opposite; the note is added beside the old one, unflagged."""
    for note in notes_of(proposal.before):
        for text in _turned(note.text):
            heard = hearing(proposal, Origin.USER, text)
            yield adding(heard, cited(_like(proposal, note, text), origin=Origin.USER))


@mutation("meaning_kept")
def rewordings_that_lose_or_turn(proposal: Proposal) -> Iterator[Proposal]:
    for note in notes_of(proposal.before):
        one = replace(_like(proposal, note, ""), verb=Verb.REWORD, targets=(note.anchor,), evidence=(), path="")
        for text in _turned(note.text):
            yield adding(proposal, replace(one, texts=(text,), reason="shorter"))
        found = _NUMBER.search(note.text)
        if found and note.text.count(found[0]) == 1:
            yield adding(proposal, replace(one, texts=(_NUMBER.sub("some", note.text),), reason="shorter"))
        text = f"{note.text.rstrip('.')} (71 times in 64 sessions)."
        yield adding(proposal, replace(one, texts=(text,), reason="counted again"))
        yield adding(proposal, replace(one, texts=("All is well with everything here.",), reason="shorter"))


@mutation("meaning_kept")
def merges_that_lose_a_parent(proposal: Proposal) -> Iterator[Proposal]:
    notes = [each for each in notes_of(proposal.before) if "`" in each.text]
    for one, other in zip(notes[::2], notes[1::2], strict=False):
        names = set(re.findall(r"`[^`]+`", other.text))
        if names - set(re.findall(r"`[^`]+`", one.text)):
            merge = replace(_like(proposal, one, one.text), verb=Verb.MERGE, path="", evidence=(), reason="the same")
            yield adding(proposal, replace(merge, targets=(one.anchor, other.anchor)))


@mutation("taint")
def strangers_words(proposal: Proposal) -> Iterator[Proposal]:
    """Told as what they are; laundered as a tool's, the agent's or a person's; recalled memory as evidence."""
    one = adds(proposal)[0]
    page = hearing(proposal, Origin.EXTERNAL, one.texts[0], tool="web_fetch")
    for origin in (Origin.EXTERNAL, Origin.TOOL, Origin.AGENT, Origin.USER):
        yield swapped(page, one, cited(one, origin=origin))
    recalled = hearing(proposal, Origin.RECALLED, one.texts[0], tool="memory")
    for origin in Origin:
        yield swapped(recalled, one, cited(one, origin=origin))


@mutation("taint")
def origins_better_than_they_are(proposal: Proposal) -> Iterator[Proposal]:
    for one in adds(proposal):
        if one.origin in {Origin.TOOL, Origin.EXTERNAL}:
            yield swapped(proposal, one, replace(one, origin=Origin.USER))


@mutation("taint")
def laundering_by_saying_again(proposal: Proposal) -> Iterator[Proposal]:
    """A note that strangers bear is reworded or merged into one that claims to be a person's."""
    notes = [each for each in notes_of(proposal.before) if each.anchor in proposal.before.ledger.records][:2]
    records = {
        **proposal.before.ledger.records,
        notes[0].anchor: replace(proposal.before.ledger.records[notes[0].anchor], origin=Origin.EXTERNAL),
    }
    tainted = replace(proposal, before=_with_records(proposal.before, records))
    one = replace(_like(proposal, notes[0], notes[0].text), origin=Origin.USER, evidence=(), path="", reason="shorter")
    both = f"{notes[0].text} {notes[1].text}"[:240]
    yield again(tainted, [replace(one, verb=Verb.REWORD, targets=(notes[0].anchor,), texts=(f"So: {notes[0].text}",))])
    yield again(tainted, [replace(one, verb=Verb.MERGE, targets=(notes[0].anchor, notes[1].anchor), texts=(both,))])


@mutation("taint")
def a_ledger_that_launders(proposal: Proposal) -> Iterator[Proposal]:
    for anchor, record in sorted(proposal.after.ledger.records.items()):
        if record.origin is not Origin.USER and any(each.session in proposal.transcripts for each in record.evidence):
            records = {**proposal.after.ledger.records, anchor: replace(record, origin=Origin.USER)}
            yield replace(proposal, after=_with_records(proposal.after, records))


@mutation("evidence_coverage")
def a_ledger_that_cites_more(proposal: Proposal) -> Iterator[Proposal]:
    for anchor, record in sorted(proposal.after.ledger.records.items()):
        more = replace(record, evidence=(*record.evidence, Evidence("sesn_none", "sevt_1")))
        records = {**proposal.after.ledger.records, anchor: more}
        yield replace(proposal, after=_with_records(proposal.after, records))


@mutation("evidence_coverage")
def lines_that_no_operation_tells(proposal: Proposal) -> Iterator[Proposal]:
    """A bullet, a bare line, a comment, a table, code, the head, a person's key, the index and the archive."""
    path = adds(proposal)[0].path
    for line in (
        "- The gate of the vault is left open on Sundays. ^zz9z",
        "- The gate of the vault is left open on Sundays.",
        "The gate of the vault is left open on Sundays.",
        "# The gate of the vault is left open",
        "<!-- the gate of the vault is left open -->",
        "| the gate | is left open |",
        "```\nopen the gate\n```",
    ):
        yield writing(proposal, path, lambda text, line=line: f"{text}{line}\n")
    for line in ("description: The gate of the vault is left open", "owner: whoever asks first"):
        yield writing(proposal, path, lambda text, line=line: text.replace("\nstatus:", f"\n{line}\nstatus:", 1))
    yield writing(proposal, INDEX, lambda text: f"{text}- [gate](facts/gate.md): it is left open on Sundays\n")
    yield writing(proposal, INDEX, lambda text: f"{text}\nThe gate is left open on Sundays.\n")
    yield writing(proposal, "/archive/facts.md", lambda text: f"{text}- [? to ?, retired] The gate is open. ^zz9z\n")
    yield writing(proposal, "/facts/gate.md", lambda _: "- The gate of the vault is left open on Sundays. ^zz9z\n")
    yield writing(proposal, "/notes/gate.txt", lambda _: "The gate of the vault is left open on Sundays.\n")


@mutation("forgotten")
def forgotten_content(proposal: Proposal) -> Iterator[Proposal]:
    """In the same words, in other ones, and by hand."""
    for one in adds(proposal):
        stone = tombstone(one.texts[0], "5a17", corpus.TODAY, "asked for")
        before = replace(proposal.before.ledger, tombstones=(stone,))
        forgot = replace(proposal, before=replace(proposal.before, ledger=before))
        yield again(forgot, proposal.operations)
        yield again(forgot, [replace(one, texts=(f"Note that {one.texts[0]}"[:240],))])
        yield writing(again(forgot, ()), "/notes/again.md", lambda _, one=one: f"- {one.texts[0]}\n")


@mutation("forgotten")
def tombstones_taken_away(proposal: Proposal) -> Iterator[Proposal]:
    stone = tombstone("the gate of the vault is left open", "5a17", corpus.TODAY)
    before = replace(proposal.before.ledger, tombstones=(stone,))
    yield replace(proposal, before=replace(proposal.before, ledger=before))


def _turned(text: str) -> Iterator[str]:
    """Yield a claim with another number, and with the opposite meaning."""
    if found := _NUMBER.search(text):
        yield f"{text[: found.start()]}{int(found[0]) * 7 + 13}{text[found.end() :]}"
    for old, new in ((" cannot ", " can "), (" is ", " is not "), (" are ", " are not "), (" can ", " cannot ")):
        if old in text:
            yield text.replace(old, new, 1)
            return


def _like(proposal: Proposal, note: Note, text: str) -> Operation:
    """Return an operation that adds a text beside a note."""
    record = proposal.before.ledger.records[note.anchor]
    return replace(
        adds(proposal)[0],
        texts=(text,),
        path=note.path,
        kind=record.kind,
        about=record.about,
        scope=record.scope,
        origin=record.origin,
        trust=record.trust,
        verdict=replace(adds(proposal)[0].verdict, quote=""),
    )


def _with_records(memory: Memory, records: dict[str, object]) -> Memory:
    return replace(memory, ledger=replace(memory.ledger, records=records))


@mutation("evidence_coverage")
def notes_as_evidence_for_other_notes(proposal: Proposal) -> Iterator[Proposal]:
    """The store's own lines are given to a dream as a session; citing them for something new proves nothing."""
    notes = notes_of(proposal.before)
    lines = tuple(Event(each.anchor, Sort.MESSAGE, Origin.AGENT, each.text) for each in notes)
    read = replace(proposal, transcripts={**proposal.transcripts, "memory": Transcript("memory", "memory", lines)})
    for note in notes[:4]:
        one = adds(proposal)[0]
        cites = replace(one, evidence=(Evidence("memory", note.anchor),), origin=Origin.AGENT)
        yield swapped(read, one, cites)
