"""What a manifest has to say to be what it was: by an old version of its live object, or by an old manifest. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from agentops.base.names import Address, Kind
from agentops.base.paths import Path, at
from agentops.manifests.document import Document
from agentops.manifests.editing import Edit
from agentops.reconcile import normal
from agentops.reconcile.marks import FieldMark, mark_hash
from agentops.reconcile.objects import BECOMES, OBJECTS, FieldRule
from agentops.reconcile.observed import Live
from agentops.reconcile.raising import raised_field
from agentops.reconcile.verdicts import ABSENT, SEED, in_normal_form

_ROSTER = "multiagent"
_NAMING = frozenset({_ROSTER, "skills"})
"""Fields that pin versions of others. Which versions those are is not written in manifests, and does not go back."""

_OF_THE_TEAM = frozenset({"name", "description", "metadata"})
_ALWAYS = frozenset({"name", "model"})


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a manifest that goes back."""

    path: Path
    """In the spec."""

    before: Any
    after: Any
    """`ABSENT` where nothing was declared."""

    @property
    def edit(self) -> Edit:
        """Return the edit of the document."""
        return Edit(("spec", *self.path), self.after)


@dataclass(frozen=True, slots=True)
class Rollback:
    """Everything that goes back, and what cannot, each with a way out."""

    steps: tuple[Step, ...]
    left: tuple[str, ...] = ()

    def only(self, fields: Sequence[str]) -> "Rollback":
        """Return the part that is about some fields, by their dotted paths or the beginnings of those."""
        if not fields:
            return self
        steps = (each for each in self.steps if any(_is_below(each.path, field) for field in fields))
        return Rollback(tuple(steps), self.left)


@dataclass(frozen=True, slots=True)
class Versioned:
    """A manifest beside an old version of what it became."""

    document: Document
    wanted: Mapping[str, Any]
    """What the manifest asks for now, in request form, names resolved."""

    old: Live
    names: Mapping[str, Address]
    """What live objects are declared as, by their ids."""


def to_version(versioned: Versioned) -> Rollback:
    """Return what brings a manifest back to what an old version was."""
    steps: list[Step] = []
    left: list[str] = []
    for name, rule in OBJECTS[versioned.old.object].fields.items():
        if name == SEED or not _differs(versioned, name, rule):
            continue
        for step in _placed(versioned, name):
            if step is None:
                left.append(_of_the_lead(versioned.document, name))
            elif step.before != step.after:
                steps.append(step)
    if any(name in versioned.wanted for name in _NAMING):
        left.append("which versions of other agents and skills it pins: those follow their own manifests")
    return Rollback(tuple(steps), tuple(dict.fromkeys(left)))


def to_document(document: Document, old: Document) -> Rollback:
    """Return what brings a manifest back to what an old one said."""
    keys = dict.fromkeys((*document.data, *old.data))
    steps = tuple(
        Step((key,), document.data.get(key, ABSENT), old.data.get(key, ABSENT))
        for key in keys
        if document.data.get(key, ABSENT) != old.data.get(key, ABSENT)
    )
    return Rollback(steps, tuple(_left_in_git(document, steps)))


def _left_in_git(document: Document, steps: Sequence[Step]) -> Iterator[str]:
    match document.kind:
        case Kind.SKILL:
            yield f"the files in the folder: `git restore --source COMMIT -- {document.data['folder']}`"
        case Kind.VAULT:
            yield "the secrets themselves: manifests only name where they are"
        case Kind.MEMORY_STORE:
            yield "what is in the memories: `agentops memory revert` takes a lesson back"
    if document.kind in BECOMES:
        for place in OBJECTS[BECOMES[document.kind]].fixed:
            changed = next((each for each in steps if each.path[0] == place[0]), None)
            if changed and at(changed.before, place[1:]) != at(changed.after, place[1:]):
                yield f"`{'.'.join(place)}` on the live object, which cannot be changed in place: the plan says so"


def _differs(versioned: Versioned, name: str, rule: FieldRule) -> bool:
    """Tell whether a field is declared, now or then, and says something else."""
    is_declared = name in versioned.wanted
    marks = versioned.old.marks
    was_declared = marks is None or rule.code in marks.fields
    if not is_declared:
        return was_declared and _raised(versioned, name) is not ABSENT
    wanted, old = versioned.wanted[name], versioned.old.body.get(name)
    if name in _NAMING:
        kind, own = versioned.document.kind, versioned.old.id
        return bool(raised_field(kind, name, wanted, versioned.names, own) != _raised(versioned, name))
    return any(normal.differences(in_normal_form(name, rule, versioned.old.body), rule.normal(wanted))) or (
        not was_declared and old is None
    )


def _raised(versioned: Versioned, name: str) -> Any:
    """Return what the manifest of an old version says of a field."""
    marks, rule = versioned.old.marks, OBJECTS[versioned.old.object].fields[name]
    if marks and rule.code not in marks.fields and name not in _ALWAYS:
        return ABSENT
    kind, value = versioned.document.kind, versioned.old.body.get(name)
    found = raised_field(kind, name, value, versioned.names, versioned.old.id)
    if name == "name" and found == versioned.document.name:
        return ABSENT
    return _as_sent(rule, found, marks.fields[rule.code]) if marks and rule.code in marks.fields else found


def _as_sent(rule: FieldRule, value: Any, mark: FieldMark) -> Any:
    """Return what we once sent, where a server has filled something in: the least that gives the hash of that time."""
    if not isinstance(value, dict) or "id" not in value:
        return value
    chosen = [key for key in value if key != "id"]
    for count in range(len(chosen)):
        for keys in combinations(chosen, count):
            less = {key: value[key] for key in ("id", *keys)} if keys else value["id"]
            if mark_hash(rule.normal(less)) == mark.sent:
                return less
    return value


def _placed(versioned: Versioned, name: str) -> Iterator[Step | None]:
    """Yield where a field stands in the manifest, or None where it stands in another one."""
    document, value = versioned.document, _raised(versioned, name)
    data = document.data
    if document.kind is not Kind.TEAM or name in _OF_THE_TEAM:
        yield Step((name,), data.get(name, ABSENT), value)
    elif name == _ROSTER:
        roster = value if isinstance(value, dict) else {}
        for key in ("specialists", "delegation"):
            yield Step((key,), data.get(key, ABSENT), roster.get(key, ABSENT))
    elif isinstance(data["lead"], str):
        yield None
    else:
        yield Step(("lead", name), data["lead"].get(name, ABSENT), value)


def _of_the_lead(document: Document, name: str) -> str:
    lead = document.data["lead"]
    return f"`{name}` stands in Agent/{lead}, its lead: `agentops rollback Agent/{lead} --field {name}`"


def _is_below(path: Path, field: str) -> bool:
    dotted = ".".join(map(str, path))
    return dotted == field or dotted.startswith(f"{field}.") or field.startswith(f"{dotted}.")
