"""Whose certificates are believed."""

import ssl
from functools import cache
from urllib.parse import urlsplit


def trust(url: str) -> ssl.SSLContext | bool:
    """Return what certificates are checked with. Plain HTTP shows none: it does not pay for reading the system's."""
    return urlsplit(url).scheme == "https" or _nobody()


@cache
def _nobody() -> ssl.SSLContext:
    """Return what trusts no certificate, made once: each takes a millisecond."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
