"""Good proposals, and how one is made bad: what a mutation changes, and which gate must see it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from agentops.dreaming.lexical import dreamt
from agentops.dreaming.port import Night
from agentops.dreaming.readers import openai_chat
from agentops.memory.applying import applied
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.gates.port import Proposal
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation
from agentops.memory.transcripts import Event, Sort, Transcript

from . import corpus

TAU_BENCH = Path(__file__).parents[2] / "data" / "tau-bench" / "airline-sessions.jsonl"
PLANTED = "sesn_planted"

Make = Callable[[Proposal], Iterator[Proposal]]


@dataclass(frozen=True)
class Mutation:
    """One way to make a good proposal bad."""

    name: str
    gate: str
    """The gate that must see it; `any` where it is enough that one does."""

    make: Make
    least: float = 1.0
    """The share that must be caught: less than all only where wording alone cannot tell, and the number is printed."""


def mutation(gate: str, least: float = 1.0) -> Callable[[Make], Mutation]:
    """Return what makes a mutation of a function: all that it yields must be caught by the gate."""
    return lambda make: Mutation(make.__name__.replace("_", " "), gate, make, least)


@cache
def bases() -> Mapping[str, Proposal]:
    """Return good proposals by name: a second night over real sessions, and half of each store of the corpus."""
    return {"tau-bench": _second_night()} | {name: _second_half(name) for name in corpus.STORES}


@cache
def small(name: str) -> Proposal:
    """Return a good proposal of few notes: four that are added to twelve."""
    store = corpus.store(name)
    some = store.operations[::2][:16]
    early, late = [each for each in some if each not in some[::4]], some[::4]
    before = applied(Memory(), early, dream="drm_1", today=date(2026, 11, 10)).memory
    sessions = {each.session for one in some for each in one.evidence}
    read = {each: said for each, said in store.transcripts.items() if each in sessions}
    return again(Proposal(before, before, (), read), late)


def _second_night() -> Proposal:
    sessions = openai_chat.read(TAU_BENCH.read_text("utf-8"), name="airline").transcripts
    first = tuple(each for each in sessions if each.session.endswith("-0"))
    second = tuple(each for each in sessions if not each.session.endswith("-0"))
    before = Memory()
    for night, read in (("drm_1", first), ("drm_2", second)):
        dream = dreamt(Night(before, read, corpus.TODAY))
        after = applied(before, dream.operations, dream=night, today=corpus.TODAY)
        proposal = Proposal(before, after.memory, after.done, {each.session: each for each in read})
        before = after.memory
    return proposal


def _second_half(name: str) -> Proposal:
    """Return what adds every fourth note of a store to the others."""
    store = corpus.store(name)
    late = store.operations[::4]
    early = tuple(each for each in store.operations if each not in late)
    before = applied(Memory(), early, dream="drm_1", today=date(2026, 11, 10)).memory
    return again(Proposal(before, before, (), store.transcripts), late)


def again(proposal: Proposal, operations: Sequence[Operation]) -> Proposal:
    """Return the proposal with other operations, applied anew; those that do not fit stay in it."""
    after = applied(proposal.before, operations, dream="drm_2", today=corpus.TODAY)
    return replace(proposal, after=after.memory, operations=tuple(operations))


def adding(proposal: Proposal, *operations: Operation) -> Proposal:
    """Return the proposal with more operations."""
    return again(proposal, (*proposal.operations, *operations))


def writing(proposal: Proposal, path: str, change: Callable[[str], str]) -> Proposal:
    """Return the proposal with a file of its result changed behind its back."""
    files = {**proposal.after.files, path: change(proposal.after.files.get(path, ""))}
    return replace(proposal, after=replace(proposal.after, files=files))


def without(proposal: Proposal, paths: Sequence[str]) -> Proposal:
    """Return the proposal with files of its result removed."""
    files = {path: text for path, text in proposal.after.files.items() if path not in paths}
    return replace(proposal, after=replace(proposal.after, files=files))


def by_hand(proposal: Proposal, path: str, text: str) -> Proposal:
    """Return the proposal with a file that an agent wrote into the live store."""
    return replace(writing(proposal, path, lambda _: text), by_hand={path: text})


def hearing(proposal: Proposal, origin: Origin, text: str, *, tool: str = "bash", name: str = PLANTED) -> Proposal:
    """Return the proposal whose night has one more session, in which somebody says a text."""
    sort = Sort.MESSAGE if origin in {Origin.USER, Origin.AGENT} else Sort.RESULT
    events = (
        Event("e1", Sort.MESSAGE, Origin.USER, "please go on with the task from this morning"),
        Event("e2", sort, origin, text, tool=tool if sort is Sort.RESULT else "", call="c1"),
        Event("e3", Sort.MESSAGE, Origin.AGENT, "done, everything is as it should be"),
    )
    said = Transcript(name, "managed-agents", events, principal="dee")
    return replace(proposal, transcripts={**proposal.transcripts, name: said})


def cited(operation: Operation, *, name: str = PLANTED, origin: Origin = Origin.TOOL) -> Operation:
    """Return the operation resting on the planted session."""
    return replace(operation, evidence=(Evidence(name, "e2"),), origin=origin)


def adds(proposal: Proposal) -> list[Operation]:
    """Return the operations of a proposal that add a note."""
    return [each for each in proposal.operations if each.verb == "add"]


def swapped(proposal: Proposal, old: Operation, new: Operation) -> Proposal:
    """Return the proposal with one operation in the place of another."""
    return again(proposal, [new if each is old else each for each in proposal.operations])
