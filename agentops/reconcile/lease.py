"""A lease on a project's objects on one target: what it says, and how much of what somebody wrote there is believed.

It lies in a memory store of ours on the target itself. To create the memory is to take the lease, as there cannot be
two of one path; to update or delete it takes the digest of what was read. See decision 0029.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from agentops.base.canonical import canonical_json, text_digest
from agentops.base.clock import timestamp
from agentops.base.paint import printable
from agentops.reconcile.marks import ID, OWNER

STORE: Final = "agentops-lock"
DESCRIPTION: Final = "Who is applying manifests right now. Kept by agentops; nothing for agents."
_MARK: Final = "agentops_lock"

DEFAULT_TTL_S: Final = 60
_LONGEST_S: Final = 3600
"""No lease blocks others for longer than this without being renewed, whatever somebody wrote into it."""

RENEWALS: Final = 3
"""How often a lease is renewed in its time: two of them may fail."""

_LARGEST: Final = 4096
"""More than this is not a lease of ours. Units: characters."""
_WORDS: Final = 120
_LINK: Final = re.compile(r"https?://[\w.~:/?#@!$&'()*+,;=%\[\]-]{1,300}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who applies."""

    name: str
    """`user@host`, or what a CI system calls the one who started it."""

    run: str = ""
    """Where to look at the run, in CI."""

    commit: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """What is written into the memory."""

    holder: Holder
    since: datetime
    ttl_s: int
    nonce: str
    """Tells two runs of one holder apart."""

    renewals: int = 0

    def renewed(self) -> "Lease":
        """Return the lease with other content, so that no digest of it ever comes back."""
        return replace(self, renewals=self.renewals + 1)


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as it was found on the target."""

    memory_id: str
    sha256: str
    renewed_at: datetime
    """By the server's clock, as is all that is compared with it."""

    lease: Lease | None
    """None where what lies there is not one of ours."""

    @property
    def expires_at(self) -> datetime:
        """Return when it ends unless it is renewed."""
        ttl_s = min(self.lease.ttl_s, _LONGEST_S) if self.lease else DEFAULT_TTL_S
        return self.renewed_at + timedelta(seconds=ttl_s)

    def is_expired(self, now: datetime) -> bool:
        """Tell whether its holder has been silent for too long."""
        return now > self.expires_at

    def is_of(self, lease: Lease) -> bool:
        """Tell whether it is this very lease, before or after it was renewed."""
        return self.lease is not None and self.lease.nonce == lease.nonce

    def is_same_run(self, other: "Held") -> bool:
        """Tell whether one run wrote both."""
        return self.sha256 == other.sha256 or (other.lease is not None and self.is_of(other.lease))


def path_of(owner: str) -> str:
    """Return where the lease of an owner lies in a store."""
    return f"/locks/{text_digest(owner)[:16]}.json"


def metadata_of(owner: str) -> dict[str, str]:
    """Return what marks the store of an owner's lease. It bears no identity, as no manifest declares it."""
    return {OWNER: owner, _MARK: "1"}


def is_lock(store: Mapping[str, Any]) -> bool:
    """Tell whether a memory store is there for leases: it is nobody's to plan, to take over or to prune."""
    metadata = store.get("metadata") or {}
    return store.get("name") == STORE and _MARK in metadata and ID not in metadata


def locks_of(stores: Iterable[Mapping[str, Any]], owner: str) -> list[Mapping[str, Any]]:
    """Return the stores that hold the owner's lease, oldest first: one, but where two first runs met."""
    found = [each for each in stores if is_lock(each) and each["metadata"].get(OWNER) == owner]
    return sorted(found, key=lambda each: (str(each.get("created_at")), str(each["id"])))


def written(lease: Lease) -> str:
    """Return the lease as the text of a memory."""
    told = {
        "format_version": 1,
        "holder": lease.holder.name,
        "run": lease.holder.run,
        "commit": lease.holder.commit,
        "since": timestamp(lease.since),
        "ttl_s": lease.ttl_s,
        "nonce": lease.nonce,
        "renewals": lease.renewals,
    }
    return canonical_json(told)


def read(text: Any) -> Lease | None:
    """Return what a memory says, or None when it is not a lease that we wrote."""
    if not isinstance(text, str) or len(text) > _LARGEST:
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    match told:
        case {"holder": str(name), "since": str(since), "ttl_s": int(ttl_s), "nonce": str(nonce)} if ttl_s > 0:
            at = moment(since)
            run, commit = (told[key] if isinstance(told.get(key), str) else "" for key in ("run", "commit"))
            renewals = told.get("renewals")
            count = renewals if isinstance(renewals, int) else 0
            return Lease(Holder(name, run, commit), at, ttl_s, nonce, count) if at else None
    return None


def moment(text: Any) -> datetime | None:
    """Return the time that an RFC 3339 text tells, or None when it tells none."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def shown(holder: Holder) -> Holder:
    """Return the holder as he may be shown: short, in one line, and with no address but a plain web address."""
    run = holder.run if _LINK.fullmatch(holder.run) else ""
    commit = holder.commit if re.fullmatch(r"[0-9a-f]{7,64}", holder.commit) else ""
    return Holder(_in_one_line(holder.name) or "somebody", run, commit)


def _in_one_line(text: str) -> str:
    words = printable(" ".join(text[: 4 * _WORDS].split()))
    return words if len(words) <= _WORDS else words[: _WORDS - 1] + "…"
