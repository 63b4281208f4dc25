"""The clean corpus as proposals: notes with the words that bear them, as operations over transcripts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from agentops.memory.applying import applied
from agentops.memory.evidence import Evidence, Origin, worst
from agentops.memory.gates.port import Policy, Proposal
from agentops.memory.notes import Memory, NoteKind, Support, Trust
from agentops.memory.operations import Author, Operation, Verb
from agentops.memory.transcripts import Event, Sort, Transcript

FOLDER = Path(__file__).parents[2] / "data" / "notes-corpus"
STORES = ("coding", "incidents", "support", "booking")
TODAY = date(2026, 11, 20)
AUTHOR = Author("messages", "model-a", "0" * 12)

_BEGUN = datetime(2026, 11, 2, 9, tzinfo=UTC)
_SAID = re.compile(r"  (?P<call>call )?(?P<who>\w+)(?P<stranger>!)?: (?P<text>.*)")
_PEOPLE = ("ana", "ben", "chi")


@dataclass(frozen=True)
class Store:
    """One store of the corpus."""

    name: str
    operations: tuple[Operation, ...]
    transcripts: dict[str, Transcript]

    def proposal(self, memory: Memory | None = None, most_growth: float = 1.0) -> Proposal:
        """Return the proposal that adds all of its notes."""
        before = memory or Memory()
        after = applied(before, self.operations, dream=f"drm_{self.name}", today=TODAY)
        assert not after.unfit, after.unfit
        return Proposal(before, after.memory, self.operations, self.transcripts, Policy(most_growth=most_growth))


@cache
def store(name: str) -> Store:
    """Return a store by its name."""
    operations: list[Operation] = []
    transcripts: dict[str, Transcript] = {}
    for path, kind, claim, said in _notes((FOLDER / f"{name}.txt").read_text("utf-8")):
        cited = []
        for at, event in enumerate(said):
            session = f"sesn_{name}{len(transcripts):03d}"
            transcripts[session] = _transcript(session, event, at + len(operations))
            cited.append((Evidence(session, "sevt_2"), event.origin))
        operations.append(_operation(path, kind, claim, cited))
    return Store(name, tuple(operations), transcripts)


def by_hand() -> dict[str, str]:
    """Return the files that people and agents wrote freely, by path in a store."""
    root = FOLDER / "by-hand"
    return {f"/{each.relative_to(root)}": each.read_text("utf-8") for each in sorted(root.rglob("*.md"))}


def _operation(path: str, kind: NoteKind, claim: str, cited: list[tuple[Evidence, Origin]]) -> Operation:
    origins = [origin for _, origin in cited]
    return Operation(
        Verb.ADD,
        AUTHOR,
        texts=(claim,),
        path=path,
        kind=kind,
        trust=Trust.STATED if Origin.USER in origins else Trust.OBSERVED,
        origin=worst(origins),
        evidence=tuple(each for each, _ in cited),
        support=Support(sessions=len(cited), days=len(cited), principals=1),
        reason="seen in the cited sessions",
    )


def _transcript(session: str, event: Event, number: int) -> Transcript:
    greeting = Event("sevt_1", Sort.MESSAGE, Origin.USER, "Good morning, a question about our work.", _BEGUN)
    thanks = Event("sevt_3", Sort.MESSAGE, Origin.USER, "Thank you, that helps.", _BEGUN)
    events = tuple(
        Event(one.id, one.sort, one.origin, one.text, _BEGUN + timedelta(days=number % 14), one.tool, call=one.call)
        for one in (greeting, event, thanks)
    )
    return Transcript(session, "managed-agents", events, principal=_PEOPLE[number % len(_PEOPLE)])


def _notes(text: str) -> Iterator[tuple[str, NoteKind, str, list[Event]]]:
    path, kind = "", NoteKind.FACT
    claim, said = "", list[Event]()
    for line in [*text.split("\n"), "/end fact"]:
        if line.startswith(("/", "- ")):
            if claim:
                yield path, kind, claim, said
            claim, said = line.removeprefix("- ") if line.startswith("- ") else "", []
        if line.startswith("/"):
            path, _, name = line.partition(" ")
            kind = NoteKind(name)
        elif found := _SAID.fullmatch(line):
            said.append(_event(found))
        else:
            assert not line.strip() or line.startswith("- "), line


def _event(found: re.Match[str]) -> Event:
    who, text = found["who"], found["text"]
    if who in {"user", "agent"}:
        return Event("sevt_2", Sort.MESSAGE, Origin(who), text)
    if found["call"]:
        return Event("sevt_2", Sort.CALL, Origin.AGENT, text, tool=who, call="toolu_1")
    origin = Origin.EXTERNAL if found["stranger"] else Origin.TOOL
    return Event("sevt_2", Sort.RESULT, origin, text, tool=who, call="toolu_1")
