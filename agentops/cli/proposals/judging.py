"""A person's word on each operation: from flags, or asked at the terminal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from agentops.base.errors import UsageError
from agentops.base.names import nearest
from agentops.memory_repo.proposals.letter import Lesson, Letter

ALL = "all"
_ACCEPT, _REJECT, _REST, _QUIT = ("a", "accept", "y"), ("r", "reject", "n"), ("A", "all"), ("q", "quit")

Ask = Callable[[str], str]
Show = Callable[[int, Lesson], None]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person wants."""

    rejected: frozenset[str]
    is_final: bool
    """Whether every operation was judged: what is left open is not merged."""


def from_flags(letter: Letter, accept: Sequence[str], reject: Sequence[str]) -> Decision:
    """Return what the flags say: `all`, ids or their beginnings, or the numbers of the list. A rejection wins.

    Raises:
        UsageError: a flag names no operation.
    """
    rejected = _named(letter, reject)
    accepted = _named(letter, accept) - rejected
    everything = frozenset(each.operation.id for each in letter.lessons)
    return Decision(rejected, is_final=accepted | rejected == everything)


def asked(letter: Letter, ask: Ask, show: Show) -> Decision | None:
    """Return what a person answers to each operation, or None when they leave; the end of input is leaving."""
    rejected: set[str] = set()
    for number, lesson in enumerate(letter.lessons, 1):
        show(number, lesson)
        answer = _answer(f"{number} of {len(letter.lessons)}: accept, reject, All the rest, quit [a/r/A/q]? ", ask)
        if answer in _QUIT:
            return None
        if answer in _REST:
            break
        if answer in _REJECT:
            rejected.add(lesson.operation.id)
    return Decision(frozenset(rejected), is_final=True)


def _answer(question: str, ask: Ask) -> str:
    known = (*_ACCEPT, *_REJECT, *_REST, *_QUIT)
    while True:
        try:
            answer = ask(question).strip()
        except EOFError:
            return _QUIT[0]
        if answer in known:
            return answer


def _named(letter: Letter, names: Iterable[str]) -> frozenset[str]:
    ids = [each.operation.id for each in letter.lessons]
    return frozenset(found for name in names for found in _found(name, ids))


def _found(name: str, ids: Sequence[str]) -> Sequence[str]:
    if name == ALL:
        return ids
    if not ids:
        raise UsageError(
            f"`{name}` names no operation: this proposal has live edits alone",
            hint="`agentops memory review --merge` takes them all; single ones are edited in the branch",
        )
    if name.isdecimal() and 1 <= int(name) <= len(ids):
        return [ids[int(name) - 1]]
    found = [each for each in ids if name and each.startswith(name)]
    if len(found) == 1:
        return found
    near = nearest(name, ids)
    raise UsageError(
        f"`{name}` names {'no operation' if not found else f'{len(found)} operations'} of this proposal",
        hint=f"did you mean {near}?" if near else f"give a number from 1 to {len(ids)}, an id, or `all`",
    )
