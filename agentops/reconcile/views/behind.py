"""What stands behind a change that others had a hand in: the text before both of us, and since when it is so."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from agentops.base.paint import Paint, on_one_line, printable
from agentops.reconcile.views.differences import differences
from agentops.reconcile.views.values import is_long, short
from agentops.wire.durations import spelled

_CONTEXT_LINES = 2


def is_three_way(change: Mapping[str, Any]) -> bool:
    """Tell whether a conflict is about long texts, and the one before both changes is known."""
    is_known = change["verdict"] == "conflict" and "base" in change and not change["base_missing"]
    return is_known and any(is_long(change[key]) for key in ("base", "before", "after"))


def three_ways(change: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    """Yield what others made of the text, and what the manifest makes of it."""
    for title, side in (("- base  + live", "before"), ("- base  + wanted", "after")):
        yield f"        {title}"
        yield from text_diff(change["base"], change[side], paint)


def text_diff(before: Any, after: Any, paint: Paint) -> Iterator[str]:
    """Yield the lines that go and come."""
    found = list(differences(before, after, _CONTEXT_LINES))
    if not found:
        yield "        " + paint("dim", "(the same lines; only how they end is different)")
    for kind, line in found:
        colour = {"+": "green", "-": "red"}.get(kind, "dim")
        yield "        " + paint(colour, printable(f"{kind}{line}" if kind != "@" else f" {line}"))


def behind(change: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    """Yield the base of a short conflict, and when and by whom it came to this."""
    if change["verdict"] == "conflict" and "base" in change:
        if change["base_missing"]:
            yield paint("dim", f"        base text not available: {on_one_line(change['base_missing'])}")
        elif not is_three_way(change):
            yield f"        base {short(change['base'])}"
    if said := since_line(change):
        yield paint("dim", f"        {on_one_line(said)}")


def since_line(change: Mapping[str, Any]) -> str:
    """Return when and by whom a value became what it is; nothing where nobody knows."""
    since = change.get("since")
    if not since or not (since["at"] or since["by"]):
        return ""
    moment = _moment(since["at"])
    ago = f", {_rounded(since['age_s'])} ago" if since["age_s"] else ""
    version = f", version {since['version']}" if since["version"] else ""
    by = f", by {since['by']}" if since["by"] else ""
    word = "the object was last changed" if since["is_of_object"] else "changed"
    return f"{word} {moment}{ago}{version}{by}" if moment else f"changed{by.removeprefix(',')}{version}"


def _rounded(age_s: int) -> str:
    """Return an age in its two largest units: nobody asks for the seconds of a day."""
    unit_s = 3_600 if age_s >= 86_400 else 60 if age_s >= 3_600 else 1
    return spelled(age_s - age_s % unit_s)


def _moment(at: str | None) -> str:
    try:
        return f"{datetime.fromisoformat(at).astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""
    except ValueError:
        return str(at)
