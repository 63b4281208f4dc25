"""A letter as the body of a pull request: what changed and why, evidence, cost, gates, and a box for each operation.

The same letter gives the same bytes. A person unticks a box, and `agentops memory refresh` drops that operation.
"""

from collections.abc import Iterator, Sequence

from agentops.base.wording import counted
from agentops.dreaming.port import Dream
from agentops.memory.gates.port import Objection
from agentops.memory.operations import Operation, Verb
from agentops.memory_repo.proposals.letter import Citation, Lesson, Letter
from agentops.memory_repo.proposals.markdown import plain, quoted
from agentops.memory_repo.proposals.wording import cost, known

MOST_CHARACTERS = 60_000
"""Below GitHub's 65,536. Source: GitHub's answer 422 `body is too long (maximum is 65536 characters)`."""

_MOST_CITATIONS = 3
_MOST_LIVE = 50
_QUOTE = 160
_PART = 10_000
"""What objections, conflicts, claims set apart and notes may take each, that there is room for boxes. Units:
characters."""

_NOTICE = 100
"""What is kept free for the line that says how many operations found no room. Units: characters."""

_SIGNS = {"pass": "✅", "warn": "⚠️", "block": "⛔"}
_CHANGES_TEXT = frozenset({Verb.REWORD, Verb.MERGE, Verb.SUPERSEDE, Verb.SPLIT, Verb.PROMOTE})


def title(letter: Letter) -> str:
    """Return the title: the store and how much there is to look at."""
    counts = []
    if letter.lessons:
        counts.append(counted(len(letter.lessons), "operation"))
    if letter.live:
        counts.append(counted(len(letter.live), "live edit"))
    return f"Memory {letter.store}: {' and '.join(counts) or 'nothing to change'}"


def body(letter: Letter) -> str:
    """Return the body. Units: at most `MOST_CHARACTERS`; what finds no room is said to be in the branch."""
    head = "\n".join(_head(letter))
    foot = "\n".join(_foot(letter))
    room = MOST_CHARACTERS - len(head) - len(foot) - 2
    return f"{head}\n{_boxes(letter, room)}\n{foot}\n"


def _head(letter: Letter) -> Iterator[str]:
    yield f"<!-- agentops store={letter.store} dream={letter.dream_id or 'none'} -->"
    if letter.dream is not None:
        yield plain(letter.dream.words) or "A dream read sessions and proposes what follows."
        yield ""
        yield _provenance(letter, letter.dream)
        yield ""
    yield from _gates(letter)
    yield from _live(letter)
    yield from _part(
        [
            f"- ⚠️ {quoted(path, _QUOTE)} changed here and in the live store: resolve the conflict to merge"
            for path in letter.conflicts
        ]
    )
    if letter.lessons:
        yield "### What would be learnt"
        yield ""
        yield "Untick what you do not want and run `agentops memory refresh`: it is dropped, and not proposed again."
        yield ""


def _provenance(letter: Letter, dream: Dream) -> str:
    engines = sorted({each.engine for each in dream.stages}) or ["lexical"]
    asked = f" · schedule `{letter.schedule}`" if letter.schedule else ""
    slot = f" · due {letter.slot}" if letter.slot else ""
    read = f"{counted(letter.sessions, 'session')} read · {counted(dream.candidates, 'candidate')} considered"
    return (
        f"Dream `{letter.dream_id}`, number {letter.generation} of this store · {read} · "
        f"engine {', '.join(engines)} · {cost(dream.spent)}{asked}{slot}"
    )


def _gates(letter: Letter) -> Iterator[str]:
    if not letter.gates:
        return
    yield "| gate | | |"
    yield "|---|---|---|"
    for each in letter.gates:
        yield f"| {each.gate} | {_SIGNS.get(each.mark, '')} {each.mark} | {plain(each.words)} |"
    yield ""
    yield from _part([_objected(each) for each in letter.objections])
    if letter.objections:
        yield ""


def _objected(objection: Objection) -> str:
    place = f"{quoted(objection.path, _QUOTE)}{f' line {objection.line}' if objection.line else ''}: "
    operation = f" (`{objection.operation}`)" if objection.operation else ""
    return f"- {objection.gate}: {place if objection.path else ''}{plain(objection.message)}{operation}"


