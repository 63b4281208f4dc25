"""What a forge answered, read with suspicion: numbers are numbers, commits are commits, and all else is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REASON_LIMIT = 300
"""Characters of a forge's own words that we repeat."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A success, or a refusal that the caller wants to see."""

    status: int
    headers: Mapping[str, str]
    data: Any
    """The JSON of the body, or None where the body is empty."""


def member(data: Any, *names: str) -> Any:
    """Return what stands under the names, or None where one is missing.

    Raises:
        TypeError: something on the way is no object.
    """
    for name in names:
        if data is None:
            return None
        if not isinstance(data, dict):
            raise TypeError(f"no object around {name}")
        data = data.get(name)
    return data


def number(data: Any, *names: str) -> int:
    """Return the number of a pull request or of a label: it becomes part of an address.

    Raises:
        TypeError: it is none.
    """
    found = member(data, *names)
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise TypeError(f"{names[-1]} is no number")
    return found


def text(data: Any, *names: str) -> str:
    """Return a text; nothing, where it is null or absent.

    Raises:
        TypeError: it is something else.
    """
    found = member(data, *names)
    if found is not None and not isinstance(found, str):
        raise TypeError(f"{names[-1]} is no text")
    return found or ""


def commit(data: Any, *names: str) -> str:
    """Return the name of a commit, or nothing where there is none.

    Raises:
        TypeError: it is something else.
    """
    found = text(data, *names)
    if found and not _COMMIT.fullmatch(found):
        raise TypeError(f"{names[-1]} is no commit")
    return found


def address(data: Any, *names: str) -> str:
    """Return an address that a person may follow, or nothing where what stands there is none."""
    found = text(data, *names)
    return found if found.startswith(("https://", "http://")) and found.isprintable() else ""


def rows(data: Any) -> list[Any]:
    """Return a list of objects.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        raise TypeError("no list of objects")
    return data


def reason(data: Any) -> str:
    """Return a forge's own words about a refusal, on one line.

    Source: GitHub Docs, "Troubleshooting the REST API" (`message`, `errors`); Gitea `APIError`; GitLab Docs, "REST API
    troubleshooting" (`message` of a text, a list, or lists under the names of fields; or `error`).
    """
    if not isinstance(data, dict):
        return ""
    said = [*_words(data.get("message")), *_words(data.get("errors")), *_words(data.get("error"))]
    line = "; ".join(dict.fromkeys(said))
    return " ".join("".join(each if each.isprintable() else " " for each in line).split())[:_REASON_LIMIT]


def _words(said: Any) -> list[str]:
    match said:
        case str():
            return [said] if said else []
        case list():
            return [word for each in said for word in _words(each)]
        case dict() if isinstance(said.get("message"), str):
            return [said["message"]]
        case dict() if isinstance(said.get("field"), str):
            return [f"{said['field']} is {said.get('code', 'wrong')}"]
        case dict():
            return [f"{name} {word}" for name, each in said.items() for word in _words(each)]
        case _:
            return []
