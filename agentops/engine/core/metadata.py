"""Metadata patches: set some keys, delete others, keep the rest."""

from collections.abc import Mapping


def merged(
    stored: Mapping[str, str], patch: Mapping[str, str | None] | None, *, empty_deletes: bool = False
) -> dict[str, str]:
    """Return the metadata after the patch; null deletes a key, and so does an empty text where the kind says so."""
    result = dict(stored)
    for key, value in (patch or {}).items():
        if value is None or (empty_deletes and value == ""):
            result.pop(key, None)
        else:
            result[key] = value
    return result
