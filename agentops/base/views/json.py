"""A report as the one machine shape; the other views are made from it, so that none can say more or less."""

from collections import Counter
from typing import Any

from agentops.base.diagnostics import Diagnostic, Report, Severity, SourceLine, Span
from agentops.base.paint import on_one_line, printable

FORMAT_VERSION = 1

_WINDOW = 140
"""Units: characters of a line that an excerpt shows; a line of a megabyte is shown around its place only."""

_LEAD = 40
_TAB = "    "


def no_source(_file: str, _line: int) -> str:
    """Give no line: for reports about things that are not in files."""
    return ""


def report_json(report: Report, source_line: SourceLine = no_source) -> dict[str, Any]:
    """Return the report as plain data in which no text can act on a terminal.

    `codes` explains every code that occurs. An `excerpt` is the line of a place as it may be shown; its columns count
    in the excerpt, the others in the file.
    """
    found = report.diagnostics
    codes = {each.code.slug: each.code for each in found}
    return {
        "format_version": FORMAT_VERSION,
        "summary": _summary(found),
        "codes": {
            slug: {"title": code.title, "severity": code.severity.value, "explanation": code.explanation}
            for slug, code in sorted(codes.items())
        },
        "diagnostics": [_diagnostic(each, source_line) for each in found],
    }


def _summary(found: tuple[Diagnostic, ...]) -> dict[str, int]:
    counts = Counter(each.severity for each in found)
    return {
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "notes": counts[Severity.NOTE],
        "files": len({each.span.file for each in found if each.span}),
    }


def _diagnostic(diagnostic: Diagnostic, source_line: SourceLine) -> dict[str, Any]:
    return {
        "code": diagnostic.code.slug,
        "severity": diagnostic.severity.value,
        "message": _flat(diagnostic.message),
        "place": _place(diagnostic.span, source_line) if diagnostic.span else None,
        "label": _flat(diagnostic.label),
        "notes": [_flat(each) for each in diagnostic.notes],
        "related": [
            {"label": _flat(each.label), "place": _place(each.span, source_line)} for each in diagnostic.related
        ],
    }


def _place(span: Span, source_line: SourceLine) -> dict[str, Any]:
    return {
        "file": _flat(span.file),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "excerpt": _excerpt(span, source_line(span.file, span.line)),
    }


def _excerpt(span: Span, line: str) -> dict[str, Any] | None:
    """Return what to show of the line a place begins on, and where in it the place is."""
    if not line:
        return None
    first = min(span.column - 1, len(line))
    last = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
    start = 0 if len(line) <= _WINDOW else max(0, first - _LEAD)
    end = min(len(line), start + _WINDOW)
    before, marked = _shown(line[start:first]), _shown(line[first : max(first, min(last, end))])
    head, tail = "…" if start else "", "…" if end < len(line) else ""
    column = len(head) + len(before) + 1
    text = head + before + marked + _shown(line[max(first, min(last, end)) : end]) + tail
    return {"text": text, "column": column, "end_column": column + max(1, len(marked))}


def _shown(text: str) -> str:
    return printable(text).replace("\t", _TAB).replace("\n", "\\n")


def _flat(text: str) -> str:
    return on_one_line(text)
