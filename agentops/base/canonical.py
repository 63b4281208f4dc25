"""One spelling for a JSON value, and digests over it."""

import json
from hashlib import sha256
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def canonical_json(value: Any) -> str:
    """Return the value as JSON with sorted keys and no spaces: equal values, equal text.

    Raises:
        ValueError: the value holds NaN or an infinity.
        TypeError: the value holds something that JSON has no word for.
    """
    return _encode(value)


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON. Units: 64 lower-case hex digits."""
    return sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def text_digest(text: str) -> str:
    """Return the SHA-256 of the text's UTF-8 bytes. Units: 64 lower-case hex digits."""
    return sha256(text.encode()).hexdigest()
