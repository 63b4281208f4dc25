"""A document's spec as fields in the API's request form, every name a reference."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import partial
from typing import Any

from agentops.base.diagnostics import Span
from agentops.base.names import Address, Kind
from agentops.base.paths import Path
from agentops.manifests.document import Document, Reference
from agentops.manifests.kinds import NAME_FIELDS
from agentops.reconcile.objects import BECOMES
from agentops.reconcile.resource import Field, Resource, Seed
from agentops.reconcile.values import IdOf, VersionOf

_PINNED = frozenset({Kind.AGENT, Kind.TEAM})
"""Kinds whose objects have versions, which the API pins where they are named."""

_LATEST = (None, "latest")
"""What an agent says of a skill whose newest version it wants. The API pins that version when the agent is saved."""


def declared(document: Document, leave_out: Iterable[str] = ()) -> dict[str, Field]:
    """Return the fields that the document declares, and its name where it gives no display name."""
    data = with_references(document.data, document.references)
    left_out = {*leave_out}
    is_plain = not any(each.address for each in document.references)
    fields = {
        key: Field(value, partial(document.span, (key,)), is_plain=is_plain)
        for key, value in data.items()
        if key not in left_out
    }
    display = NAME_FIELDS.get(document.kind)
    named = {display: Field(document.name, partial(name_span, document), is_plain=True)} if display else {}
    return {**named, **fields}


def resource(document: Document, fields: Mapping[str, Field], seeds: Mapping[str, Seed] | None = None) -> Resource:
    """Return the one object that a document declares."""
    return Resource(
        address=document.address,
        object=BECOMES[document.kind],
        fields=fields,
        source=document.file,
        place=partial(name_span, document),
        protect=document.annotations.get("protect") == "true",
        seeds=seeds or {},
    )


def name_span(document: Document, _inside: Path = ()) -> Span:
    """Return the place of the document's name, in which nothing else has one."""
    return document.marks.span(("metadata", "name"))


def with_references(data: Mapping[str, Any], found: Iterable[Reference]) -> dict[str, Any]:
    """Return the data with every name of a managed object replaced by a reference.

    A roster entry that only says a name becomes an object with the pinned version, which is what the API stores.
    """
    resolvable = [each for each in found if each.address]
    if not resolvable:
        return dict(data)
    copy = deepcopy(dict(data))
    for reference in resolvable:
        if reference.address:
            _replace(copy, reference.path, reference.address)
    return copy


def agent_entry(address: Address) -> dict[str, Any]:
    """Return a roster entry that pins the newest version."""
    return {"type": "agent", "id": IdOf(address), "version": VersionOf(address)}


def _replace(data: Any, path: tuple[str | int, ...], address: Address) -> None:
    *above, last = path
    for step in above:
        data = data[step]
    if last != "id" and address.kind in _PINNED:
        data[last] = agent_entry(address)
        return
    data[last] = IdOf(address)
    if address.kind is Kind.SKILL and data.get("version") in _LATEST:
        data["version"] = VersionOf(address)
    if last == "id" and address.kind in _PINNED and data.get("version") is None:
        data["version"] = VersionOf(address)
