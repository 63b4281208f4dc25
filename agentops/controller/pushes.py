"""Push webhooks of forges: whether one was sent by who shares the secret, and which ref of which repository moved.

A push leads to a fetch and to nothing else, so one that is replayed, old or made up of the truth does no harm.
"""

import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from agentops.base.secrets import Secret

MOST_BYTES: Final = 1024 * 1024
"""Forges send more only of pushes of thousands of commits; these are found by the next poll."""

_REF: Final = re.compile(r"refs/[!-~]{1,1024}")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_EVENTS: Final = ("x-github-event", "x-gitea-event", "x-forgejo-event", "x-gitlab-event")
_URLS: Final = (("repository", "clone_url"), ("project", "git_http_url"), ("repository", "git_http_url"))
_MOST_URL: Final = 2048


@dataclass(frozen=True, slots=True)
class Push:
    """What a forge says. It is a hint where to look, and never what to apply."""

    ref: str
    """`refs/heads/main`; nothing where it tells of something else, as a ping does."""

    commit: str
    """Where the ref is now; nothing where that is not told, or the ref is gone."""

    repository_url: str
    """Where the forge says that it is fetched from; nothing where it does not say."""


def verified(headers: Mapping[str, str], body: bytes, secret: Secret) -> Push | None:
    """Return what a request says, if it proves that its sender knows the secret; None otherwise.

    Nobody asks how old it is: only generic ones and GitLab's newer ones are dated at all.
    """
    said = {name.lower(): value for name, value in headers.items()}
    if len(body) > MOST_BYTES or not secret.reveal() or not _is_proved(said, body, secret.reveal()):
        return None
    told = _told(said, body)
    return None if told is None else _push(said, told)


def _is_proved(said: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Tell whether any of the proofs holds. All are looked at: how long it takes says nothing of which one."""
    found = _proofs(said, body, secret)
    held = [hmac.compare_digest(given.encode(errors="replace"), wanted.encode()) for given, wanted in found]
    return any(held)


def _proofs(said: Mapping[str, str], body: bytes, secret: str) -> Iterator[tuple[str, str]]:
    """Yield each proof that a request brings, with what it must be."""
    digest = hmac.new(secret.encode(), body, "sha256").hexdigest()
    # Source: GitHub Docs, "Validating webhook deliveries". Gitea and Forgejo send it too.
    if "x-hub-signature-256" in said:
        yield said["x-hub-signature-256"], f"sha256={digest}"
    # Source: Gitea docs and Forgejo docs, "Webhooks".
    for name in ("x-gitea-signature", "x-forgejo-signature"):
        if name in said:
            yield said[name], digest
    # Source: GitLab Docs, "Webhooks", "Secret token".
    if "x-gitlab-token" in said:
        yield said["x-gitlab-token"], secret
    yield from _standard(said, body, secret)


def _standard(said: Mapping[str, str], body: bytes, secret: str) -> Iterator[tuple[str, str]]:
    """Yield the proofs of generic senders, and of GitLab where a signing token is set.

    Source: standardwebhooks.com, specification, "Signature scheme"; GitLab Docs, "Webhooks", "Signing token".
    """
    signed = f"{said.get('webhook-id', '')}.{said.get('webhook-timestamp', '')}.".encode() + body
    for key in _keys(secret):
        wanted = "v1," + b64encode(hmac.new(key, signed, "sha256").digest()).decode()
        yield from ((given, wanted) for given in said.get("webhook-signature", "").split()[:8])


def _keys(secret: str) -> Iterator[bytes]:
    """Yield the bytes that a secret stands for: those that `whsec_` spells in base64, or its own."""
    if secret.startswith("whsec_"):
        try:
            yield b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            yield secret.encode()
    else:
        yield secret.encode()


def _told(said: Mapping[str, str], body: bytes) -> Mapping[str, Any] | None:
    """Return the JSON object of a body, which GitHub puts into a form where nobody told it otherwise."""
    try:
        if said.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            body = parse_qs(body.decode(), max_num_fields=16).get("payload", [""])[0].encode()
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _push(said: Mapping[str, str], told: Mapping[str, Any]) -> Push:
    event = next((said[name] for name in _EVENTS if name in said), "push")
    ref = _text(told, "ref") if "push" in event.casefold() else ""
    commit = next((found for name in ("after", "commit") if (found := _text(told, name))), "")
    url = next((found for path in _URLS if (found := _text(told, *path))), _text(told, "repository"))
    return Push(
        ref=ref if _REF.fullmatch(ref) else "",
        commit=commit if _COMMIT.fullmatch(commit) and set(commit) != {"0"} else "",
        repository_url=url if url.isprintable() and len(url) <= _MOST_URL else "",
    )


def _text(data: Any, *path: str) -> str:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, str) else ""
