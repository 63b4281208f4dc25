"""Which change of a repository is told to people, and how: values in, notices out."""

from collections.abc import Iterator, Mapping
from typing import Any

from agentops.controller.deciding import Seen
from agentops.controller.notices.ledger import news
from agentops.controller.notices.notice import About, Kind, Notice, notice
from agentops.controller.state import Phase, State

_NAMED = 5


def told(before: State, after: State, seen: Seen) -> tuple[tuple[Notice, ...], Mapping[str, str]]:
    """Return what is news, and what is remembered of it so that it is told once."""
    remembered: Mapping[str, str] = after.notices
    fresh = []
    for each in _candidates(before, after, seen):
        left = news(remembered, each)
        if left is not None:
            remembered = left
            fresh.append(each)
    return tuple(fresh), remembered


def dreamt(answer: Any, about: About) -> Iterator[Notice]:
    """Yield what a run of dreams proposed: the JSON of `agentops dream run --due`."""
    for dream in (answer or {}).get("dreams") or ():
        request = dream.get("pull_request") or {}
        if dream.get("outcome") in {"opened", "updated"}:
            url = str(request.get("url") or "")
            fact = f"a dream over {dream.get('store')} is proposed"
            yield notice(Kind.DREAM_PROPOSED, about, fact, f"review {url}" if url else "review it", url=url)


def synced(answer: Any, about: About) -> Iterator[Notice]:
    """Yield what a sync of memory did: the JSON of `agentops memory sync`."""
    stores = [each for each in (answer or {}).get("stores") or () if each.get("written") or each.get("taken_in")]
    if stores:
        names = ", ".join(str(each.get("store")) for each in stores[:_NAMED])
        yield notice(Kind.MEMORY_SYNCED, about, f"memories of {names} were brought in step")


def _candidates(before: State, after: State, seen: Seen) -> Iterator[Notice]:
    about = About(after.name, after.seen, seen.at)
    if after.live != before.live:
        yield notice(Kind.APPLIED, About(after.name, after.live, seen.at), "this commit is live now", key=after.live)
    if seen.healed is not None and seen.healed.problem is None and seen.check is not None:
        live = About(after.name, after.live, seen.at)
        names = ", ".join(str(each["address"]) for each in seen.check.steps[:_NAMED])
        if not seen.check.prunes:
            yield notice(Kind.HEALED, live, f"{names}: the target is again what the commit says", key=seen.check.id)
    yield from _standing(after, seen, about)


def _standing(after: State, seen: Seen, about: About) -> Iterator[Notice]:
    """Yield what the phase asks of people."""
    match after.phase:
        case Phase.FAILED if seen.unreachable is not None or (seen.check_fault is not None and seen.fault is None):
            unreachable = About(after.name, "", seen.at)
            yield notice(Kind.UNREACHABLE, unreachable, after.message, after.advice, key="unreachable")
        case Phase.FAILED:
            yield notice(Kind.APPLY_FAILED, about, after.message, after.advice)
        case Phase.REFUSED:
            yield notice(Kind.REFUSED, about, after.message, after.advice)
        case Phase.WAITING if after.opens_at is None:
            yield notice(Kind.APPROVAL_WANTED, about, after.message, after.advice, key=after.plan_id)
        case Phase.DRIFTED:
            yield notice(Kind.DRIFTED, about, after.message, after.advice, key=after.plan_id)
        case Phase.IN_SYNC:
            yield notice(Kind.RECOVERED, about, "what is merged is what runs")
        case _:
            pass
