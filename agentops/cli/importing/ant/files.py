"""The files of such a tree: Markdown with front matter, YAML or JSON, each a request; and what their kinds are."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentops.cli.importing.ant.lock import KINDS
from agentops.manifests import yaml
from agentops.manifests.marks import Marks, Text
from agentops.manifests.source import Unreadable, read

_FOLDERS = {"agents": "agent", "environments": "environment", "memory_stores": "memory_store"}
_FOLDERS |= {"deployments": "deployment", "vaults": "vault"}
_SUFFIXES = (".md", ".yaml", ".yml", ".json")
_PROSE = {"agent": "system", "environment": "description", "memory_store": "description"}
_MOST_FILES = 20_000


class Unclear(Exception):
    """A file cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class File:
    """One file as a request."""

    path: Path
    body: dict[str, Any]
    marks: Marks | None
    prose_line: int = 0
    """Where the text below the front matter begins; 0 where there is none."""

    prose_field: str = ""

    def line(self, field: str) -> int:
        """Return the line of a field."""
        if field == self.prose_field:
            return self.prose_line
        return self.marks.key_span((field,)).line if self.marks else 1


def file_of(path: Path, kind: str) -> File:
    """Return a file's request, its prose in the field that it stands for.

    Raises:
        Unclear: it cannot be read.
    """
    text = _text(path)
    if path.suffix == ".json":
        return File(path, _mapping(_json(text.text)), None)
    if path.suffix != ".md":
        return File(path, *_front(text))
    head, prose, line = _split(text.text)
    body, marks = _front(Text(text.file, head))
    if not prose:
        return File(path, body, marks)
    if kind == "deployment":
        message = {"type": "user.message", "content": [{"type": "text", "text": prose}]}
        return File(path, {**body, "initial_events": [message]}, marks, line, "initial_events")
    field = _PROSE.get(kind, "description")
    return File(path, {**body, field: prose}, marks, line, field)


def data_of(path: Path) -> Any:
    """Return what a file of data holds: tools, or servers, that a list names by their path.

    Raises:
        Unclear: it cannot be read.
    """
    text = _text(path)
    if path.suffix == ".json":
        return _json(text.text)
    documents = yaml.read(text).documents
    return documents[0].data if documents else None


def strays(folder: Path, known: Mapping[str, object]) -> Iterator[str]:
    """Yield the files that `ant apply` would take for resources, and that its lock file does not know."""
    skills = [path for path in known if (folder / path / "SKILL.md").is_file()]
    for count, path in enumerate(sorted(folder.rglob("*"))):
        below = path.relative_to(folder).as_posix()
        if count >= _MOST_FILES:
            return
        if any(part.startswith(".") or part == "agents.d" for part in path.relative_to(folder).parts):
            continue
        if below in known or any(below.startswith(f"{each}/") for each in skills):
            continue
        if path.name == "SKILL.md" or (path.is_file() and path.suffix in _SUFFIXES and kind_of(path)):
            yield below if path.name != "SKILL.md" else path.parent.relative_to(folder).as_posix()


def kind_of(path: Path) -> str:
    """Return the kind that a file is taken for without being named: by its folder, or by how its name begins."""
    if path.parent.name in _FOLDERS:
        return _FOLDERS[path.parent.name]
    return next((kind for kind in KINDS if path.name.startswith(f"{kind}_")), "")


def _text(path: Path) -> Text:
    try:
        return read(path, str(path))
    except Unreadable as error:
        raise Unclear(error.diagnostic.message) from None


def _split(text: str) -> tuple[str, str, int]:
    """Return the front matter at its lines, the prose without the blanks around it, and where that begins."""
    lines = text.splitlines()
    dashes = [place for place, each in enumerate(lines) if each.rstrip() == "---"][:2]
    if len(dashes) < 2 or dashes[0] != 0:
        return "", text.strip(), 1
    prose = lines[dashes[1] + 1 :]
    blank = next((place for place, each in enumerate(prose) if each.strip()), 0)
    rest = text.split("\n", dashes[1] + 1)[-1] if prose else ""
    return "\n".join(["", *lines[1 : dashes[1]]]), rest.strip(), dashes[1] + 2 + blank


def _front(text: Text) -> tuple[dict[str, Any], Marks | None]:
    stream = yaml.read(text)
    if errors := [each for each in stream.diagnostics if each.severity == "error"]:
        raise Unclear(errors[0].message)
    if not stream.documents:
        return {}, None
    return _mapping(stream.documents[0].data), stream.documents[0].marks


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unclear(f"it is no JSON: {error}") from None


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unclear("it is no mapping of fields")
    return value
