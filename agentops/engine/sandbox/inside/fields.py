"""What a request holds, checked: the host is trusted to mean well, not to be free of mistakes."""

from __future__ import annotations

from typing import Any

from .refusal import Refused

Json = dict[str, Any]


def text(request: Json, name: str, default: str | None = None) -> str:
    """Return the text of the field."""
    found = request.get(name)
    if found is None and default is not None:
        return default
    if not isinstance(found, str):
        raise Refused(f"{name} must be a text")
    return found


def number(request: Json, name: str, default: float) -> float:
    """Return the number of the field; zero and less count as left out."""
    found = request.get(name)
    if found is None:
        return default
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not found < 1e9:
        raise Refused(f"{name} must be a number")
    return found if found > 0 else default


def flag(request: Json, name: str) -> bool:
    """Tell whether the field is set."""
    return request.get(name) is True


def line_range(request: Json) -> tuple[int, int] | None:
    """Return the first and the last line of `view_range`; an end of 0 or less is the end of the file."""
    found = request.get("view_range")
    if found is None:
        return None
    if not isinstance(found, list) or len(found) != 2 or any(type(each) is not int for each in found):
        raise Refused("view_range must be two whole numbers: [first line, last line]")
    return max(found[0], 1), found[1]
