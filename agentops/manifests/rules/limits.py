"""Limits that are ours: the part of an object's metadata that belongs to agentops' own marks."""

from collections.abc import Iterator

from agentops.base.diagnostics import Diagnostic
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
    pairs = draft.data.get("metadata")
    if not isinstance(pairs, dict):
        return
    path = ("spec", "metadata")
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
