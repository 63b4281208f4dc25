"""How we say what is wrong with something a person wrote: collected values, never raised."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a diagnostic matters; only an error stops a command."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Code:
    """A stable name for one kind of problem; never reused, never renamed."""

    slug: str
    """Stage and problem, `manifest.unknown-field`."""

    title: str
    """One line: what the code means in general."""

    explanation: str
    """The long form, Markdown, printed by `agentops explain`: why, an example, the way out."""

    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file. Units: lines and columns count from 1, columns in characters; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


SourceLine = Callable[[str, int], str]
"""Gives a line of a file for an excerpt, secrets masked; nothing where the file has no such line."""


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains the first."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem: a phrase that works alone, its place, and what to do about it."""

    code: Code
    message: str
    """Names the thing and the fact: `Team/research names an agent that does not exist`."""

    span: Span | None = None
    label: str = ""
    """What to do here, printed beside the caret: `did you mean Agent/reviewer?`."""

    notes: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()

    @property
    def severity(self) -> Severity:
        """Return the severity of the code."""
        return self.code.severity


@dataclass(frozen=True, slots=True)
class Report:
    """Diagnostics in the order of their places."""

    diagnostics: tuple[Diagnostic, ...] = ()

    @classmethod
    def of(cls, diagnostics: Iterable[Diagnostic]) -> "Report":
        """Return the diagnostics sorted by place, then code; exact repeats are said once."""
        unique = dict.fromkeys(diagnostics)
        return cls(tuple(sorted(unique, key=_place)))

    def __add__(self, other: "Report") -> "Report":
        """Return both reports as one, sorted anew."""
        return Report.of(self.diagnostics + other.diagnostics)

    @property
    def has_errors(self) -> bool:
        """Tell whether anything here must stop the command."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.span
    where = (span.file, span.line, span.column) if span else ("", 0, 0)
    return (*where, diagnostic.code.slug, diagnostic.message)
