"""Rules about what agents may reach: a deployment's agents and the network of the environment they run in."""

from collections.abc import Iterator, Mapping
from typing import Any

from agentops.base.diagnostics import Diagnostic, Related
from agentops.base.names import Address, Kind
from agentops.base.paths import Path
from agentops.manifests.codes import references as codes
from agentops.manifests.document import Reference
from agentops.manifests.draft import Draft
from agentops.manifests.rules.references import Named
from agentops.manifests.rules.rosters import members
from agentops.wire.networks import host_of, is_blocked

_Servers = tuple[Draft, Path]
"""A document, and where in its spec a list of MCP servers may stand."""


def blocked(each: Named, documents: Mapping[Address, Named], right: Mapping[Address, Draft]) -> Iterator[Diagnostic]:
    """Yield the MCP servers that a deployment's environment keeps from its agents. Reports: reference.blocked-server.

    Only documents that are right are looked at, and agents as they are now: what an older version uses, no tree says.
    """
    draft = each.draft
    environment = named(each, "environment_id", right)
    agent = named(each, "agent", right)
    if draft.address.kind is not Kind.DEPLOYMENT or environment is None or agent is None:
        return
    networking = (environment.data.get("config") or {}).get("networking")
    lists = {owner.address: (owner, path) for owner, path in _lists(documents[agent.address], right)}
    for owner, path in lists.values():
        for index, server in enumerate(_value(owner.data, path) or ()):
            if not is_blocked(server["url"], networking):
                continue
            what, host = f"the MCP server {server['name']} of {owner.address}", host_of(server["url"])
            message = f"{draft.address} runs {agent.address} in {environment.address}, which blocks {what}"
            related = (
                Related(owner.marks.span(("spec", *path, index, "url")), what),
                Related(environment.marks.key_span(("spec", "config", "networking")), "what may be reached"),
            )
            label = f"there, allow {host} or allow_mcp_servers"
            span = draft.marks.span(("spec", "environment_id"))
            yield Diagnostic(codes.BLOCKED_SERVER, message, span, label, related=related)


def named(each: Named, field: str, right: Mapping[Address, Draft]) -> Draft | None:
    """Return the document that a field names, unless it names a version of it."""
    found = (each for each in each.references if each.path[0] == field)
    reference = next(found, None)
    if reference is None or reference.address is None or _is_pinned(each.draft, reference):
        return None
    return right.get(reference.address)


def _lists(agent: Named, right: Mapping[Address, Draft]) -> Iterator[_Servers]:
    """Yield every list of servers that a session of an Agent or a Team uses."""
    if agent.draft.address.kind is Kind.AGENT:
        yield agent.draft, ("mcp_servers",)
    elif isinstance(agent.draft.data["lead"], dict):
        yield agent.draft, ("lead", "mcp_servers")
    elif lead := named(agent, "lead", right):
        yield lead, ("mcp_servers",)
    for reference, member in members(agent, right):
        if not _is_pinned(agent.draft, reference):
            yield member, ("mcp_servers",)


def _is_pinned(draft: Draft, reference: Reference) -> bool:
    around = _value(draft.data, reference.path[:-1])
    return len(reference.path) > 1 and isinstance(around, dict) and around.get("version") is not None


def _value(data: Any, path: Path) -> Any:
    for step in path:
        data = data.get(step) if isinstance(data, dict) else data[step]
    return data
