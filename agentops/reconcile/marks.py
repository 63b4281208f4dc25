"""What we write on a live object so that no state file is needed: five reserved metadata keys.

::

    agentops_owner    the project; objects of another owner are untouchable
    agentops_id       `Agent/reviewer`: the identity, apart from path and display name
    agentops_fields   `1|nm<sent><echo>,sy<sent><echo>`: our fields; 48 bits of what we sent and of what came back
    agentops_source   `agents.d/reviewer.yaml@<commit>`: where the wanted text lives
    agentops_guard    `v=7;nonce=…;protect=1;tool=0.1.0`: the version this write made, which write it was, a brake,
                      and since when it is retired: `retired=2026-11-22T07:30:00Z;paused=1`

Source: metadata limits of SDK 2.11.0 `types/beta/agent_create_params.py` (16 pairs, keys 64, values 512).
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from agentops.base.canonical import canonical_json

OWNER, ID, FIELDS, SOURCE, GUARD = (f"agentops_{key}" for key in ("owner", "id", "fields", "source", "guard"))
RESERVED = frozenset({OWNER, ID, FIELDS, SOURCE, GUARD})
PREFIX = "agentops_"

_HASH = 8
"""Eight base64 characters: 48 bits, enough to see a change, far too few to hold a secret."""
_FIELD = re.compile(rf"(?:^|,)([a-z]{{2}})([\w-]{{{_HASH}}})([\w-]{{{_HASH}}})(?=,|\Z)", re.ASCII)
_UNKNOWN = "-" * _HASH
_VALUE_LIMIT = 512
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


class FieldMark(NamedTuple):
    """What we sent for one field, and what the server answered; an unknown echo is None."""

    sent: str
    echo: str | None


@dataclass(frozen=True, slots=True)
class Marks:
    """The five keys, read."""

    owner: str
    id: str
    fields: Mapping[str, FieldMark] = field(default_factory=dict)
    """By two-letter field code."""

    source: str = ""
    version: int | None = None
    """The version that our last write made, on objects that have versions."""

    nonce: str = ""
    """Which write this was: finds an object again whose answer got lost."""

    replaces: str = ""
    """The id of the object whose place this one took; until that one is gone, both bear the identity."""

    protect: bool = False
    tool: str = ""
    retired: datetime | None = None
    """Since when it waits to be archived, because no manifest declares it any more. Units: whole seconds."""

    paused: bool = False
    """Whether it was its retirement that paused it; what somebody paused before stays paused."""


def mark_hash(value: Any) -> str:
    """Return 48 bits over the canonical JSON of a value. Units: 8 base64url characters."""
    return urlsafe_b64encode(sha256(canonical_json(value).encode("utf-8", "surrogatepass")).digest()[:6]).decode()


def read(metadata: Mapping[str, str]) -> Marks | None:
    """Return the marks on a live object, or None when it bears no owner and identity of ours.

    Marks that somebody bent are read as far as they make sense: an unreadable field list counts as empty,
    so that the object is compared with what is wanted, not trusted.
    """
    owner, identity = metadata.get(OWNER), metadata.get(ID)
    if not owner or not identity:
        return None
    guard = dict(part.partition("=")[::2] for part in metadata.get(GUARD, "").split(";"))
    version = guard.get("v", "")
    return Marks(
        owner=owner,
        id=identity,
        fields=_fields(metadata.get(FIELDS, "")),
        source=metadata.get(SOURCE, ""),
        version=int(version) if version.isascii() and version.isdecimal() else None,
        nonce=guard.get("nonce", ""),
        replaces=guard.get("replaces", ""),
        protect=guard.get("protect") == "1",
        tool=guard.get("tool", ""),
        retired=_moment(guard.get("retired", "")),
        paused=guard.get("paused") == "1",
    )


def written(marks: Marks) -> dict[str, str]:
    """Return the marks as metadata pairs."""
    fields = ",".join(f"{code}{mark.sent}{mark.echo or _UNKNOWN}" for code, mark in sorted(marks.fields.items()))
    guard = {
        "v": "" if marks.version is None else str(marks.version),
        "nonce": marks.nonce,
        "replaces": marks.replaces,
        "protect": "1" if marks.protect else "",
        "tool": marks.tool,
        "retired": f"{marks.retired.astimezone(UTC):{_MOMENT}}" if marks.retired else "",
        "paused": "1" if marks.paused else "",
    }
    return {
        OWNER: marks.owner,
        ID: marks.id,
        FIELDS: f"1|{fields}",
        SOURCE: marks.source[-_VALUE_LIMIT:],
        GUARD: ";".join(f"{key}={value}" for key, value in guard.items() if value),
    }


def user_pairs(metadata: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the metadata that is not ours."""
    return {key: value for key, value in metadata.items() if not key.startswith(PREFIX)}


def _moment(text: str) -> datetime | None:
    """Return the moment; one that somebody bent counts as none, so that its grace begins anew."""
    if not text:
        return None
    try:
        return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _fields(text: str) -> dict[str, FieldMark]:
    version, _, rest = text.partition("|")
    if version != "1":
        return {}
    return {code: FieldMark(sent, None if echo == _UNKNOWN else echo) for code, sent, echo in _FIELD.findall(rest)}
