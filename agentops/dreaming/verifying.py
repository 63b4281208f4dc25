"""The last stage: every operation that writes a claim is held against its evidence. What does not hold is set apart."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from agentops.memory.comparing import citing
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.operations import Finding, Operation, Verdict
from agentops.memory.transcripts import Transcript


def verdict(text: str, evidence: Iterable[Evidence], transcripts: Mapping[str, Transcript]) -> Verdict:
    """Return what the cited events say about a claim."""
    return citing.verdict(text, evidence, transcripts)


def verified(
    operations: Iterable[Operation], transcripts: Mapping[str, Transcript]
) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """Return the operations with their verdicts: those that hold, and those to set apart, each with why."""
    kept: list[Operation] = []
    apart: list[Operation] = []
    for operation in operations:
        checked = replace(operation, verdict=_of(operation, transcripts))
        if checked.verdict.finding is not Finding.SUPPORTED:
            apart.append(replace(checked, reason=_why(checked.verdict)))
        elif checked.texts and checked.origin is Origin.EXTERNAL:
            apart.append(replace(checked, reason="only what strangers wrote speaks for it: a person may pin it"))
        else:
            kept.append(checked)
    return tuple(kept), tuple(apart)


def _of(operation: Operation, transcripts: Mapping[str, Transcript]) -> Verdict:
    """Return the worst verdict of the claims that an operation writes; evidence alone must exist."""
    if not operation.texts:
        is_there = operation.evidence and all(_exists(each, transcripts) for each in operation.evidence)
        return Verdict(Finding.SUPPORTED if is_there else Finding.NOT_FOUND)
    verdicts = [verdict(each, operation.evidence, transcripts) for each in operation.texts]
    return min(verdicts, key=lambda each: (each.finding is Finding.SUPPORTED, each.score or 0.0))


def _exists(cited: Evidence, transcripts: Mapping[str, Transcript]) -> bool:
    """Return whether there is such an event."""
    transcript = transcripts.get(cited.session)
    return transcript is not None and any(each.id == cited.event for each in transcript.events)


def _why(found: Verdict) -> str:
    """Return why an operation is set apart."""
    if found.finding is Finding.CONTRADICTED:
        return "its counts are not those of its evidence"
    return (
        "not found in its evidence" if found.score is None else f"its evidence has too little of it ({found.score:.2f})"
    )
