"""What a YAML parser says about a broken file, in the words of somebody who only wants to mend it."""

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
    message: str
    advice: str
    opening: str = ""
    """What to call the place where it began, when showing that place helps."""

    is_at_opening: bool = False
    """Whether the place to look at is where it began, not where the parser noticed."""


_INDENTATION = _Reading("this line's indentation fits nothing above it", "indent it like the lines it belongs with")
_AFTER_VALUE = _Reading("text follows a value that is already complete", "put the whole value into one pair of quotes")
_SECOND_COLON = _Reading("a second `: ` in one value", "put the value in quotes if the colon belongs to it")
_MISPLACED_KEY = _Reading("a key stands where none can", "indent it like its siblings; every key needs `: ` behind it")
_MISSING_SPACE = _Reading("a list item without a space after its dash", "write `- ` before it", is_at_opening=True)
_UNCLOSED = _Reading("a bracket is opened and never closed", "close what is opened here", is_at_opening=True)
_UNQUOTED = _Reading("a quote is opened and never closed", "close what is opened here", is_at_opening=True)
_QUOTES = _Reading("a document ends inside quotes", "close the quotes before it", "opened here")
_BLOCK_HEADER = _Reading("text stands on the line of a `|` or `>`", "write it on the next lines, indented")

_READINGS = (
    ("unexpected end of stream", _UNQUOTED),
    ("',' or ']'", _Reading("a `[` is never closed", "`,` or `]` is missing before this", "opened here")),
    ("',' or '}'", _Reading("a `{` is never closed", "`,` or `}` is missing before this", "opened here")),
    ("'-' indicator", _Reading("a list ends in something that is no item", "begin it with `- `, or indent it less")),
    ("sequence entries", _Reading("a list begins on the line of its key", "begin it on the next line")),
    ("unknown escape", _Reading("an escape that YAML does not know", "single quotes take a backslash as it is")),
    ("Unicode character escape", _Reading("an escape that names no character", "write the character itself")),
    ("comment or line break", _BLOCK_HEADER),
    ("chomping or indentation", _BLOCK_HEADER),
    ("node content", _Reading("a bracket closes that was never opened", "remove it, or put the value in quotes")),
    ("<document start>", _Reading("text follows the end of a document", "separate documents with a line `---`")),
    ("document indicator", _QUOTES),
    ("document separator", _QUOTES),
    ("incompatible YAML", _Reading("another version of YAML is asked for", "remove the `%YAML` line")),
    ("tag handle", _Reading("a value begins with `!`, the sign of a tag", "put the value in quotes")),
)
"""A piece of the parser's sentence, and how to say it; libyaml and the pure parser share most of them."""


def explained(text: Text, complaint: Complaint) -> Diagnostic:
    """Return the complaint as a diagnostic. Reports: yaml.syntax, yaml.tab."""
    at = min(complaint.at, len(text.text))
    tab = _tab_before(text.text, at)
    if tab is not None and ("tab" in complaint.problem or "token" in complaint.problem):
        message = "a tab is used for indentation, where YAML takes only spaces"
        return Diagnostic(yamls.TAB, message, text.span(tab, tab + 1), "indent with spaces")
    reading = _reading(text.text, at, complaint)
    opened = _last_bracket(text.text) if reading is _UNCLOSED else complaint.opened
    if opened is not None and reading.is_at_opening:
        at = opened
    related: tuple[Related, ...] = ()
    if opened is not None and opened < at and reading.opening:
        related = (Related(text.span(opened, opened + 1), reading.opening),)
    return Diagnostic(yamls.SYNTAX, reading.message, text.span(at, at + 1), reading.advice, related=related)


def _reading(text: str, at: int, complaint: Complaint) -> _Reading:
    problem, context, opened = complaint.problem, complaint.context, complaint.opened
    before = text[text.rfind("\n", 0, at) + 1 : at]
    at_end = not text[at:].strip()
    if "mapping values are not allowed" in problem:
        return _SECOND_COLON if ": " in before else _MISPLACED_KEY
    if "expected ':'" in problem:
        return _without_colon(text, at if opened is None else opened)
    if "',' or" in problem or "node content" in problem:
        return _UNCLOSED if at_end else _known(problem)
    if "expected key" in problem or "<block end>" in problem:
        return _AFTER_VALUE if before.strip(" -") else _INDENTATION
    if any(each in context for each in ("alias", "anchor", "tag")) or "cannot start" in problem:
        sign = text[at if opened is None else opened :][:1]
        message = f'a value begins with "{sign}", which means something else in YAML'
        return _Reading(message, "put the value in quotes", is_at_opening=True)
    return _known(problem)


def _known(problem: str) -> _Reading:
    fallback = _Reading(f"this is not YAML: {problem}", "")
    return next((reading for said, reading in _READINGS if said in problem), fallback)


def _without_colon(text: str, opened: int) -> _Reading:
    if text.startswith("-", opened):
        return _MISSING_SPACE
    return _Reading("a line without a colon", "write `key: value`; longer text goes below `key: |`", is_at_opening=True)


def _tab_before(text: str, at: int) -> int | None:
    """Return where a tab stands in the indentation of the line, if one does."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].split("\n", 1)[0]
    found = line[: len(line) - len(line.lstrip(" \t"))].find("\t")
    return None if found < 0 else start + found


def _last_bracket(text: str) -> int:
    return max(text.rfind("["), text.rfind("{"), 0)
