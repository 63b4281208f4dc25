"""Where a thing or one of its fields is written: a file and its lines, through a Team's lead and `{file: …}`."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from agentops.base.errors import UsageError
from agentops.base.names import Address, Kind, nearest
from agentops.base.paths import Path
from agentops.manifests import yaml
from agentops.manifests.document import Document, Tree
from agentops.manifests.kinds import SPECS
from agentops.reconcile.objects import BECOMES, OBJECTS

_OF_A_LEAD = frozenset({"model", "system", "tools", "mcp_servers", "skills", "execution_identity"})
_KEYS = ("name", "type", "id", "agent", "skill_id", "path")
"""What items of a list may be called by, beside their number."""

_LIVE_FIELDS = {
    (Kind.TEAM, "specialists"): "multiagent",
    (Kind.TEAM, "delegation"): "multiagent",
    (Kind.SKILL, "folder"): "files",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks about: `Agent/x`, `Agent/x.system`, `Agent/x.tools.0.configs.bash`."""

    address: Address
    steps: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Asked":
        """Return what the text asks about.

        Raises:
            UsageError: it names nothing.
        """
        name, *steps = text.split(".")
        address = Address.parse(name)
        if address is None or not all(steps):
            hint = "write Kind/name or Kind/name.field, for example Agent/reviewer.system"
            raise UsageError(f"{text} is not an address", hint=hint)
        return cls(address, tuple(steps))

    def __str__(self) -> str:
        """Return the text."""
        return ".".join((str(self.address), *self.steps))


@dataclass(frozen=True, slots=True)
class Written:
    """Where it is written. Units: lines count from 1, the last one included."""

    document: Document
    path: Path
    """In the spec; empty for the whole document."""

    is_declared: bool
    file: str = ""
    first: int = 0
    last: int = 0
    via: str = ""
    """What the place was reached through."""

    @property
    def live_field(self) -> str:
        """Return the field of the live object that this is about; nothing for the whole of it."""
        if not self.path:
            return ""
        head = str(self.path[1] if self.document.kind is Kind.TEAM and self.path[:1] == ("lead",) else self.path[0])
        return _LIVE_FIELDS.get((self.document.kind, head), head)


def written(tree: Tree, asked: Asked) -> Written:
    """Return where something is written.

    Raises:
        UsageError: no manifest declares it, or its kind has no such field.
    """
    document = tree.get(replace(asked.address, part=""))
    if document is None:
        near = nearest(str(asked.address), [str(each.address) for each in tree.documents])
        raise UsageError(f"no manifest declares {asked.address}", hint=f"did you mean {near}?" if near else "")
    steps = ("credentials", asked.address.part, *asked.steps) if asked.address.part else asked.steps
    lead = document.data.get("lead") if document.kind is Kind.TEAM else None
    if isinstance(lead, str) and (rest := _of_the_lead(steps)) and (found := tree.get(Address(Kind.AGENT, lead))):
        return replace(_in(tree, found, rest), via=f"its lead, {found.address}")
    if isinstance(lead, Mapping) and steps[:1] and steps[0] in _OF_A_LEAD:
        steps = ("lead", *steps)
    return _in(tree, document, steps)


def _of_the_lead(steps: tuple[str, ...]) -> tuple[str, ...]:
    inner = steps[1:] if steps[:1] == ("lead",) else steps
    return inner if inner and inner[0] in _OF_A_LEAD else ()


def _in(tree: Tree, document: Document, steps: tuple[str, ...]) -> Written:
    path, rest = _followed(document.data, steps)
    if rest:
        _check(document, steps)
        return Written(document, (*path, *rest), is_declared=False, file=document.file)
    raw = _raw(tree, document)
    for length in range(len(path) + 1):
        if file := _named(document, _at(raw, path[:length])):
            text = tree.texts.get(file)
            lines = text.text.count("\n") + (not text.text.endswith("\n")) if text else 0
            return Written(document, path, True, file, 1, max(lines, 1), via=f"the file that {document.file} names")
    span = document.span(path) if path else document.marks.span(())
    first = document.key_span(path).line if path else span.line
    last = span.end_line - (span.end_column == 1 and span.end_line > first)
    return Written(document, path, True, document.file, first, last)


def _followed(value: Any, steps: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
    """Return the path that the steps take through a value, and those that lead nowhere."""
    path: list[str | int] = []
    for at, step in enumerate(steps):
        key = _key(value, step)
        if key is None:
            return tuple(path), tuple(steps[at:])
        path.append(key)
        value = value[key]
    return tuple(path), ()


def _key(value: Any, step: str) -> str | int | None:
    if isinstance(value, Mapping):
        return step if step in value else None
    if isinstance(value, list):
        if step.isascii() and step.isdecimal():
            return int(step) if int(step) < len(value) else None
        return next((at for at, each in enumerate(value) if _is_called(each, step)), None)
    return None


def _is_called(item: Any, name: str) -> bool:
    return item == name or (isinstance(item, Mapping) and any(item.get(key) == name for key in _KEYS))


def _check(document: Document, steps: Sequence[str]) -> None:
    """Refuse a field that the kind does not have at all; one that is only not declared is an answer."""
    fields = [*SPECS[document.kind].model_fields, *(_OF_A_LEAD if document.kind is Kind.TEAM else ())]
    if steps[0] not in fields and steps[0] not in _live_fields(document.kind):
        near = nearest(steps[0], fields)
        hint = f"did you mean `{near}`?" if near else f"it has {', '.join(sorted(fields))}"
        raise UsageError(f"{document.kind} has no field `{steps[0]}`", hint=hint)


def _live_fields(kind: Kind) -> Sequence[str]:
    return [*OBJECTS[BECOMES[kind]].fields] if kind in BECOMES else []


def _raw(tree: Tree, document: Document) -> Any:
    """Return the spec as it is written, `{file: …}` and all."""
    found = yaml.read(tree.texts[document.file]).documents
    data: Any = next((each.data for each in found if each.marks.start == document.marks.start), None)
    return data.get("spec") if isinstance(data, dict) else None


def _at(value: Any, path: Path) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _named(document: Document, value: Any) -> str | None:
    """Return the file that a `{file: …}` names."""
    if isinstance(value, dict) and value.keys() == {"file"} and isinstance(value["file"], str):
        return os.path.normpath(FilePath(document.file).parent / value["file"])
    return None
