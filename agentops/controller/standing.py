"""How repositories stand, for people and programs: one JSON shape, and the text that is made from it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from textwrap import wrap
from typing import Any

from agentops.base.clock import timestamp
from agentops.base.paint import Paint, printable
from agentops.base.wording import counted
from agentops.controller.state import Phase, State

FORMAT_VERSION = 1

_MARKS: Mapping[str, tuple[str, str]] = {
    Phase.IN_SYNC: ("✓", "green"),
    Phase.OUT_OF_SYNC: ("~", "cyan"),
    Phase.DRIFTED: ("≠", "yellow"),
    Phase.WAITING: ("…", "yellow"),
    Phase.REFUSED: ("✗", "red"),
    Phase.FAILED: ("!", "red"),
    Phase.UNKNOWN: ("○", "dim"),
}
_COMMIT = 12
_STEPS = 8
_SPANS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def standing(states: Mapping[str, State], acting: str | None, now: datetime) -> dict[str, Any]:
    """Return every repository's state as plain data."""
    counts = Counter(each.phase.value for each in states.values())
    return {
        "format_version": FORMAT_VERSION,
        "at": timestamp(now),
        "controller": acting,
        "summary": {each.value: counts[each.value] for each in Phase},
        "repositories": [_repository(states[name]) for name in sorted(states)],
    }


def lines(document: Mapping[str, Any], paint: Paint, width: int = 120) -> Iterator[str]:
    """Yield the table: a line a repository, and below it why and what to do. Units: `width` in columns."""
    found = document["repositories"]
    now = datetime.fromisoformat(document["at"])
    names = max((len(each["name"]) for each in found), default=0)
    for each in found:
        yield from _lines(each, names, now, paint, width)
    if found:
        yield ""
    yield _summary(document, paint)


def is_settled(document: Mapping[str, Any]) -> bool:
    """Tell whether every repository is in sync."""
    summary: Mapping[str, int] = document["summary"]
    return summary[Phase.IN_SYNC.value] == len(document["repositories"])


def _repository(state: State) -> dict[str, Any]:
    return {
        "name": state.name,
        "phase": state.phase.value,
        "since": _moment(state.since),
        "live": state.live or None,
        "seen": state.seen or None,
        "message": state.message,
        "advice": state.advice,
        "plan_id": state.plan_id or None,
        "steps": list(state.steps),
        "removals": {address: timestamp(at) for address, at in state.removals.items()},
        "opens_at": _moment(state.opens_at),
        "checked_at": _moment(state.checked_at),
        "next_at": _moment(state.next_at),
        "failures": state.failures,
        "beside": dict(state.asides),
    }


def _lines(each: Mapping[str, Any], names: int, now: datetime, paint: Paint, width: int) -> Iterator[str]:
    mark, colour = _MARKS[each["phase"]]
    phase = f"{each['phase'].replace('_', ' '):<11}"
    since = f"for {_span(each['since'], now)}" if each["since"] else ""
    yield f"{paint(colour, mark)} {each['name']:<{names}}  {paint(colour, phase)}  {_commits(each)}  {since}".rstrip()
    if each["message"]:
        yield from _wrapped(f"    {printable(each['message'])}", width)
    for step in each["steps"][:_STEPS]:
        yield paint("dim", f"      {printable(step)}")
    if len(each["steps"]) > _STEPS:
        yield paint("dim", f"      and {len(each['steps']) - _STEPS} more")
    if each["advice"]:
        yield f"    {paint('cyan', '→')} {printable(each['advice'])}"
    for name, failure in each["beside"].items():
        yield from _wrapped(f"    {paint('yellow', '!')} {printable(name)}: {printable(failure)}", width)
    if each["failures"] and each["next_at"]:
        yield paint("dim", f"    tried {_times(each['failures'])}; again in {_span(timestamp(now), each['next_at'])}")


def _wrapped(text: str, width: int) -> list[str]:
    """Return a sentence in lines. What is to be copied, an address or a command, is never taken apart."""
    return wrap(text, max(width, 40), subsequent_indent="      ", break_long_words=False, break_on_hyphens=False)


def _commits(each: Mapping[str, Any]) -> str:
    """Return which commit is live, and which is the newest where that is another."""
    live, seen = each["live"], each["seen"]
    if not live:
        return f"nothing is live, newest {seen[:_COMMIT]}" if seen else "nothing is live"
    return f"live {live[:_COMMIT]}" + (f", newest {seen[:_COMMIT]}" if seen and seen != live else "")


def _summary(document: Mapping[str, Any], paint: Paint) -> str:
    found: Sequence[Any] = document["repositories"]
    if not found:
        return "No repository is followed yet: `agentops controller --config controller.yaml` begins."
    counts = [f"{count} {phase.replace('_', ' ')}" for phase, count in document["summary"].items() if count]
    who = f"Acting: {printable(document['controller'])}" if document["controller"] else ""
    acting = who or paint("yellow", "No controller runs: start `agentops controller --config …`")
    noun = "repository" if len(found) == 1 else "repositories"
    return f"{len(found)} {noun}: {', '.join(counts)}. {acting}"


def _moment(at: datetime | None) -> str | None:
    return timestamp(at) if at else None


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _span(start: str, end: "datetime | str") -> str:
    """Return how long it is from one moment to another, as people say it."""
    until = datetime.fromisoformat(end) if isinstance(end, str) else end
    seconds = max(0, round((until - datetime.fromisoformat(start)).total_seconds()))
    size, unit = next(((size, unit) for size, unit in _SPANS if seconds >= size), _SPANS[-1])
    count = seconds // size
    return counted(count, unit)
