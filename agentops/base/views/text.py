"""A report for people: the line, what is wrong in it, and what to do, in the manner of a good compiler."""

from collections.abc import Iterator, Mapping
from typing import Any
from unicodedata import combining, east_asian_width

from agentops.base.paint import Paint
from agentops.base.wording import counted

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_RELATED_COLOUR = "blue"


def report_text(document: Mapping[str, Any], *, colour: bool = False) -> str:
    """Return a report's JSON shape as text; nothing when it is empty."""
    if not document["diagnostics"]:
        return ""
    paint = Paint(colour)
    blocks = ["\n".join(_block(each, paint)) for each in document["diagnostics"]]
    return "\n\n".join([*blocks, summary_line(document["summary"])])


def summary_line(summary: Mapping[str, int]) -> str:
    """Return the counts in one line: `2 errors, 1 warning in 3 files`."""
    counts = ((summary["errors"], "error"), (summary["warnings"], "warning"), (summary["notes"], "note"))
    said = ", ".join(counted(count, noun) for count, noun in counts if count) or "no problems"
    return f"{said} in {counted(summary['files'], 'file')}" if summary["files"] else said


def _block(diagnostic: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    colour = _COLOURS[diagnostic["severity"]]
    head = paint("bold", paint(colour, f"{diagnostic['severity']}[{diagnostic['code']}]"))
    yield f"{head}: {paint('bold', diagnostic['message'])}"
    places = [each for each in (diagnostic["place"], *(near["place"] for near in diagnostic["related"])) if each]
    margin = " " * max((len(str(each["line"])) for each in places), default=1)
    if diagnostic["place"]:
        yield from _place(diagnostic["place"], diagnostic["label"], (margin, "-->", "^", colour), paint)
    elif diagnostic["label"]:
        yield f"{margin} {paint('blue', '=')} help: {diagnostic['label']}"
    for near in diagnostic["related"]:
        yield f"{margin} {paint('blue', '|')}"
        yield from _place(near["place"], near["label"], (margin, ":::", "-", _RELATED_COLOUR), paint)
    if diagnostic["notes"] and any(each["excerpt"] for each in places):
        yield f"{margin} {paint('blue', '|')}"
    for note in diagnostic["notes"]:
        yield f"{margin} {paint('blue', '=')} note: {note}"


def _place(place: Mapping[str, Any], label: str, style: tuple[str, str, str, str], paint: Paint) -> Iterator[str]:
    margin, arrow, mark, colour = style
    bar = paint("blue", "|")
    yield f"{margin}{paint('blue', arrow)} {place['file']}:{place['line']}:{place['column']}"
    excerpt = place["excerpt"]
    if excerpt is None:
        if label:
            yield f"{margin} {paint('blue', '=')} help: {label}"
        return
    text, column, end = excerpt["text"], excerpt["column"], excerpt["end_column"]
    before, marked = text[: column - 1], text[column - 1 : end - 1]
    number = paint("blue", str(place["line"]).rjust(len(margin)))
    pointer = paint(colour, f"{mark * max(1, _width(marked))} {label}".rstrip())
    yield f"{margin} {bar}"
    yield f"{number} {bar} {text}".rstrip()
    yield f"{margin} {bar} {' ' * _width(before)}{pointer}"


def _width(text: str) -> int:
    """Return how many cells of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)
