"""Limits that are ours: the part of an object's metadata that belongs to agentops' own marks."""

from collections.abc import Iterator
from typing import Any

from agentops.base.diagnostics import Diagnostic
from agentops.base.names import Kind
from agentops.base.paths import Path
from agentops.manifests.codes import manifests
from agentops.manifests.draft import Draft
from agentops.manifests.verdicts import subject
from agentops.wire.fields import METADATA_PAIRS

RESERVED_PREFIX = "agentops_"
RESERVED_PAIRS = 5
"""Owner, id, fields, source and guard: the marks on every live object."""

OWN_PAIRS = METADATA_PAIRS - RESERVED_PAIRS


def metadata(draft: Draft) -> Iterator[Diagnostic]:
    """Yield what a manifest's metadata leaves no room for. Reports: manifest.too-many, manifest.reserved-key."""
    yield from _judged(draft, ("spec", "metadata"), draft.data.get("metadata"))
    parts = draft.data.get("credentials") if draft.address.kind is Kind.VAULT else None
    for name, part in parts.items() if isinstance(parts, dict) else ():
        if isinstance(part, dict):
            yield from _judged(draft, ("spec", "credentials", name, "metadata"), part.get("metadata"))


def _judged(draft: Draft, path: Path, pairs: Any) -> Iterator[Diagnostic]:
    if not isinstance(pairs, dict):
        return
    if len(pairs) > OWN_PAIRS:
        message = f"{subject(draft.address, path[1:])} must have at most {OWN_PAIRS} entries, has {len(pairs)}"
        note = f"the API takes {METADATA_PAIRS}; {RESERVED_PAIRS} of them are the marks that agentops writes"
        span = draft.marks.key_span(path)
        yield Diagnostic(manifests.TOO_MANY, message, span, f"remove {len(pairs) - OWN_PAIRS}", (note,))
    for key in pairs:
        if key.startswith(RESERVED_PREFIX):
            message = f"{subject(draft.address, path[1:])}: the key {key} is reserved"
            span = draft.marks.key_span((*path, key))
            yield Diagnostic(
                manifests.RESERVED_KEY, message, span, f"keys of your own do not begin with {RESERVED_PREFIX}"
            )
