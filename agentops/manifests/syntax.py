"""What a YAML parser says about a broken file, in the words of somebody who only wants to mend it."""

from collections.abc import Iterator
from dataclasses import dataclass

from agentops.base.diagnostics import Diagnostic, Related
from agentops.manifests.codes import yamls
from agentops.manifests.marks import Text


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the parser said, and where. Units: offsets in characters; `opened` is where the broken thing begins."""

    problem: str
    at: int
    context: str = ""
    opened: int | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    said: str
    """A piece of the parser's sentence; libyaml and the pure parser share most of them."""

    message: str
    advice: str
    opening: str = ""
    """What to call the place where it began, when showing that place helps."""


_INDENTATION = _Reading(
    "",
    "this line's indentation fits nothing above it",
    "indent it exactly like the lines it belongs with",
    "belongs to what begins here",
)
_AFTER_VALUE = _Reading(
    "", "text follows a value that is already complete", "put the whole value into one pair of quotes"
)
_SECOND_COLON = _Reading("", "a second `: ` in one value", "put the value in quotes if the colon belongs to it")
_MISPLACED_KEY = _Reading(
    "", "a key stands where none can", "indent it like its siblings; every key needs `: ` behind it"
)
_MISSING_SPACE = _Reading("", "a list item without a space after its dash", "write `- ` and then the item")

_READINGS = (
    _Reading("unexpected end of stream", "a quote is opened and never closed", "the file ends here", "opened here"),
    _Reading("',' or ']'", "a `[` is never closed", "`,` or `]` is missing before this", "opened here"),
    _Reading("',' or '}'", "a `{` is never closed", "`,` or `}` is missing before this", "opened here"),
    _Reading(
        "'-' indicator", "a list ends in something that is no item", "begin it with `- `, or indent it less", "the list"
    ),
    _Reading(
        "could not find expected ':'", "a line without a colon", "write `key: value`; longer text goes below `key: |`"
    ),
    _Reading("sequence entries are not allowed", "a list begins on the line of its key", "begin it on the next line"),
    _Reading("unknown escape", "an escape that YAML does not know", "single quotes take a backslash as it is"),
    _Reading("Unicode character escape", "an escape that names no character", "write the character itself"),
    _Reading("comment or line break", "text on the line of a `|` or `>`", "write it on the next lines, indented"),
    _Reading("chomping or indentation", "text on the line of a `|` or `>`", "write it on the next lines, indented"),
    _Reading("node content", "a bracket closes that was never opened", "remove it, or put the value in quotes"),
    _Reading("<document start>", "text follows the end of a document", "separate documents with a line `---`"),
    _Reading("document indicator", "a document ends inside quotes", "close the quotes before it", "opened here"),
    _Reading("document separator", "a document ends inside quotes", "close the quotes before it", "opened here"),
    _Reading("incompatible YAML", "another version of YAML is asked for", "remove the `%YAML` line"),
    _Reading("tag handle", "a value begins with `!`, the sign of a tag", "put the value in quotes"),
)


def explained(text: Text, complaint: Complaint) -> Diagnostic:
    """Return the complaint as a diagnostic. Reports: yaml.syntax, yaml.tab."""
    at = min(complaint.at, len(text.text))
    tab = _tab_before(text.text, at)
    if tab is not None and ("tab" in complaint.problem or "token" in complaint.problem):
        message = "a tab is used for indentation, where YAML takes only spaces"
        return Diagnostic(yamls.TAB, message, text.span(tab, tab + 1), "indent with spaces")
    reading = _reading(text.text, at, complaint)
    if complaint.opened is not None and reading.said == "could not find expected ':'":
        at = complaint.opened
    if at == len(text.text) and complaint.opened is not None and reading.opening:
        # The end of the file is a poor place to look at: show where it began.
        return Diagnostic(
            yamls.SYNTAX, reading.message, text.span(complaint.opened, complaint.opened + 1), "opened here"
        )
    related = tuple(_opening(text, at, complaint, reading))
    return Diagnostic(yamls.SYNTAX, reading.message, text.span(at, at + 1), reading.advice, related=related)


def _opening(text: Text, at: int, complaint: Complaint, reading: _Reading) -> Iterator[Related]:
    if reading.opening and complaint.opened is not None and complaint.opened < at:
        yield Related(text.span(complaint.opened, complaint.opened + 1), reading.opening)


def _tab_before(text: str, at: int) -> int | None:
    """Return where a tab stands in the indentation of the line, if one does."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].split("\n", 1)[0]
    indentation = line[: len(line) - len(line.lstrip(" \t"))]
    found = indentation.find("\t")
    return None if found < 0 else start + found


def _reading(text: str, at: int, complaint: Complaint) -> _Reading:
    before = text[text.rfind("\n", 0, at) + 1 : at]
    problem, context = complaint.problem, complaint.context
    if "mapping values are not allowed" in problem:
        return _SECOND_COLON if ": " in before else _MISPLACED_KEY
    if "expected key" in problem or "<block end>" in problem:
        return _AFTER_VALUE if before.strip(" -") else _INDENTATION
    if "could not find expected ':'" in problem and complaint.opened is not None:
        dashed = text[complaint.opened : complaint.opened + 1] == "-"
        return _MISSING_SPACE if dashed else next(each for each in _READINGS if each.said in problem)
    if "alias" in context or "anchor" in context or "tag" in context or "cannot start" in problem:
        sign = text[complaint.opened if complaint.opened is not None else at :][:1]
        return _Reading(
            "", f"a value begins with `{sign}`, which means something else in YAML", "put the value in quotes"
        )
    fallback = _Reading("", f"this is not YAML: {problem}", "")
    return next((each for each in _READINGS if each.said in problem), fallback)
