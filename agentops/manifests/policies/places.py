"""Where a place inside an expression is in the YAML that holds it."""

from agentops.base.diagnostics import Span
from agentops.manifests.marks import Text


def within(text: Text, whole: Span, expression: str, line: int, column: int) -> Span:
    """Return the place of a line and column of an expression, or all of it where YAML has folded it.

    Units: lines and columns count from 1.
    """
    written = [*expression.splitlines(), ""][line - 1]
    found = _line(text, whole, written, line)
    if found is None:
        return whole
    number, start = found
    at = start + column
    return Span(whole.file, number, at, number, at + _length(written, column))


def _line(text: Text, whole: Span, written: str, line: int) -> tuple[int, int] | None:
    """Return the line of the file that a line of the text is written on, and how many characters stand before it."""
    if not written.strip():
        return None
    for number in (whole.line, whole.line + line):
        source = text.line(number)
        start = source.find(written, whole.column - 1 if number == whole.line else 0)
        if start >= 0:
            return number, start
    return None


def _length(written: str, column: int) -> int:
    """Return how long the word at a column is."""
    rest = written[column - 1 :]
    count = next((place for place, each in enumerate(rest) if not (each.isalnum() or each == "_")), len(rest))
    return max(1, count)
