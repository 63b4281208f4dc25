"""Signing secrets of webhook endpoints: made here, sealed at once, told in one answer and never again."""

from agentops.base.secrets import Secret
from agentops.engine import sealing
from agentops.engine.operations.call import Call
from agentops.engine.sealing import Box
from agentops.engine.store.secrets import Secrets

FIELD = "signing_secret"
_PREFIX = "whsec_"


def renewed(call: Call, box: Box) -> Secret:
    """Put a new secret in place of the endpoint's old one, and return it.

    Source: Standard Webhooks, "Signature scheme": 32 random bytes in base64 after a prefix.
    """
    secret = Secret(_PREFIX + sealing.generate())
    _secrets(call, box).put(box.owner, {FIELD: secret}, call.at)
    return secret


def destroy(call: Call, box: Box) -> None:
    """Remove the endpoint's secret, and the key that could have opened a copy of it."""
    _secrets(call, box).destroy()


def _secrets(call: Call, box: Box) -> Secrets:
    return Secrets(call.tx, box, call.keyring)
