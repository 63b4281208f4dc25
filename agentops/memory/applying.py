"""Operations applied to a memory. The text and the ledger that come out depend on nothing but what goes in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from agentops.memory import fitness, verbs
from agentops.memory.drafting import Draft
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation
from agentops.memory.projecting import project

_RANKS = {verb: rank for rank, verb in enumerate(verbs.VERBS)}


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a memory, and of each operation."""

    memory: Memory
    done: tuple[Operation, ...]
    """In the order in which they came."""

    unfit: tuple[tuple[Operation, str], ...]
    """What could not be applied, each with a sentence that says why."""


def applied(memory: Memory, operations: Iterable[Operation], *, dream: str, today: date) -> Applied:
    """Return the memory after the operations, whose order does not matter: they are applied verb by verb, by content.

    What holds of one operation on its own holds of it among others, unless they change the same note: then the one of
    which the verb comes first in `VERBS` is done, and the other is told that the note is taken.
    """
    given = tuple(operations)
    draft = Draft(memory, dream, today)
    sentences = {index: _apply(draft, given[index]) for index in _order(given)}
    project(draft)
    return Applied(
        memory=draft.result(),
        done=tuple(one for index, one in enumerate(given) if not sentences[index]),
        unfit=tuple((one, sentences[index]) for index, one in enumerate(given) if sentences[index]),
    )


def _order(operations: tuple[Operation, ...]) -> list[int]:
    def key(index: int) -> tuple[object, ...]:
        one = operations[index]
        return _RANKS[one.verb], one.path, one.texts, sorted(one.targets)

    def whole(index: int) -> tuple[str, str]:
        return operations[index].id, repr(operations[index])

    # To spell one out costs as much as to apply it, and hardly two are alike in what comes first.
    return [index for _, alike in groupby(sorted(range(len(operations)), key=key), key) for index in _by(whole, alike)]


def _by(key: Callable[[int], tuple[str, str]], alike: Iterable[int]) -> list[int]:
    found = list(alike)
    return sorted(found, key=key) if len(found) > 1 else found


def _apply(draft: Draft, operation: Operation) -> str:
    """Apply one; return why it could not be, and then nothing of it is."""
    before = draft.snapshot()
    try:
        fitness.check(draft, operation)
        verbs.VERBS[operation.verb](draft, operation)
    except fitness.Unfit as unfit:
        draft.restore(before)
        return str(unfit)
    draft.spend(fitness.spent(operation))
    return ""
