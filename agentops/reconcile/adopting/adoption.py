"""Which drifted fields are written where, and which are left to a person, with the reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentops.base.names import Address, Kind
from agentops.base.paths import Path
from agentops.manifests.document import Document, Tree
from agentops.manifests.editing.edit import Edit, value_at
from agentops.reconcile.adopting.values import Surroundings, value_of
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.plan import Plan, Step
from agentops.reconcile.raising import raised
from agentops.reconcile.raising.scene import Scene
from agentops.reconcile.raising.vaults import credential
from agentops.reconcile.verdicts import SEED, Judged, Verdict

_OF_THE_TEAM = frozenset({"name", "description", "metadata"})
_ROSTER = ("specialists", "delegation")


@dataclass(frozen=True, slots=True)
class Only:
    """What a person named: an object, or one of its fields."""

    address: Address
    field: str = ""

    def is_about(self, address: Address, name: str) -> bool:
        """Tell whether a field of an object was named."""
        return self.address == address and self.field in ("", name)


@dataclass(frozen=True, slots=True)
class Left:
    """A drifted field that is not written back, and why."""

    address: Address
    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Adoption:
    """What becomes of the drifted fields of a plan."""

    edits: Mapping[Address, Sequence[Edit]] = field(default_factory=dict)
    """By document."""

    adopted: tuple[tuple[Address, str], ...] = ()
    left: tuple[Left, ...] = ()


def adoption(plan: Plan, tree: Tree, surroundings: Surroundings, only: Sequence[Only] = ()) -> Adoption:
    """Return the edits after which the manifests say what is live, for every drifted field or those that were named."""
    edits: dict[Address, list[Edit]] = {}
    adopted: list[tuple[Address, str]] = []
    left: list[Left] = []
    for step, judged in _drifted(plan, only):
        document = tree.get(Address(step.address.kind, step.address.name))
        why = _refusal(step, judged, only) or ("" if document else "no document declares it")
        found = list(_edits(step, judged, document, surroundings)) if document and not why else []
        refused = [each for each in found if isinstance(each, str)]
        if why or refused:
            left.append(Left(step.address, judged.name, why or refused[0]))
        elif document:
            edits.setdefault(document.address, []).extend(each for each in found if isinstance(each, Edit))
            adopted.append((step.address, judged.name))
    return Adoption(edits, tuple(adopted), tuple(left))


def _drifted(plan: Plan, only: Sequence[Only]) -> Iterator[tuple[Step, Judged]]:
    wanted = (Verdict.DRIFT, Verdict.CONFLICT)
    for step in plan.drifted:
        for judged in step.judged:
            is_drifted = judged.verdict in wanted or Verdict.DRIFT in judged.items.values()
            if is_drifted and (not only or any(each.is_about(step.address, judged.name) for each in only)):
                yield step, judged


def _refusal(step: Step, judged: Judged, only: Sequence[Only]) -> str:
    """Return why a field cannot be written back, whatever is in it; nothing where it can."""
    if judged.name == SEED:
        return "memories are no fields: `agentops memory sync` brings them into their repository"
    if step.object is ObjectKind.SKILL:
        return "a skill is a folder of files, and the target shows their digests: `agentops import` reads them"
    if OBJECTS[step.object].fields[judged.name].is_blind:
        return "the target does not show it"
    if judged.verdict is Verdict.CONFLICT and not any(each.field == judged.name for each in only):
        return f"it was changed here as well: --only {step.address}.{judged.name} takes the live value all the same"
    if judged.verdict is not Verdict.CONFLICT and judged.items:
        return "other items of it were changed here: apply those first, or write it by hand"
    return ""


def _edits(step: Step, judged: Judged, document: Document, surroundings: Surroundings) -> Iterator[Edit | str]:
    """Yield what to change in the document, or why nothing can be."""
    if step.live is None or step.resource is None:
        return
    if isinstance(spec := _spec(step, surroundings), str):
        yield spec
        return
    for path in _paths(step, judged, document):
        if isinstance(path, str):
            yield path
            continue
        values = value_at(document.data, path), value_at(spec, path)
        yield Edit(("spec", *path), value_of(step, judged, values, surroundings))


def _spec(step: Step, surroundings: Surroundings) -> Mapping[str, Any] | str:
    """Return the spec that says what is live, as far as this object goes."""
    live = step.live
    assert live
    if step.address.part:
        return {"credentials": {step.address.part: credential(live.body, Scene(surroundings.names, own_id=live.id))}}
    try:
        return raised(step.address.kind, live, surroundings.names, pins=surroundings.pins)
    except ValueError:
        return "its roster says what no Team can: write it as an Agent"


def _paths(step: Step, judged: Judged, document: Document) -> Iterator[Path | str]:
    """Yield where the field stands in the document's spec."""
    name = judged.name
    if step.address.part:
        yield "credentials", step.address.part, *name.split(".")
    elif step.address.kind is not Kind.TEAM or name in _OF_THE_TEAM:
        yield (name,)
    elif name == "multiagent":
        yield from ((each,) for each in _ROSTER)
    elif isinstance(lead := document.data["lead"], str):
        yield f"it comes from Agent/{lead}, which the Team copies: change it there, or give the Team a lead of its own"
    else:
        yield "lead", name
