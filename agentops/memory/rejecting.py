"""What a person turned down, by names that outlast a night: the operation's id, and its gist.

The id is a digest of the very words. The next night counts one session more, or writes to another file as one is full:
the gist says that it is the same all the same.
"""

import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from agentops.base.canonical import digest
from agentops.memory.comparing.counts import uncounted
from agentops.memory.operations import Operation

_DIGITS = 12

_CHANGED = re.compile(r"(?<=retries worked) after changing `[^`]*`(?: and `[^`]*`)?")
"""What retries that worked changed most: counted by code, as the retries are."""

_JOINTS = re.compile(r"[\s;,.]+")
"""What a count that is left out leaves behind."""


def gist(operation: Operation) -> str:
    """Return what names an operation together with those that mean the same: other counts, another file."""
    said = [_plain(each) for each in operation.texts] if operation.texts else operation.path
    return f"{operation.verb}~{digest([operation.kind, sorted(operation.targets), said])[:_DIGITS]}"


def names(operations: Iterable[Operation]) -> frozenset[str]:
    """Return what the ledger keeps of operations that a person turned down."""
    return frozenset(name for each in operations for name in (each.id, gist(each)))


def is_among(operation: Operation, rejected: AbstractSet[str]) -> bool:
    """Tell whether ids or gists name an operation."""
    return bool(rejected) and (operation.id in rejected or gist(operation) in rejected)


def _plain(claim: str) -> str:
    """Return a claim without what two nights count differently."""
    words = uncounted(_CHANGED.sub("", unicodedata.normalize("NFC", claim)))
    return _JOINTS.sub(" ", words).strip()
