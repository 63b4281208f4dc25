"""One step in words: the sign that stands for it, and the line that heads it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any


class Sign(StrEnum):
    """Terraform's alphabet, and what it has no letter for."""

    CONFLICT = "x"
    REMOVE = "-"
    REPLACE = "-/+"
    RETIRE = "(-)"
    FORGET = "."
    DRIFT = "!"
    UPDATE = "~"
    RESTORE = "(+)"
    MOVE = ">"
    ADOPT = "<="
    CREATE = "+"
    REPIN = "^"
    RESTAMP = "="


_SIGNS: Mapping[str, Sign] = {
    "create": Sign.CREATE,
    "update": Sign.UPDATE,
    "repin": Sign.REPIN,
    "restamp": Sign.RESTAMP,
    "adopt": Sign.ADOPT,
    "move": Sign.MOVE,
    "replace": Sign.REPLACE,
    "retire": Sign.RETIRE,
    "restore": Sign.RESTORE,
    "forget": Sign.FORGET,
    "archive": Sign.REMOVE,
    "delete": Sign.REMOVE,
}
COLOURS: Mapping[Sign, str] = {
    Sign.CONFLICT: "red",
    Sign.REMOVE: "red",
    Sign.REPLACE: "red",
    Sign.RETIRE: "red",
    Sign.FORGET: "yellow",
    Sign.DRIFT: "magenta",
    Sign.UPDATE: "yellow",
    Sign.RESTORE: "green",
    Sign.MOVE: "cyan",
    Sign.ADOPT: "cyan",
    Sign.CREATE: "green",
    Sign.REPIN: "dim",
    Sign.RESTAMP: "dim",
}
_ALSO = {"retire": "archiving it will also archive", "delete": "also deletes"}
_WORDS = {"repin": "re-pin", "restamp": "re-stamp"}
_REMOVALS = {Sign.REMOVE, Sign.REPLACE}


def sign(step: Mapping[str, Any]) -> Sign:
    """Return what stands before a step: what others changed outweighs what is done about it, but for a removal."""
    usual = _SIGNS.get(step["action"], Sign.UPDATE)
    verdicts = {each["verdict"] for each in step["changes"]}
    if "conflict" in verdicts:
        return Sign.CONFLICT
    return Sign.DRIFT if "drift" in verdicts and usual not in _REMOVALS else usual


def in_order(steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the steps as they are shown: danger first, for in a long list the one removal must not be missed."""
    rank = {each: place for place, each in enumerate(Sign)}
    return sorted(steps, key=lambda step: (rank[sign(step)], step["address"]))


def headline(step: Mapping[str, Any]) -> str:
    """Return what happens to the object: the action, the version that it will have, and why."""
    said = word(step["action"])
    version = step["version"]
    if version and version["to"]:
        moves = f"version {version['from']} → {version['to']}" if version["from"] else f"version {version['to']}"
        said = f"{said}, {moves}"
    return said if step["action"] == "create" else f"{said}: {step['reason']}"


def word(action: str) -> str:
    """Return an action as people write it."""
    return _WORDS.get(action, action)


def blast_line(step: Mapping[str, Any]) -> str:
    """Return what else is hit when the object goes; nothing, where nothing is."""
    blast = step.get("blast") or {}
    names = [_swept(each) for kind in ("deployments", "credentials") for each in blast.get(kind, ())]
    will = _ALSO.get(step["action"], "also archives")
    parts = [f"{will} {', '.join(names)}"] if names else []
    more = " or more" if blast.get("is_more") else ""
    if (running := blast.get("sessions_running")) is not None:
        parts += [f"{_sessions(running, more)} running"] if running else []
        recent = blast["sessions_recent"]
        parts += [f"{_sessions(recent, more) if recent else 'no session'} in the last 7 days"]
    if memories := blast.get("memories"):
        what = "memory" if memories == 1 and not more else "memories"
        parts += [f"{memories}{more} {what} in it, whoever wrote them"]
    return "; ".join(parts)


def _sessions(count: int, more: str) -> str:
    return f"{count}{more} session{'' if count == 1 and not more else 's'}"


def _swept(swept: Mapping[str, Any]) -> str:
    if swept["is_ours"]:
        return str(swept["name"])
    whose = f"of {swept['owner']}" if swept["owner"] else "nobody's"
    return f"{swept['name']} ({swept['id']}, {whose})"
