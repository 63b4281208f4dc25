"""The dreamer that asks models: map and reduce over any endpoint of the Messages API. They propose; code decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from agentops.dreaming import collecting, lexical, tidying
from agentops.dreaming.messages import playwriting, prompts, stages
from agentops.dreaming.messages.asking import Asker, Pace
from agentops.dreaming.messages.deciding import added
from agentops.dreaming.messages.keeping import Kept, KeptHere
from agentops.dreaming.messages.port import Speaker
from agentops.dreaming.messages.prices import LIST_PRICES, Prices
from agentops.dreaming.messages.questions import Prompt, Role
from agentops.dreaming.messages.slicing import SLICE_TOKENS, sliced
from agentops.dreaming.messages.spending import Purse
from agentops.dreaming.messages.topics import merged, topics
from agentops.dreaming.port import Dream, Night, Stage
from agentops.dreaming.redacting import redacted
from agentops.memory.comparing.strangers import trusted
from agentops.memory.forgetting import is_forgotten
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation
from agentops.memory.rejecting import is_among
from agentops.memory.transcripts import Transcript


@dataclass(frozen=True, slots=True)
class Models:
    """Who plays which part."""

    scout: str
    reconciler: str
    skeptic: str
    playwright: str = ""
    """Empty: no playbooks are written."""

    @classmethod
    def one(cls, model: str) -> "Models":
        """Return the same model for every part but the Playwright's."""
        return cls(model, model, model)

    @property
    def names(self) -> tuple[str, ...]:
        """Return each model once."""
        return tuple(dict.fromkeys(filter(None, (self.scout, self.reconciler, self.skeptic, self.playwright))))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a dream is held to, beside its budget."""

    prices: Prices = field(default_factory=lambda: LIST_PRICES)
    pace: Pace = field(default_factory=Pace)
    slice_tokens: int = SLICE_TOKENS


class MessagesDreamer:
    """Reads sessions with a Scout, decides topics with a Reconciler, and doubts every claim with a Skeptic.

    Where the endpoint does not answer, or the budget is spent, each stage goes on as the lexical dreamer does it.
    """

    def __init__(self, speaker: Speaker, models: Models, kept: Kept | None = None, terms: Terms | None = None) -> None:
        """Take who answers, who plays which part, where paid answers are kept, and the terms."""
        self._speaker = speaker
        self._models = models
        self._kept = kept or KeptHere()
        self._terms = terms or Terms()

    async def dream(self, night: Night) -> Dream:
        """Return what the transcripts teach.

        Raises:
            DreamFailed: the budget is in dollars, and a model has no known price.
        """
        purse = Purse(night.budget, self._terms.prices, self._models.names)
        asker = Asker(self._speaker, purse, self._kept, self._terms.pace)
        reading = collecting.collected(night)
        reading = replace(reading, transcripts=tuple(map(redacted, reading.transcripts)))
        return replace(await self._dreamt(night, reading, asker), spent=purse.spent)

    async def _dreamt(self, night: Night, reading: collecting.Reading, asker: Asker) -> Dream:
        transcripts = reading.transcripts
        scout = Role(self._models.scout, _wished(prompts.SCOUT, night.instructions))
        reconciler = Role(self._models.reconciler, _wished(prompts.RECONCILER, night.instructions))
        skeptic = Role(self._models.skeptic, prompts.SKEPTIC)
        counted = lexical.distilled(transcripts)
        parts = [part for each in transcripts for part in sliced(each, self._terms.slice_tokens)]
        scouted, map_stage = await stages.mapped(asker, parts, scout)
        candidates = merged([*counted, *scouted])
        tables = topics(candidates, night.memory)
        witnesses = {**reading.by_session, tidying.STORE: tidying.as_transcript(night.memory)}
        said = frozenset(each.text for each in counted)
        bench = stages.Bench(night.memory, witnesses, scout, trusted(reading.by_session), said)
        made, reduce_stage = await stages.reduced(asker, tables, reconciler, bench)
        played = await self._played(asker, transcripts, night)
        changed = {anchor for each in made.operations for anchor in each.targets}
        tidied = tidying.operations(night.memory, lexical.AUTHOR, changed)
        operations = _once([*_ordered([*made.operations, *tidied]), *played])
        verified = await stages.verified(asker, _wanted(operations, night.memory), skeptic, bench)
        code = [Stage(each, stages.CODE) for each in ("collect", "redact", "distil")]
        return Dream(
            verified.kept,
            (*verified.apart, *made.apart),
            (*code, map_stage, Stage("cluster", stages.CODE), reduce_stage, verified.stage),
            candidates=len(candidates) + len(played),
            words=_words(len(transcripts), len(candidates), len(verified.kept), len(verified.apart)),
        )

    async def _played(self, asker: Asker, transcripts: Sequence[Transcript], night: Night) -> list[Operation]:
        """Return the lines of playbooks, in their order."""
        if not self._models.playwright:
            return []
        role = Role(self._models.playwright, _wished(prompts.PLAYWRIGHT, night.instructions))
        jobs = playwriting.jobs(transcripts, night.memory)
        heard = await asker.ask([playwriting.question(each, role) for each in jobs])
        told = zip(jobs, heard, strict=True)
        lines = [line for job, each in told if each.is_answered for line in playwriting.lines(job, each.value)]
        return [added(each, role.author) for each in lines]


def _wished(prompt: Prompt, wishes: str) -> Prompt:
    """Return the prompt with what the owner of the notes asks for: another prompt, with answers of its own."""
    asked = f"\n\nThe owner of the notes asks beside this:\n{wishes.strip()}" if wishes.strip() else ""
    return replace(prompt, system=prompt.system + asked)


def _ordered(operations: Iterable[Operation]) -> list[Operation]:
    """Return operations by what they do, whoever came first."""
    return sorted(operations, key=lambda each: (each.path, each.about, each.texts, each.targets, each.verb))


def _once(operations: Iterable[Operation]) -> list[Operation]:
    """Return the operations without what is said twice."""
    return list({each.id: each for each in reversed(list(operations))}.values())[::-1]


def _wanted(operations: Iterable[Operation], memory: Memory) -> list[Operation]:
    """Return the operations without what a person turned down, and without what was forgotten for good."""
    ledger = memory.ledger
    wanted = (each for each in operations if not is_among(each, ledger.rejected))
    return [each for each in wanted if not any(is_forgotten(ledger, text) for text in each.texts)]


def _words(sessions: int, candidates: int, kept: int, apart: int) -> str:
    if not sessions:
        return "Nothing to learn: there is no session that was not dreamt before."
    if not candidates:
        return f"Nothing to learn: {sessions} sessions were read, and no claim was found in them."
    return f"{sessions} sessions read, {candidates} claims considered: {kept} operations, {apart} set apart."
