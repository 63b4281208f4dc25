"""Labelled artifacts beside a rubric: `NAME.cases/good/…`, `NAME.cases/bad/…`, and what `cases.yaml` says of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agentops.base.diagnostics import Diagnostic, Report, Span
from agentops.base.errors import InvalidManifests, UsageError
from agentops.base.names import nearest
from agentops.cli.rubrics.finding import Rubric
from agentops.cli.rubrics.labels import Labels
from agentops.manifests import source
from agentops.manifests.codes import references
from agentops.manifests.marks import Marks
from agentops.manifests.shaped import judged
from agentops.manifests.yaml import read

LABELS = "cases.yaml"
_LABELLED = ("good", "bad")
_KNOWN = (*_LABELLED, LABELS, "README.md")


@dataclass(frozen=True, slots=True)
class Case:
    """One artifact whose worth is known."""

    name: str
    """`bad/no-sources`."""

    is_good: bool
    artifact: Path
    misses: frozenset[str] | None = None
    """The criteria that it is said not to meet; None when nothing is said of single criteria."""

    place: Span | None = None
    """Where that is said."""


@dataclass(frozen=True, slots=True)
class Cases:
    """All of a rubric."""

    task: str
    cases: tuple[Case, ...]


def folder_of(rubric: Rubric) -> Path:
    """Return where the artifacts of a rubric are: beside its manifest."""
    return Path(rubric.document.file).parent / f"{rubric.name}{source.CASES}"


def cases_of(rubric: Rubric) -> Cases:
    """Return the labelled artifacts of a rubric.

    Raises:
        UsageError: there are none, or something lies among them that nobody would look at.
        InvalidManifests: what is said of them cannot be right.
    """
    folder = folder_of(rubric)
    artifacts = dict(_artifacts(folder)) if folder.is_dir() else {}
    if not artifacts:
        hint = f"put a file or folder that should pass into {folder}/good, and one that should not into {folder}/bad"
        raise UsageError(f"{rubric.document.address} has no labelled artifacts", hint=hint)
    labels, marks = _labels(folder / LABELS, rubric, artifacts)
    return Cases(labels.task or "", tuple(_case(name, path, labels, marks) for name, path in artifacts.items()))


def _artifacts(folder: Path) -> Iterator[tuple[str, Path]]:
    for each in sorted(folder.iterdir()):
        if each.name not in _KNOWN and not each.name.startswith("."):
            near = nearest(each.name, _KNOWN)
            hint = f"did you mean {near}?" if near else f"artifacts lie in {folder}/good and {folder}/bad"
            raise UsageError(f"nobody would look at {each}", hint=hint)
    for label in _LABELLED:
        if (folder / label).is_dir():
            inside = sorted(each for each in (folder / label).iterdir() if not each.name.startswith("."))
            yield from ((f"{label}/{each.name}", each) for each in inside)


def _case(name: str, artifact: Path, labels: Labels, marks: Marks | None) -> Case:
    is_good = name.startswith("good/")
    if marks is None or name not in labels.misses:
        return Case(name, is_good, artifact)
    return Case(name, is_good, artifact, frozenset(labels.misses[name]), marks.key_span(("misses", name)))


def _labels(path: Path, rubric: Rubric, artifacts: dict[str, Path]) -> tuple[Labels, Marks | None]:
    if not path.exists():
        return Labels(), None
    try:
        text = source.read(path, str(path))
    except source.Unreadable as error:
        raise InvalidManifests(Report.of([error.diagnostic]), lambda _file, _line: "") from None
    stream = read(text)
    told = list(stream.diagnostics)
    labels, marks = Labels(), None
    if len(stream.documents) > 1:
        raise UsageError(f"{path} must hold one YAML document, it holds {len(stream.documents)}")
    for parsed in (each for each in stream.documents if each.sound):
        found, problems = judged(Labels, parsed)
        told += problems
        labels, marks = found or labels, parsed.marks
        told += _dangling(labels, marks, rubric, artifacts)
    if told:
        raise InvalidManifests(Report.of(told), lambda _file, line: text.line(line))
    return labels, marks


def _dangling(labels: Labels, marks: Marks, rubric: Rubric, artifacts: dict[str, Path]) -> Iterator[Diagnostic]:
    criteria = [each.id for each in rubric.criteria]
    for name, missed in labels.misses.items():
        if name not in artifacts:
            message = f"there is no artifact `{name}`"
            label = _guess(name, list(artifacts))
            yield Diagnostic(references.DANGLING, message, marks.key_span(("misses", name)), label)
        for index, each in enumerate(missed):
            if each not in criteria:
                message = f"{rubric.document.address} has no criterion `{each}`"
                span = marks.span(("misses", name, index))
                yield Diagnostic(references.DANGLING, message, span, _guess(each, criteria))


def _guess(text: str, known: list[str]) -> str:
    near = nearest(text, known)
    return f"did you mean {near}?" if near else f"there are: {', '.join(known)}"
