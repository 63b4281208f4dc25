"""Rules about what a session begins with: what its environment can mount."""

from collections.abc import Iterator, Mapping

from agentops.base.diagnostics import Diagnostic, Related
from agentops.base.names import Address, Kind
from agentops.manifests.codes import references as codes
from agentops.manifests.draft import Draft
from agentops.manifests.rules.networks import named
from agentops.manifests.rules.references import Named


def unmountable(each: Named, right: Mapping[Address, Draft]) -> Iterator[Diagnostic]:
    """Yield what a deployment's self-hosted environment does not mount. Reports: reference.unmountable.

    Source: the engine's `session_rules.refuse_self_hosted`; the documentation of self-hosted environments.
    """
    draft = each.draft
    environment = named(each, "environment_id", right)
    if draft.address.kind is not Kind.DEPLOYMENT or environment is None:
        return
    if (environment.data.get("config") or {}).get("type") != "self_hosted":
        return
    for index, resource in enumerate(draft.data.get("resources") or ()):
        if resource["type"] == "memory_store":
            continue
        path = ("spec", "resources", index, "type")
        message = f"{draft.address} mounts a {resource['type']}, and {environment.address} is self-hosted"
        place = environment.marks.span(("spec", "config", "type"))
        yield Diagnostic(
            codes.UNMOUNTABLE,
            message,
            draft.marks.span(path),
            "only memory stores are mounted there",
            related=(Related(place, "whose machines have their own files"),),
        )
