"""What became of a dream, for people and programs; pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from agentops.base.paint import Paint, printable
from agentops.base.wording import counted
from agentops.cli.dreams.slots import spelled
from agentops.cli.dreams.working import Result
from agentops.cli.proposals.showing import Screen
from agentops.memory_repo.forges.port import PullRequest
from agentops.memory_repo.layout import proposal_branch
from agentops.memory_repo.proposals import record
from agentops.memory_repo.proposals.letter import Letter
from agentops.memory_repo.proposals.publishing import Outcome

_WORDS = {
    Outcome.OPENED: "opened",
    Outcome.UPDATED: "updated",
    Outcome.UNCHANGED: "as it was",
    Outcome.SNOOZED: "stays closed: a person closed it, and there is nothing new in it",
    Outcome.WITHDRAWN: "closed: nothing is left to propose",
}


def lines(result: Result, paint: Paint, width: int, *, is_trial: bool) -> Iterator[str]:
    """Yield what became of it: the words, what is proposed, where, and what to do next."""
    wish, morning = result.wish, result.morning
    yield f"{paint('bold', wish.schedule or wish.store)}: {printable(result.words)}"
    for reason, count in sorted(result.skipped.items()):
        yield f"  left out {counted(count, 'time')}: {printable(reason)}"
    if result.failure is not None and result.failure.hint:
        yield f"  {printable(result.failure.hint)}"
    if morning is None:
        return
    if is_trial:
        yield from Screen(paint, width).letter(morning.letter)
        return
    yield from _proposal(morning.letter, morning.published.outcome, morning.published.request)
    if morning.merged is not None:
        yield f"  merged, as the schedule says: every gate passed. `agentops memory push {wish.store}` brings it live"


def as_json(result: Result) -> Mapping[str, Any]:
    """Return what became of it as plain data."""
    morning = result.morning
    told = {
        "schedule": result.wish.schedule or None,
        "store": result.wish.store,
        "slot": spelled(result.slot) if result.slot else None,
        "words": result.words,
        "skipped": dict(result.skipped),
        "failed": result.failure is not None,
    }
    if morning is None:
        return {**told, "outcome": None}
    request = morning.published.request
    return {
        **told,
        "outcome": morning.published.outcome.value,
        "merged": morning.merged is not None,
        "pull_request": request and {"number": request.number, "url": request.url, "state": request.state.value},
        "proposal": record.said(morning.letter),
    }


def _proposal(letter: Letter, outcome: Outcome, request: PullRequest | None) -> Iterator[str]:
    counts = [
        counted(len(letter.lessons), "operation"),
        *([counted(len(letter.live), "live edit")] if letter.live else []),
    ]
    if outcome is Outcome.LEFT:
        place = request.url if request else f"the branch {proposal_branch(letter.store)}"
        yield f"  {' and '.join(counts)} not proposed: a person committed to {place}, which is left alone"
        yield "  merge it or close it, and dream again"
    if outcome in {Outcome.NOTHING, Outcome.LEFT} or request is None:
        return
    blocked = [each.gate for each in letter.gates if each.mark == "block"]
    yield f"  {' and '.join(counts)} in {request.url}, {_WORDS[outcome]}"
    if letter.quarantined:
        yield f"  {counted(len(letter.quarantined), 'claim')} kept out of it, not backed by what was read"
    if blocked:
        yield f"  not to be merged before it is mended: {', '.join(blocked)}"
    if outcome in {Outcome.OPENED, Outcome.UPDATED, Outcome.UNCHANGED}:
        yield f"  `agentops memory review {letter.store}` shows it here"
