"""A letter for people at a terminal; pure."""

import textwrap
from collections.abc import Iterator, Sequence

from agentops.base.paint import Paint, printable
from agentops.base.wording import counted
from agentops.memory.operations import Verb
from agentops.memory_repo.proposals.letter import Citation, Lesson, Letter
from agentops.memory_repo.proposals.wording import cost, known

_MOST_CITATIONS = 3
_MOST_OBJECTIONS = 20
_MARKS = {"pass": ("green", "✓"), "warn": ("yellow", "!"), "block": ("red", "✗"), "off": ("dim", "-")}
_KEEPS_TEXT = frozenset({Verb.REINFORCE, Verb.MOVE, Verb.PIN, Verb.UNPIN, Verb.DISPUTE})
_LABEL = 10


class Screen:
    """Draws letters for one terminal."""

    def __init__(self, paint: Paint, width: int) -> None:
        """Take the colours and the width. Units: characters."""
        self._paint = paint
        self._width = max(40, min(width, 120))

    def letter(self, letter: Letter) -> Iterator[str]:
        """Yield the whole of it: where it comes from, what the gates say, each operation with its evidence."""
        yield from self.head(letter)
        yield from self.gates(letter)
        for number, lesson in enumerate(letter.lessons, 1):
            yield ""
            yield from self.lesson(number, lesson)
        yield from self._apart(letter)

    def head(self, letter: Letter) -> Iterator[str]:
        """Yield where it comes from and what it cost."""
        yield self._paint("bold", f"Memory of {letter.store}")
        if letter.dream is not None:
            yield from self._wrapped(letter.dream.words, "  ")
            engines = ", ".join(sorted({each.engine for each in letter.dream.stages})) or "lexical"
            asked = f", schedule {letter.schedule}" if letter.schedule else ""
            read = f"{counted(letter.sessions, 'session')} read by {engines}"
            yield from self._wrapped(f"{letter.dream_id}{asked}: {read}, {cost(letter.dream.spent)}", "  ")
            for stage in letter.dream.stages:
                if stage.note:
                    yield from self._wrapped(f"{stage.name} ({stage.engine}): {stage.note}", "  ")
        for edit in letter.live:
            yield from self._wrapped(f"in the live store: {edit}", "  ")
        for path in letter.conflicts:
            yield self._paint("yellow", f"  {printable(path)} changed here and in the live store")

    def gates(self, letter: Letter) -> Iterator[str]:
        """Yield what the gates say: those that passed in one line, the others each."""
        if not letter.gates:
            return
        yield ""
        passed = sum(each.mark == "pass" for each in letter.gates)
        yield f"{self._sign('pass')} {passed} of {len(letter.gates)} gates passed"
        for mark in (each for each in letter.gates if each.mark != "pass"):
            first, *rest = self._wrapped(f"{mark.gate}: {mark.words}", "  ")
            yield from [f"{self._sign(mark.mark)} {first.strip()}", *rest]
        shown = letter.objections[:_MOST_OBJECTIONS]
        for each in shown:
            place = f"{each.path}{f':{each.line}' if each.line else ''}: " if each.path else ""
            yield from self._wrapped(f"{each.gate}: {place}{each.message}", "    ")
        if hidden := len(letter.objections) - len(shown):
            yield f"    and {hidden} more"

    def lesson(self, number: int, lesson: Lesson) -> Iterator[str]:
        """Yield one operation: what it changes, why, and the words it rests on."""
        operation = lesson.operation
        title = f"{number:>3}  {operation.verb:<10}{printable(operation.path)}"
        room = max(1, self._width - len(title) - len(operation.id))
        yield f"{self._paint('bold', title)}{' ' * room}{self._paint('dim', operation.id)}"
        yield from self._difference(lesson)
        yield from self._labelled("why", [operation.reason])
        yield from self._labelled("known", [known(operation)])
        cited = [each for each in lesson.citations if not each.speaks_against]
        hidden = len(cited) - _MOST_CITATIONS
        more = [f"and {hidden} more"] if hidden > 0 else []
        yield from self._labelled("evidence", [*map(self._cited, cited[:_MOST_CITATIONS]), *more])
        against = [each for each in lesson.citations if each.speaks_against][:_MOST_CITATIONS]
        yield from self._labelled("against", list(map(self._cited, against)))

    def _difference(self, lesson: Lesson) -> Iterator[str]:
        keeps = lesson.operation.verb in _KEEPS_TEXT
        for text in lesson.before:
            yield from self._signed(" " if keeps else "-", "dim" if keeps else "red", text)
        for text in lesson.operation.texts if not keeps else ():
            yield from self._signed("+", "green", text)

    def _apart(self, letter: Letter) -> Iterator[str]:
        if not letter.quarantined:
            return
        yield ""
        yield f"{counted(len(letter.quarantined), 'claim')} kept out of it, not backed by what was read"
        for lesson in letter.quarantined[:_MOST_OBJECTIONS]:
            operation = lesson.operation
            yield from self._wrapped(f"{' / '.join(operation.texts) or operation.verb}: {operation.reason}", "    ")

    def _cited(self, citation: Citation) -> str:
        actor = f" {citation.actor}" if citation.actor else ""
        return f"{citation.evidence}{actor}: {citation.quote}" if citation.quote else str(citation.evidence)

    def _signed(self, sign: str, colour: str, text: str) -> Iterator[str]:
        lines = textwrap.wrap(printable(text), self._width - 7) or [""]
        for index, line in enumerate(lines):
            yield self._paint(colour, f"     {sign if not index else ' '} {line}")

    def _labelled(self, label: str, texts: Sequence[str]) -> Iterator[str]:
        name = label
        for text in filter(None, texts):
            for line in textwrap.wrap(printable(text), self._width - 7 - _LABEL, max_lines=2, placeholder=" …"):
                yield f"       {self._paint('dim', name.ljust(_LABEL))}{line}"
                name = ""

    def _wrapped(self, text: str, indent: str) -> Iterator[str]:
        yield from textwrap.wrap(printable(text), self._width, initial_indent=indent, subsequent_indent=indent)

    def _sign(self, mark: str) -> str:
        return self._paint(*_MARKS.get(mark, ("dim", "?")))
