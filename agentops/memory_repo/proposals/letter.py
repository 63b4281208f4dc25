"""What a proposal says, as values: the same ones for a pull request's body, a terminal and JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from agentops.dreaming.port import Dream
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.gates.judgement import Mark
from agentops.memory.gates.port import Objection
from agentops.memory.operations import Operation
from agentops.memory.transcripts import Transcript

_QUOTE = 160


@dataclass(frozen=True, slots=True)
class Citation:
    """One event that an operation cites, with the words of it that bear the claim."""

    evidence: Evidence
    quote: str
    """Empty where a stranger wrote them: whoever reads a proposal may be an agent, and they may be meant for it."""

    actor: str
    """`user`, `agent`, or the tool that said it; empty where the event is not among the sessions read."""

    speaks_against: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """One operation with what a reviewer needs to judge it."""

    operation: Operation
    before: tuple[str, ...]
    """The texts of the notes that it is about, as they stand."""

    citations: tuple[Citation, ...]
    reworded: int = 0
    """How often the note's text was changed since it was last written from raw evidence."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that one proposal for one store says."""

    store: str
    dream: Dream | None
    """None where only live edits are proposed."""

    dream_id: str = ""
    day: date | None = None
    """The day that the dream counted from."""

    schedule: str = ""
    slot: str = ""
    generation: int = 1
    """The how-manieth dream of this store it is."""

    sessions: int = 0
    lessons: tuple[Lesson, ...] = ()
    quarantined: tuple[Lesson, ...] = ()
    live: tuple[str, ...] = ()
    """What agents and callers of the API wrote into the live store: `session sesn_01 wrote /facts/x.md`."""

    gates: tuple[Mark, ...] = ()
    objections: tuple[Objection, ...] = ()
    conflicts: tuple[str, ...] = ()
    """Paths that both the repository and the live store changed."""

    @property
    def words(self) -> str:
        """Return the dream's own sentence; empty where there was none."""
        return self.dream.words if self.dream else ""

    @property
    def is_blocked(self) -> bool:
        """Tell whether a gate forbids the merge."""
        return any(each.mark == "block" for each in self.gates)


def lessons(
    operations: Sequence[Operation],
    texts: Mapping[str, str],
    transcripts: Mapping[str, Transcript],
    reworded: Mapping[str, int] | None = None,
) -> tuple[Lesson, ...]:
    """Return the operations beside the notes they are about (text by anchor) and the words they cite."""
    counts = reworded or {}
    return tuple(
        Lesson(
            each,
            tuple(texts[anchor] for anchor in each.targets if anchor in texts),
            tuple(_citations(each, transcripts)),
            max((counts.get(anchor, 0) for anchor in each.targets), default=0),
        )
        for each in operations
    )


def _citations(operation: Operation, transcripts: Mapping[str, Transcript]) -> list[Citation]:
    return [
        _citation(operation, each, transcripts, speaks_against=speaks_against)
        for cited, speaks_against in ((operation.evidence, False), (operation.against, True))
        for each in cited
    ]


def _citation(
    operation: Operation, evidence: Evidence, transcripts: Mapping[str, Transcript], *, speaks_against: bool
) -> Citation:
    transcript = transcripts.get(evidence.session)
    found = next((each for each in transcript.events if each.id == evidence.event), None) if transcript else None
    if found is None:
        return Citation(evidence, "", "", speaks_against)
    if found.origin is Origin.EXTERNAL:
        return Citation(evidence, "", found.tool or found.origin.value, speaks_against)
    quote = operation.verdict.quote
    words = quote if quote and quote in found.text else found.text
    line = " ".join(words[: 4 * _QUOTE].split())
    return Citation(evidence, line[:_QUOTE], found.tool or found.origin.value, speaks_against)
