"""Which live object a name at the command line stands for: by the mark that apply wrote, or by the server's id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentops.base.errors import UsageError
from agentops.base.names import Address, Kind, nearest
from agentops.manifests.wording import article, either
from agentops.reconcile.marks import read
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.target import Body

if TYPE_CHECKING:
    from agentops.manifests.document import Tree
    from agentops.targets.live import LiveTarget


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sort of thing that commands take by name."""

    noun: str
    kinds: tuple[Kind, ...]
    object: ObjectKind
    prefix: str
    """What the server's ids begin with. Source: SDK 2.11.0 docstrings of the ids."""


AGENT = Wanted("agent", (Kind.AGENT, Kind.TEAM), ObjectKind.AGENT, "agent_")
ENVIRONMENT = Wanted("environment", (Kind.ENVIRONMENT,), ObjectKind.ENVIRONMENT, "env_")
MEMORY_STORE = Wanted("memory store", (Kind.MEMORY_STORE,), ObjectKind.MEMORY_STORE, "memstore_")
VAULT = Wanted("vault", (Kind.VAULT,), ObjectKind.VAULT, "vlt_")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose names are meant, and what the manifests at hand declare."""

    target: str
    """How people call the server."""

    owner: str = ""
    """The project; empty where there is none at hand: then everybody's."""

    declared: frozenset[Address] = frozenset()

    @classmethod
    def of(cls, tree: "Tree | None", target: str) -> "Scope":
        """Return what a tree says of names."""
        if tree is None:
            return cls(target)
        owner = tree.project.name if tree.project else ""
        return cls(target, owner, frozenset(each.address for each in tree.documents))


def is_id(wanted: Wanted, text: str) -> bool:
    """Tell whether the text is a server's id: then nothing has to be looked up."""
    return text.startswith(wanted.prefix)


async def identity(wanted: Wanted, text: str, target: "LiveTarget", tree: "Tree | None") -> str:
    """Return the id of what a name of the tree's project, or an id, stands for on a target.

    Raises:
        UsageError: it stands for none, or for more than one.
        TargetError: the target cannot be read.
    """
    if is_id(wanted, text):
        return text
    return named(wanted, text, await target.list(wanted.object) or [], Scope.of(tree, target.label))


def named(wanted: Wanted, text: str, lives: Sequence[Body], scope: Scope) -> str:
    """Return the id of the object that a name stands for.

    Raises:
        UsageError: it stands for none, or for more than one.
    """
    given = Address.parse(text)
    if given is not None and given.kind not in wanted.kinds:
        raise UsageError(f"{text} is no {wanted.noun}", hint=f"name {either([article(each) for each in wanted.kinds])}")
    addresses = {text} if "/" in text else {f"{kind.value}/{text}" for kind in wanted.kinds}
    found = [each for each in lives if (marks := read(each["metadata"])) and marks.id in addresses]
    ours = [each for each in found if _is_ours(each, scope)]
    if len(ours) == 1:
        return str(ours[0]["id"])
    if ours:
        raise UsageError(
            f"{wanted.noun} `{text}` stands for {len(ours)} objects on {scope.target}: {_listed(ours)}",
            hint=f"write Kind/name, or the id: {wanted.prefix}…",
        )
    raise _missing(wanted, text, addresses, lives, scope)


def only(wanted: Wanted, lives: Sequence[Body], scope: Scope, option: str) -> str:
    """Return the id of the one object that there is: the project's own, else any.

    Raises:
        UsageError: there is none, or there are several.
    """
    ours = [each for each in lives if read(each["metadata"]) and _is_ours(each, scope)]
    found = ours or list(lives)
    if len(found) == 1:
        return str(found[0]["id"])
    if found:
        raise UsageError(
            f"{scope.target} has {len(found)} {wanted.noun}s, and none is named: {_listed(found)}",
            hint=f"name one with {option}",
        )
    declared = [each for each in sorted(scope.declared) if each.kind in wanted.kinds]
    hint = (
        f"{declared[0]} is declared: `agentops apply` makes it"
        if declared
        else f"declare one (`agentops explain` and schema/{wanted.kinds[0].value}.json tell how), then `agentops apply`"
    )
    raise UsageError(f"{scope.target} has no {wanted.noun}", hint=hint)


def title(body: Body) -> str:
    """Return what people call a live object: its address, else its name."""
    marks = read(body.get("metadata") or {})
    return marks.id if marks else str(body.get("name") or body.get("display_name") or body["id"])


def _is_ours(body: Body, scope: Scope) -> bool:
    marks = read(body["metadata"])
    return marks is not None and (not scope.owner or marks.owner == scope.owner)


def _listed(lives: Iterable[Body]) -> str:
    return ", ".join(sorted(f"{title(each)} ({each['id']})" for each in lives))


def _missing(wanted: Wanted, text: str, addresses: set[str], lives: Sequence[Body], scope: Scope) -> UsageError:
    declared = sorted(str(each) for each in scope.declared if str(each) in addresses)
    if declared:
        return UsageError(
            f"{declared[0]} is declared, but {scope.target} does not have it", hint="`agentops apply` makes it"
        )
    if theirs := [each for each in lives if (marks := read(each["metadata"])) and marks.id in addresses]:
        owner = marks.owner if (marks := read(theirs[0]["metadata"])) else ""
        return UsageError(
            f"{scope.owner} has no {wanted.noun} `{text}` on {scope.target}: {theirs[0]['id']} belongs to {owner}",
            hint="what others own is named by its id",
        )
    near_by = (each for each in lives if not read(each["metadata"]) or _is_ours(each, scope))
    known = [*(title(each) for each in near_by), *(str(each) for each in scope.declared if each.kind in wanted.kinds)]
    near = nearest(text, known if "/" in text else (each.rpartition("/")[2] for each in known))
    if near:
        hint = f"did you mean `{near}`?"
    elif known:
        hint = f"there are: {', '.join(sorted(set(known)))}"
    else:
        hint = "`agentops apply` makes what manifests declare"
    return UsageError(f"{scope.target} has no {wanted.noun} `{text}`", hint=hint)
