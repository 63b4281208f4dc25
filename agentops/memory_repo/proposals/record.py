"""A letter as files of the ledger: its operations a line each, and beside them what a reviewer is told of the dream.

`ledger/<store>/ops/<dream>.jsonl` and `<dream>.json`. Both lie in the branch, so that a terminal, a refresh and next
year's reader see what the pull request said, without a forge and without the sessions.
"""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from agentops.base.errors import RepositoryError
from agentops.dreaming.port import Dream, Spent, Stage
from agentops.memory import operation_lines
from agentops.memory.evidence import Evidence
from agentops.memory.gates.judgement import Mark
from agentops.memory.gates.port import Consequence, Objection
from agentops.memory.operations import Operation
from agentops.memory_repo.proposals.letter import Citation, Lesson, Letter

_TOKENS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def written(letter: Letter) -> Mapping[str, str]:
    """Return the two files by their names in `ledger/<store>/ops/`; live edits are told by the branch itself."""
    told = json.dumps(_said(letter), ensure_ascii=False, indent=1, sort_keys=True)
    operations = operation_lines.log(each.operation for each in letter.lessons)
    return {f"{letter.dream_id}.jsonl": operations, f"{letter.dream_id}.json": f"{told}\n"}


def read(log: str, said: str) -> Letter:
    """Return the letter that the two files hold.

    Raises:
        RepositoryError: they hold none.
    """
    operations = operation_lines.read_log(log)
    try:
        return _letter(json.loads(said), operations)
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise RepositoryError(
            f"what the ledger says of a dream cannot be read: {error}", hint="restore it from git: code writes it"
        ) from None


def said(letter: Letter) -> Mapping[str, Any]:
    """Return a letter as plain data, operations and live edits with it."""
    operations = [json.loads(operation_lines.written(each.operation)) for each in letter.lessons]
    return {**_said(letter), "operations": operations, "live": list(letter.live), "conflicts": list(letter.conflicts)}


def _said(letter: Letter) -> Mapping[str, Any]:
    dream = letter.dream or Dream(())
    return {
        "format_version": 1,
        "store": letter.store,
        "dream": letter.dream_id,
        "day": letter.day and letter.day.isoformat(),
        "schedule": letter.schedule,
        "slot": letter.slot,
        "generation": letter.generation,
        "sessions": letter.sessions,
        "words": dream.words,
        "candidates": dream.candidates,
        "stages": [{"name": each.name, "engine": each.engine, "note": each.note} for each in dream.stages],
        "spent": _spent(dream.spent),
        "gates": [{"gate": each.gate, "mark": each.mark, "words": each.words} for each in letter.gates],
        "objections": [_objection(each) for each in letter.objections],
        "quarantined": [json.loads(operation_lines.written(each.operation)) for each in letter.quarantined],
        "quotes": {
            lesson.operation.id: {
                str(each.evidence): {"actor": each.actor, "quote": each.quote} for each in lesson.citations
            }
            for lesson in (*letter.lessons, *letter.quarantined)
        },
        "before": {each.operation.id: list(each.before) for each in letter.lessons if each.before},
        "reworded": {each.operation.id: each.reworded for each in letter.lessons if each.reworded},
    }


def _spent(spent: Spent) -> Mapping[str, Any]:
    tokens = {name: getattr(spent, name) for name in _TOKENS}
    return {**tokens, "dollars": None if spent.dollars is None else str(spent.dollars)}


def _objection(objection: Objection) -> Mapping[str, Any]:
    return {
        "gate": objection.gate,
        "consequence": objection.consequence.value,
        "message": objection.message,
        "path": objection.path,
        "line": objection.line,
        "operation": objection.operation,
    }


def _letter(said: Mapping[str, Any], operations: tuple[Operation, ...]) -> Letter:
    quarantined = tuple(operation_lines.read(json.dumps(each)) for each in said["quarantined"])
    money = said["spent"]["dollars"]
    tokens = {name: said["spent"][name] for name in _TOKENS}
    spent = Spent(**tokens, dollars=None if money is None else Decimal(money))
    dream = Dream(
        operations,
        quarantined,
        tuple(Stage(**each) for each in said["stages"]),
        spent,
        said["candidates"],
        said["words"],
    )
    return Letter(
        store=said["store"],
        dream=dream,
        dream_id=said["dream"],
        day=said["day"] and date.fromisoformat(said["day"]),
        schedule=said["schedule"],
        slot=said["slot"],
        generation=said["generation"],
        sessions=said["sessions"],
        lessons=tuple(_lesson(each, said) for each in operations),
        quarantined=tuple(_lesson(each, said) for each in quarantined),
        gates=tuple(Mark(**each) for each in said["gates"]),
        objections=tuple(
            Objection(**{**each, "consequence": Consequence(each["consequence"])}) for each in said["objections"]
        ),
    )


def _lesson(operation: Operation, said: Mapping[str, Any]) -> Lesson:
    before = tuple(said["before"].get(operation.id, ()))
    quotes = said["quotes"].get(operation.id, {})
    citations = (
        *(_citation(each, quotes, speaks_against=False) for each in operation.evidence),
        *(_citation(each, quotes, speaks_against=True) for each in operation.against),
    )
    return Lesson(operation, before, citations, said["reworded"].get(operation.id, 0))


def _citation(evidence: Evidence, quotes: Mapping[str, Any], *, speaks_against: bool) -> Citation:
    found = quotes.get(str(evidence), {"quote": "", "actor": ""})
    return Citation(evidence, found["quote"], found["actor"], speaks_against)
