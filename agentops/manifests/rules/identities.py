"""Rules about identities that changed: what moved away or was let go is not declared."""

from collections.abc import Iterator, Mapping
from typing import Any

from agentops.base.diagnostics import Diagnostic, Related
from agentops.base.names import Address
from agentops.manifests.codes import manifests
from agentops.manifests.draft import Draft

_NAME = ("metadata", "name")


def still_declared(project: Draft, data: Mapping[str, Any], declared: Mapping[Address, Draft]) -> Iterator[Diagnostic]:
    """Yield the entries whose object is declared by a name that it left. Reports: manifest.bad-combination."""
    for place, each in enumerate(data.get("moved") or ()):
        became = f"became {each['to']}"
        yield from _contradicted(project, ("moved", place, "from"), each["from"], became, declared)
    for place, each in enumerate(data.get("removed") or ()):
        yield from _contradicted(project, ("removed", place, "address"), each["address"], "is let go", declared)


def _contradicted(
    project: Draft, path: tuple[str | int, ...], text: str, fate: str, declared: Mapping[Address, Draft]
) -> Iterator[Diagnostic]:
    address = Address.parse(text)
    found = declared.get(address) if address else None
    if found is not None:
        message = f"{text} {fate}, and is declared as well"
        related = Related(found.marks.span(_NAME), f"{text} is declared here")
        label = "remove the manifest, or this entry if every target has followed it"
        span = project.marks.span(("spec", *path))
        yield Diagnostic(manifests.BAD_COMBINATION, message, span, label, related=(related,))
