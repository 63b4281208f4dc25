"""Test files → tests with places, and everything that is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentops.base.diagnostics import Diagnostic, Report, Span
from agentops.base.names import Address, Kind, nearest
from agentops.base.paths import Path as DataPath
from agentops.base.paths import dotted
from agentops.cli.testing.shape import Test
from agentops.engine.models.script import Script
from agentops.manifests import source
from agentops.manifests.codes import files, references
from agentops.manifests.document import Tree
from agentops.manifests.marks import Marks, Text
from agentops.manifests.parsed import Parsed
from agentops.manifests.shaped import judged
from agentops.manifests.yaml import read

_ENVIRONMENTS = (Kind.ENVIRONMENT,)
_AGENTS = (Kind.AGENT, Kind.TEAM)


@dataclass(frozen=True, slots=True)
class Case:
    """A test that can be run."""

    name: str
    test: Test
    agent: Address
    environment: Address
    script: Script | None
    """What the model says; None for a recording."""

    folder: Path
    """What paths in it are relative to."""

    marks: Marks

    def span(self, path: DataPath = ()) -> Span:
        """Return the place of what was expected."""
        return self.marks.span(path)


@dataclass(frozen=True, slots=True)
class Cases:
    """Every test of some files, and what is wrong with the rest."""

    cases: tuple[Case, ...]
    report: Report
    texts: dict[str, Text]

    def source_line(self, file: str, line: int) -> str:
        """Return a line of a test file for an excerpt."""
        return self.texts[file].line(line) if file in self.texts else ""


def found(paths: Sequence[Path]) -> list[Path]:
    """Return the test files that paths name, or that lie in folders that they name."""
    inside = (
        each
        for path in paths
        for each in (sorted(path.rglob("*")) if path.is_dir() else [path])
        if _is_meant(each, path)
    )
    return list(dict.fromkeys(inside))


def _is_meant(file: Path, named: Path) -> bool:
    return file == named or (file.name.endswith(source.TESTS) and file.is_file())


def cases(paths: Sequence[Path], tree: Tree) -> Cases:
    """Return the tests in files; a file with errors gives none.

    Reports: the codes of `yaml` and `file`, the manifest codes of request problems, reference.dangling.
    """
    told: list[Diagnostic] = []
    made: list[Case] = []
    texts: dict[str, Text] = {}
    for path in paths:
        try:
            text = texts[str(path)] = source.read(path, str(path))
        except source.Unreadable as error:
            told.append(error.diagnostic)
            continue
        stream = read(text)
        told += stream.diagnostics
        for number, each in enumerate(stream.documents, 1):
            if each.sound:
                reading = _Reading(tree, path, each)
                case = reading.case(number if len(stream.documents) > 1 else 0)
                made += [case] if case is not None and not reading.told else []
                told += reading.told
    return Cases(tuple(made), Report.of(told), texts)


class _Reading:
    """One document."""

    def __init__(self, tree: Tree, file: Path, parsed: Parsed) -> None:
        self._tree = tree
        self._file = file
        self._parsed = parsed
        self._marks = parsed.marks
        self.told: list[Diagnostic] = []

    def case(self, number: int) -> Case | None:
        test, problems = judged(Test, self._parsed)
        self.told += problems
        if test is None:
            return None
        name = test.name or f"{self._file.name.partition('.test.')[0]}{f' {number}' if number else ''}"
        agent = self._named(("agent",), test.agent, _AGENTS)
        environment = self._environment(test)
        for index, each in enumerate(test.files):
            self._existing(("files", index, "path"), each.path)
        script = self._script(test)
        if agent is None or environment is None:
            return None
        return Case(name, test, agent, environment, script, self._file.parent, self._marks)

    def _script(self, test: Test) -> Script | None:
        if test.model.turns is not None:
            return Script(turns=test.model.turns)
        if test.model.replay is not None:
            self._existing(("model", "replay"), test.model.replay)
            return None
        assert test.model.script is not None
        path = self._file.parent / test.model.script
        if not self._existing(("model", "script"), test.model.script):
            return None
        try:
            stream = read(source.read(path, str(path)))
        except source.Unreadable as error:
            self.told.append(error.diagnostic)
            return None
        self.told += stream.diagnostics
        if len(stream.documents) != 1 or not stream.documents[0].sound:
            return None
        parsed = stream.documents[0]
        script, problems = judged(Script, parsed)
        self.told += problems
        return script

    def _environment(self, test: Test) -> Address | None:
        if test.environment is not None:
            return self._named(("environment",), test.environment, _ENVIRONMENTS)
        declared = [each.address for each in self._tree.documents if each.kind in _ENVIRONMENTS]
        if len(declared) == 1:
            return declared[0]
        fact = f"declares {len(declared)}: {', '.join(each.name for each in declared)}" if declared else "declares none"
        message = f"the test names no environment, and the tree {fact}"
        label = "add `environment: NAME`" if declared else "declare an Environment"
        self.told.append(Diagnostic(references.DANGLING, message, self._marks.key_span(("agent",)), label))
        return None

    def _named(self, path: DataPath, text: str, kinds: Sequence[Kind]) -> Address | None:
        wanted = {Address.parse(text)} if "/" in text else {Address(kind, text) for kind in kinds}
        known = [each.address for each in self._tree.documents if each.kind in kinds]
        meant = [each for each in known if each in wanted]
        if len(meant) == 1:
            return meant[0]
        near = nearest(text, [str(each) for each in known] if "/" in text else [each.name for each in known])
        label = f"did you mean {near}?" if near else f"there are: {', '.join(sorted(map(str, known)))}"
        message = f"{dotted(path)}: there is no {' or '.join(kinds)} `{text}` in the tree"
        if meant:
            message, label = f"{dotted(path)}: `{text}` is the name of several", f"write {meant[0]}, or {meant[1]}"
        self.told.append(Diagnostic(references.DANGLING, message, self._marks.span(path), label))
        return None

    def _existing(self, path: DataPath, name: str) -> bool:
        is_there = (self._file.parent / name).exists()
        if not is_there:
            message = f"{dotted(path)}: there is nothing at {self._file.parent / name}"
            label = f"paths are relative to {self._file.parent}"
            self.told.append(Diagnostic(files.MISSING, message, self._marks.span(path), label))
        return is_there
