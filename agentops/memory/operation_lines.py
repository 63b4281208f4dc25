"""Operations as lines of JSON: the log of a dream, `ledger/<store>/ops/<dream>.jsonl`."""

import json
from collections.abc import Iterable
from typing import Any

from agentops.base.canonical import canonical_json
from agentops.base.errors import RepositoryError
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.notes import NO_SUPPORT, NoteKind, Support, Trust
from agentops.memory.operations import UNCHECKED, Author, Finding, Operation, Verb, Verdict


def written(operation: Operation) -> str:
    """Return the operation as one line with its id and without an end of line; what it does not say is left out."""
    said = {
        "id": operation.id,
        "verb": operation.verb.value,
        "author": _author(operation.author),
        "targets": list(operation.targets),
        "texts": list(operation.texts),
        "path": operation.path,
        "kind": operation.kind and operation.kind.value,
        "trust": operation.trust.value,
        "origin": operation.origin.value,
        "scope": operation.scope,
        "about": operation.about,
        "evidence": [str(one) for one in operation.evidence],
        "against": [str(one) for one in operation.against],
        "support": support_said(operation.support),
        "reason": operation.reason,
        "verdict": _verdict(operation.verdict),
    }
    return canonical_json({key: value for key, value in said.items() if value})


def read(line: str) -> Operation:
    """Return what a line says.

    Raises:
        RepositoryError: it says no operation.
    """
    try:
        return _operation(json.loads(line))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RepositoryError(
            f"a line of the log of operations cannot be read: {error}", hint="restore it from git: code writes it"
        ) from None


def log(operations: Iterable[Operation]) -> str:
    """Return a whole log: a line for each operation."""
    return "".join(f"{written(operation)}\n" for operation in operations)


def read_log(text: str) -> tuple[Operation, ...]:
    """Return the operations of a log.

    Raises:
        RepositoryError: a line says none.
    """
    return tuple(read(line) for line in text.split("\n") if line)


def support_said(support: Support) -> dict[str, int]:
    """Return the counts that are not zero."""
    counts = {
        "sessions": support.sessions,
        "days": support.days,
        "principals": support.principals,
        "against": support.against,
    }
    return {key: count for key, count in counts.items() if count}


def support_read(said: dict[str, int] | None) -> Support:
    """Return the counts that were said."""
    return Support(**said) if said else NO_SUPPORT


def evidence_read(said: Iterable[str]) -> tuple[Evidence, ...]:
    """Return the evidence that was spelled.

    Raises:
        ValueError: one spells none.
    """
    return tuple(_evidence(one) for one in said)


def _evidence(said: str) -> Evidence:
    found = Evidence.parse(said)
    if found is None:
        raise ValueError(f"{said!r} names no event: it is spelled session#event")
    return found


def _author(author: Author) -> dict[str, str]:
    said = {"engine": author.engine, "model": author.model, "prompt": author.prompt}
    return {key: value for key, value in said.items() if value or key == "engine"}


def _verdict(verdict: Verdict) -> dict[str, Any] | None:
    if verdict == UNCHECKED:
        return None
    said: dict[str, Any] = {"finding": verdict.finding.value, "by": verdict.by}
    if verdict.quote:
        said["quote"] = verdict.quote
    if verdict.score is not None:
        said["score"] = verdict.score
    return said


def _operation(said: dict[str, Any]) -> Operation:
    verdict = said.get("verdict")
    return Operation(
        verb=Verb(said["verb"]),
        author=Author(**said["author"]),
        targets=tuple(said.get("targets", ())),
        texts=tuple(said.get("texts", ())),
        path=said.get("path", ""),
        kind=NoteKind(said["kind"]) if said.get("kind") else None,
        trust=Trust(said["trust"]),
        origin=Origin(said["origin"]),
        scope=said.get("scope", ""),
        about=said.get("about", ""),
        evidence=evidence_read(said.get("evidence", ())),
        support=support_read(said.get("support")),
        reason=said.get("reason", ""),
        verdict=Verdict(**{**verdict, "finding": Finding(verdict["finding"])}) if verdict else UNCHECKED,
        against=evidence_read(said.get("against", ())),
    )
