"""What a person wants imported, and under which names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agentops.base.errors import UsageError
from agentops.base.names import Kind, is_name, nearest
from agentops.cli.importing.finding import Found, Standing
from agentops.reconcile.objects import BECOMES

_IMPORTABLE = tuple(kind for kind in Kind if kind in BECOMES)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says."""

    everything: bool = False
    kinds: frozenset[Kind] = frozenset()
    ids: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """Names by id."""

    memories: bool = False
    binds: bool = True

    @property
    def is_said(self) -> bool:
        """Tell whether anything is asked for."""
        return self.everything or bool(self.kinds) or bool(self.ids)


def kind_of(text: str) -> Kind:
    """Return the kind that a person means: `Agent`, `agents`, `memory_store`.

    Raises:
        UsageError: there is none of that name.
    """
    plain = {kind.lower(): kind for kind in _IMPORTABLE}
    word = "".join(each for each in text.lower() if each.isalpha())
    found = plain.get(word) or plain.get(word.removesuffix("s")) or plain.get(f"{word.removesuffix('ies')}y")
    if found is None:
        near = nearest(text, _IMPORTABLE)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(_IMPORTABLE)}"
        raise UsageError(f"--kind {text}: nothing of that kind is on a target", hint=hint)
    return found


def names_of(texts: Sequence[str]) -> dict[str, str]:
    """Return the names that a person gives to objects, by id.

    Raises:
        UsageError: one is not of the form, or is no name.
    """
    found: dict[str, str] = {}
    for text in texts:
        object_id, equals, name = text.partition("=")
        if not equals or not object_id:
            raise UsageError(f"--name {text}: not of the form ID=name", hint="for example agent_01…=reviewer")
        if not is_name(name):
            hint = "use 1 to 63 lower-case letters, digits and hyphens"
            raise UsageError(f"--name {text}: `{name}` cannot be a manifest's name", hint=hint)
        if name in found.values():
            raise UsageError(f"--name {text}: `{name}` is given twice", hint="names are unique")
        found[object_id] = name
    return found


def chosen(wish: Wish, found: Sequence[Found]) -> tuple[list[Found], list[Found]]:
    """Return what is to be imported, and what was asked for and is left alone.

    Raises:
        UsageError: an id is not there, or what it names cannot be imported.
    """
    by_id = {each.live.id: each for each in found}
    for object_id in (*wish.ids, *wish.names):
        if object_id not in by_id:
            raise UsageError(f"there is no object {object_id} on the target", hint=_advice(object_id, by_id))
    for object_id in wish.ids:
        each = by_id[object_id]
        if each.reason and each.standing is not Standing.DECLARED:
            raise UsageError(f"{object_id} cannot be imported: it {each.reason}", hint=_way_out(each))
    asked = [each for each in found if wish.everything or each.live.id in wish.ids or _is_of(each, wish.kinds)]
    if others := wish.names.keys() - {each.live.id for each in asked}:
        raise UsageError(f"--name {min(others)}=…: this object is not asked for", hint="add --id with its id")
    return [each for each in asked if not each.reason], [each for each in asked if each.reason]


def _is_of(found: Found, kinds: frozenset[Kind]) -> bool:
    """Tell whether an object is of one of the kinds; whoever wants agents wants teams too, which are agents."""
    return found.kind in kinds or (found.kind is Kind.TEAM and Kind.AGENT in kinds)


def _advice(object_id: str, by_id: Mapping[str, Found]) -> str:
    if object_id.startswith("vcrd_"):
        return "a credential comes with its vault: give the vault's id"
    near = nearest(object_id, by_id)
    return f"did you mean {near}?" if near else "--all --dry-run lists what there is"


def _way_out(found: Found) -> str:
    match found.standing:
        case Standing.FOREIGN:
            return "objects of other owners are never touched; that project has to let go of it first"
        case Standing.TWIN:
            return "`agentops plan` names both; take the marks off one of them"
    return "or remove the manifest, and import again"
