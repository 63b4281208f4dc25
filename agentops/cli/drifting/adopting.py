"""Live values written into the manifests: in place, on a branch, or as a patch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from agentops.base.names import Address
from agentops.cli.drifting.choices import only_of
from agentops.cli.drifting.correcting import tell_left
from agentops.cli.drifting.reporting import drift_document
from agentops.cli.history.delivering import Destination, deliver, diff, refuse_secrets
from agentops.cli.history.history import history_of
from agentops.cli.output import write_json, write_lines
from agentops.cli.planning import Planned

if TYPE_CHECKING:
    from agentops.cli.drifting.choices import Wish
    from agentops.manifests.editing import Edits
    from agentops.reconcile.adopting import Adoption, Surroundings


async def adopt(planned: Planned, wish: "Wish") -> bool:
    """Write what is live into the manifests, tell what was written, and whether nothing is left to a person."""
    from agentops.manifests.editing import rewritten
    from agentops.reconcile.adopting import adoption

    found = adoption(planned.plan, planned.tree, _surroundings(planned), only_of(wish.only, planned.desired))
    edits = rewritten(planned.tree, found.edits)
    refuse_secrets(edits, "bring the field back with --mode correct, and change the secret; --only names other fields")
    told = (
        [] if wish.patch == "-" else deliver(edits, Destination(wish.branch, wish.patch_file), _message(planned, found))
    )
    author = _author(planned, wish.branch) if wish.branch and told else ""
    if wish.output == "json":
        write_json(await drift_document(planned, wish) | _document(found, edits, wish) | {"author": author or None})
    elif wish.patch == "-":
        write_lines(diff(edits).removesuffix("\n").split("\n") if edits.after else ())
    else:
        write_lines(_lines(found, told, author))
    tell_left(found.left if wish.output != "json" else ())
    return not found.left


def _surroundings(planned: Planned) -> "Surroundings":
    from agentops.reconcile.adopting import Surroundings
    from agentops.reconcile.observed import known

    found = known(planned.world, planned.desired.owner)
    return Surroundings({str(each.id): address for address, each in found.items()}, found)


def _message(planned: Planned, found: "Adoption") -> str:
    fields = [f"{address}.{field}" for address, field in found.adopted]
    title = f"Adopt {fields[0]}" if len(fields) == 1 else f"Adopt {len(fields)} fields that drifted"
    body = "".join(f"- {each}\n" for each in fields)
    return f"{title}\n\nWhat is live on {planned.plan.target} now is what the manifests say:\n\n{body}"


def _author(planned: Planned, branch: str) -> str:
    history = history_of(planned.tree.root)
    commit = history.commit(f"refs/heads/{branch}") if history else None
    return commit.author if commit else ""


def _document(found: "Adoption", edits: "Edits", wish: "Wish") -> dict[str, Any]:
    return {
        "mode": wish.mode.value,
        "adopted": [{"address": str(address), "field": field} for address, field in found.adopted],
        "left": [{"address": str(each.address), "field": each.field, "why": each.why} for each in found.left],
        "files": sorted(edits.after),
        "branch": wish.branch,
        "patch": wish.patch,
    }


def _lines(found: "Adoption", told: list[str], author: str) -> Iterator[str]:
    if not found.adopted:
        yield "Nothing to adopt." if not found.left else "Nothing was adopted."
        return
    names: dict[Address, list[str]] = {}
    for address, field in found.adopted:
        names.setdefault(address, []).append(field)
    yield from (f"  < {address}: {', '.join(fields)}" for address, fields in names.items())
    yield from told
    if author:
        yield f"author: {author}"
    yield "`agentops apply` re-stamps what is live, once these manifests are the ones that are applied."
