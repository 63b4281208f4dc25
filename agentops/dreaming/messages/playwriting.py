"""The Playwright: how a job is done that several sessions did well. Each line is a claim with events of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentops.dreaming.candidates import Candidate, Witness
from agentops.dreaming.distilling.contrast import ended_well
from agentops.dreaming.messages.framing import cut, framed, shown
from agentops.dreaming.messages.questions import Question, Role
from agentops.dreaming.messages.scouting import MOST_EVIDENCE, listed
from agentops.dreaming.messages.slicing import size
from agentops.dreaming.wording import Unfit, claim
from agentops.memory.evidence import Origin
from agentops.memory.layout import folder_of, slug
from agentops.memory.notes import Memory, NoteKind, Trust
from agentops.memory.transcripts import Sort, Transcript

LEAST_SESSIONS = 3
MOST_SESSIONS = 5
MOST_LINES = 12
_TOKENS = 40_000
_EVENT_LIMIT = 600
"""How much of one event is shown: steps are told by what was called, not by all that came back."""

_EVENT_TOKENS = 300
"""What one event takes at most, with its frame."""

_PARTS = ("trigger", "precondition", "step", "check", "stop", "failure")


@dataclass(frozen=True, slots=True)
class Job:
    """A task, and sessions that did it well. Nothing that strangers wrote is part of it."""

    task: str
    sessions: tuple[Transcript, ...]

    @property
    def path(self) -> str:
        """Return where its playbook stands."""
        return f"{folder_of(NoteKind.PLAYBOOK)}/{slug(self.task)}.md"

    @property
    def witnesses(self) -> Mapping[str, Witness]:
        """Return the events that are shown, by the names they have in the question."""
        told = [
            Witness(read, each) for read in self.sessions for each in read.events if _is_told(each.origin, each.sort)
        ]
        return {str(each.evidence): each for each in told}


def jobs(transcripts: Iterable[Transcript], memory: Memory) -> tuple[Job, ...]:
    """Return the jobs that have enough sessions and no playbook yet, in the order of their tasks."""
    done: dict[str, list[Transcript]] = {}
    for each in sorted(transcripts, key=lambda each: each.session):
        if each.task and ended_well(each):
            done.setdefault(each.task, []).append(each)
    found = (Job(task, _fitting(done[task])) for task in sorted(done))
    return tuple(each for each in found if len(each.sessions) >= LEAST_SESSIONS and each.path not in memory.files)


def question(job: Job, role: Role) -> Question:
    """Return what the Playwright is asked about a job."""
    task = framed("job", [{"task": cut(job.task, 500)}])
    witnesses = job.witnesses
    events = framed("events", [_shown(name, each) for name, each in witnesses.items()])
    return Question(role, f"{task}\n{events}", _schema(list(witnesses)), _judged)


def lines(job: Job, value: Any) -> tuple[Candidate, ...]:
    """Return the playbook's lines in their order; none where no step is left."""
    witnesses = job.witnesses
    found = []
    for said in value["lines"][:MOST_LINES]:
        try:
            found.append((said.get("part") if isinstance(said, Mapping) else "", _line(job, said, witnesses)))
        except Unfit:
            continue
    return tuple(each for _, each in found) if any(part == "step" for part, _ in found) else ()


def _line(job: Job, said: Any, witnesses: Mapping[str, Witness]) -> Candidate:
    if not isinstance(said, Mapping) or said.get("part") not in _PARTS:
        raise Unfit("a line is no part of a playbook")
    cited = _cited(said.get("evidence"))
    if not cited or any(each not in witnesses for each in cited):
        raise Unfit("the evidence is none of the events that were shown")
    return Candidate(
        kind=NoteKind.PLAYBOOK,
        text=claim(f"{said['part'].capitalize()}: {claim(said.get('text'))}"),
        path=job.path,
        about=cut(job.task, 80),
        witnesses=tuple(witnesses[each] for each in cited),
        trust=Trust.OBSERVED,
        is_certain=True,
    )


def _cited(said: Any) -> tuple[str, ...]:
    """Return the names that are cited, each once; none where they are no names."""
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        return ()
    return tuple(dict.fromkeys(said))[:MOST_EVIDENCE]


def _fitting(sessions: Sequence[Transcript]) -> tuple[Transcript, ...]:
    """Return the shortest sessions that one question holds, in the order of their ids."""
    taken, room = [], _TOKENS
    for each in sorted(sessions, key=lambda read: (size(read.events), read.session))[:MOST_SESSIONS]:
        room -= min(size(each.events), len(each.events) * _EVENT_TOKENS)
        if room < 0:
            break
        taken.append(each)
    return tuple(sorted(taken, key=lambda read: read.session))


def _is_told(origin: Origin, sort: Sort) -> bool:
    return origin not in {Origin.EXTERNAL, Origin.RECALLED} and sort is not Sort.OUTCOME


def _shown(name: str, each: Witness) -> dict[str, Any]:
    return {**shown(each.event), "id": name, "text": cut(each.event.text, _EVENT_LIMIT)}


def _judged(value: Any) -> str:
    if not isinstance(value, Mapping) or not isinstance(value.get("lines"), list):
        return "it is no object with a list `lines`"
    return ""


def _schema(names: list[str]) -> dict[str, Any]:
    cited = {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1, "maxItems": MOST_EVIDENCE}
    text = {"type": "string", "maxLength": 200}
    return listed(
        "lines", {"part": {"type": "string", "enum": list(_PARTS)}, "text": text, "evidence": cited}, MOST_LINES
    )
