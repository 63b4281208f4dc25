"""Signing what is delivered by the Standard Webhooks scheme; the one user of its library.

Source: standardwebhooks.com, specification, "Signature scheme"; SDK 2.11.0 `resources/beta/webhooks.py`, `unwrap`.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from standardwebhooks import Webhook

from agentops.base.secrets import Secret


def headers(secret: Secret, message_id: str, at: datetime, body: str) -> Mapping[str, str]:
    """Return what proves who sent the body, and when: receivers refuse what is more than five minutes old."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": _signer(secret).sign(message_id, at, body),
    }


@lru_cache(maxsize=256)
def _signer(secret: Secret) -> Webhook:
    return Webhook(secret.reveal())