def _live(letter: Letter) -> Iterator[str]:
    if not letter.live:
        return
    yield "### Written in the live store"
    yield ""
    yield "These stand in the live store already; merging keeps them, reverting takes them out of it."
    yield ""
    for edit in letter.live[:_MOST_LIVE]:
        yield f"- {quoted(edit, _QUOTE)}"
    if len(letter.live) > _MOST_LIVE:
        yield f"- and {len(letter.live) - _MOST_LIVE} more, each a commit of this branch"
    yield ""


def _boxes(letter: Letter, room: int) -> str:
    """Return a box for each operation, and as many of them with evidence, from the first on, as there is room for."""
    boxes = list(_fitting([_box(each.operation) for each in letter.lessons], room - _NOTICE))
    left = len(letter.lessons) - len(boxes)
    notice = [f"\n{counted(left, 'operation')} more: see `ledger/{letter.store}/ops` in this branch."] if left else []
    spare = room - _NOTICE - sum(len(each) + 1 for each in boxes)
    for index, box in enumerate(boxes):
        full = "\n".join(_lesson(letter.lessons[index]))
        spare -= len(full) - len(box)
        if spare < 0:
            break
        boxes[index] = full
    return "\n".join([*boxes, *notice])


def _part(lines: Sequence[str]) -> Iterator[str]:
    """Yield as many lines of a list as a part of the body has room for, and how many there are beside them."""
    shown = list(_fitting(lines, _PART))
    yield from shown
    if hidden := len(lines) - len(shown):
        yield f"- and {hidden:,} more"


def _fitting(lines: Sequence[str], room: int) -> Iterator[str]:
    """Yield the lines that fit together, from the first on. Units: characters, line ends counted."""
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return
        yield line


def _lesson(lesson: Lesson) -> Iterator[str]:
    operation = lesson.operation
    yield _box(operation)
    for text in lesson.before if operation.verb in _CHANGES_TEXT or not operation.texts else ():
        yield f"  - was: {plain(text)}"
    if operation.reason:
        yield f"  - why: {plain(operation.reason)}"
    if lesson.reworded:
        yield f"  - its text was reworded {counted(lesson.reworded, 'time')} since it was written from raw evidence"
    yield f"  - {known(operation)}"
    shown = [each for each in lesson.citations if not each.speaks_against][:_MOST_CITATIONS]
    yield from map(_cited, shown)
    yield from map(_cited, [each for each in lesson.citations if each.speaks_against][:_MOST_CITATIONS])
    hidden = len(operation.evidence) - len(shown)
    if hidden > 0:
        yield f"  - and {hidden} more in the ledger"


def _box(operation: Operation) -> str:
    said = " / ".join(map(plain, operation.texts)) or ", ".join(f"`^{each}`" for each in operation.targets)
    place = f" {quoted(operation.path, _QUOTE)}" if operation.path else ""
    return f"- [x] `{operation.id}` **{operation.verb}**{place}: {said}"


def _cited(citation: Citation) -> str:
    verb = "against" if citation.speaks_against else "evidence"
    if not citation.actor:
        return f"  - {verb} {quoted(str(citation.evidence), _QUOTE)} is not among the sessions read"
    words = quoted(citation.quote, _QUOTE) if citation.quote else "not repeated here, a stranger wrote it"
    return f"  - {verb} {quoted(str(citation.evidence), _QUOTE)} ({plain(citation.actor)}): {words}"


def _foot(letter: Letter) -> Iterator[str]:
    if letter.quarantined:
        yield ""
        yield "<details><summary>"
        yield f"{counted(len(letter.quarantined), 'claim')} kept out: not backed by what was read"
        yield "</summary>"
        yield ""
        yield from _part([_kept_out(each.operation) for each in letter.quarantined])
        yield ""
        yield "</details>"
    notes = [each for each in letter.dream.stages if each.note] if letter.dream else []
    if notes:
        yield ""
        yield from _part([f"- stage {each.name} ({each.engine}): {plain(each.note)}" for each in notes])


def _kept_out(operation: Operation) -> str:
    said = " / ".join(map(plain, operation.texts))
    return f"- `{operation.id}` {operation.verb}: {said}\n  - {plain(operation.reason)}"
