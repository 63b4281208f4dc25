"""What an id can look like; anything else is known not to exist, before a database is asked."""

import re

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
VERSION_MAX = 2**31 - 1
"""More versions than an agent will ever have, and a number that every database takes."""


def is_id(text: str) -> bool:
    """Tell whether an object could have this id."""
    return _ID.fullmatch(text) is not None
