"""The three stages in which models are asked. Each does without them what they do not answer, and says so."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from agentops.dreaming import lexical, reducing, verifying
from agentops.dreaming.candidates import Candidate
from agentops.dreaming.messages import doubting, reconciling, scouting
from agentops.dreaming.messages.asking import Asker, Heard
from agentops.dreaming.messages.deciding import Court, added, decided
from agentops.dreaming.messages.questions import Role
from agentops.dreaming.messages.slicing import Slice
from agentops.dreaming.messages.topics import Topic
from agentops.dreaming.port import Stage
from agentops.dreaming.wording import order
from agentops.memory.comparing.strangers import is_borne
from agentops.memory.evidence import Origin
from agentops.memory.notes import Memory
from agentops.memory.operations import Finding, Operation
from agentops.memory.transcripts import Transcript

ENGINE = "messages"
CODE = lexical.ENGINE
_WHY_LIMIT = 160
_NAMED = 3
"""How many kinds of refusals a note names."""


async def mapped(asker: Asker, parts: Sequence[Slice], role: Role) -> tuple[tuple[Candidate, ...], Stage]:
    """Return what the Scout finds in the slices."""
    heard = await asker.ask([scouting.question(each, role) for each in parts])
    found: list[Candidate] = []
    refused: list[str] = []
    for part, each in zip(parts, heard, strict=True):
        if each.is_answered:
            scouted = scouting.scouted(part, each.value)
            found += scouted.candidates
            refused += scouted.refused
    return tuple(found), _stage("map", heard, "read without the model", refused)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a topic is decided with."""

    memory: Memory
    transcripts: Mapping[str, Transcript]
    scout: Role
    believed: Mapping[str, Transcript]
    """The same without what strangers wrote: what words are held against."""

    counted: frozenset[str]
    """The claims that code made; a model worded the others."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What holds, and what is set apart."""

    kept: tuple[Operation, ...]
    apart: tuple[Operation, ...]
    stage: Stage


@dataclass(frozen=True, slots=True)
class Made:
    """What becomes of topics, and what nobody can decide."""

    operations: tuple[Operation, ...]
    apart: tuple[Operation, ...] = ()


async def reduced(asker: Asker, tables: Sequence[Topic], role: Role, bench: Bench) -> tuple[Made, Stage]:
    """Return what becomes of the topics: those that leave a model a choice are put before the Reconciler."""
    asked = [place for place, each in enumerate(tables) if _is_open(each, bench)]
    heard = await asker.ask([reconciling.question(tables[place], role) for place in asked])
    answers = {place: answer for place, answer in zip(asked, heard, strict=True) if answer.is_answered}
    made: list[Made] = []
    refused: list[str] = []
    for place, each in enumerate(tables):
        if place not in answers:
            made.append(_by_code(each, bench))
            continue
        choices = reconciling.chosen(each, answers[place].value)
        refused += choices.refused
        made.append(Made(decided(each, choices.by_candidate, Court(bench.believed, role.author))))
    operations = tuple(each for one in made for each in one.operations)
    apart = tuple(each for one in made for each in one.apart)
    return Made(operations, apart), _stage("reduce", heard, "decided without the model", refused)


async def verified(asker: Asker, operations: Iterable[Operation], role: Role, bench: Bench) -> Verified:
    """Hold operations against their evidence: code does so with all, then the Skeptic with what models worded."""
    held, apart = verifying.verified(operations, bench.memory, bench.transcripts)
    worded = [each for each in held if not bench.counted.issuperset(each.texts)]
    heard = await asker.ask([doubting.question(each, bench.transcripts, role) for each in worded])
    said = {each.id: answer for each, answer in zip(worded, heard, strict=True) if answer.is_answered}
    checked = [
        replace(each, verdict=doubting.doubted(each, said[each.id].value, bench.transcripts, role.model))
        if each.id in said
        else each
        for each in held
    ]
    doubts = [_doubt(each, bench) for each in checked]
    kept = tuple(each for each, why in zip(checked, doubts, strict=True) if not why)
    out = tuple(replace(each, reason=why) for each, why in zip(checked, doubts, strict=True) if why)
    return Verified(kept, (*apart, *out), _stage("verify", heard, "checked by code alone", ()))


def _is_open(topic: Topic, bench: Bench) -> bool:
    """Tell whether a topic needs judgement: what code found alone it decides alone, and what stands alone is new."""
    is_alone = len(topic.candidates) + len(topic.known) == 1
    return not is_alone and any(each.text not in bench.counted for each in topic.candidates)


def _by_code(topic: Topic, bench: Bench) -> Made:
    """Return what code makes of a topic: what a model says that stands alone is added, the rest is counted."""
    worded = [each for each in topic.candidates if each.text not in bench.counted]
    counted = [each for each in topic.candidates if each.text in bench.counted]
    if worded and len(topic.candidates) + len(topic.known) == 1:
        return Made(tuple(added(each, bench.scout.author) for each in worded))
    by_code = reducing.reduced(counted, bench.memory, lexical.AUTHOR)
    by_model = reducing.reduced(worded, bench.memory, bench.scout.author)
    return Made(by_code.operations + by_model.operations, by_code.apart + by_model.apart)


def _doubt(operation: Operation, bench: Bench) -> str:
    """Return why an operation is set apart; empty when nothing speaks against it."""
    is_worded = operation.author.engine == ENGINE
    if operation.origin is Origin.EXTERNAL or (
        is_worded and not is_borne(operation.texts, operation.evidence, bench.believed)
    ):
        return "only what strangers wrote speaks for it: a person may pin it"
    if what := order(operation.texts):
        return f"it tells its reader what to do ({what})"
    finding = operation.verdict.finding
    if finding is Finding.SUPPORTED:
        return ""
    return f"{operation.verdict.by} finds its evidence {finding.value.replace('_', ' ')}"


def _stage(name: str, heard: Sequence[Heard], without: str, refused: Sequence[str]) -> Stage:
    """Return the stage: by the model if it answered anything, and what a reader should know."""
    unheard = [each.why for each in heard if not each.is_answered]
    notes = []
    if unheard:
        notes.append(f"{len(unheard)} of {len(heard)} {without}: {shown(unheard[0])}")
    if refused:
        most = Counter(refused).most_common(_NAMED)
        notes.append(f"{len(refused)} refused: " + ", ".join(f"{why} ({count})" for why, count in most))
    return Stage(name, CODE if len(unheard) == len(heard) else ENGINE, "; ".join(notes))


def shown(why: str) -> str:
    """Return why a model did not answer as one short line: the words may be the endpoint's."""
    line = " ".join("".join(each if each.isprintable() else " " for each in why).split())
    return line if len(line) <= _WHY_LIMIT else line[: _WHY_LIMIT - 1] + "…"
