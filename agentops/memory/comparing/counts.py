"""Counts in a claim: what code counted among its evidence, and how anybody counts it again.

A count is no quotation: `5 of 7 retries worked` stands in no event. It is true when the cited events give it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentops.memory.evidence import Evidence
from agentops.memory.moves import is_error, moves, retried
from agentops.memory.transcripts import Event, Transcript

_GOOD = 0.5
"""The outcome from which a session counts as one that ended well."""

_COUNT = re.compile(
    r"(?:\b(?P<share>\d+) of (?P<of>\d+) (?P<things>retries worked|sessions ended well|repeats gave the same result)\b|"
    r"\((?P<times>\d+) times? in (?P<sessions>\d+) sessions?\))"
)


@dataclass(frozen=True, slots=True)
class _Cited:
    """The cited events of one session, in its order."""

    transcript: Transcript
    events: tuple[Event, ...]
    ids: frozenset[str]


def uncounted(text: str) -> str:
    """Return the text without its counts: two nights count differently and mean the same."""
    return " ".join(_COUNT.sub(" ", text).split())


def miscounted(text: str, evidence: Iterable[Evidence], transcripts: Mapping[str, Transcript]) -> tuple[str, ...]:
    """Return the counts of a text that its evidence does not give."""
    found = list(_COUNT.finditer(text))
    if not found:
        return ()
    cited = tuple(_cited(evidence, transcripts))
    return tuple(each[0] for each in found if not _is_right(each, cited))


def _is_right(said: re.Match[str], cited: Sequence[_Cited]) -> bool:
    """Return whether the cited events give a count."""
    if said["things"]:
        return (int(said["share"]), int(said["of"])) == _SHARES[said["things"]](cited)
    times = sum(is_error(each) for one in cited for each in one.events)
    return (int(said["times"]), int(said["sessions"])) == (times, len(cited))


def _cited(evidence: Iterable[Evidence], transcripts: Mapping[str, Transcript]) -> Iterator[_Cited]:
    """Yield each cited session with its cited events."""
    asked: dict[str, set[str]] = {}
    for each in evidence:
        asked.setdefault(each.session, set()).add(each.event)
    for session in sorted(asked):
        if transcript := transcripts.get(session):
            events = tuple(each for each in transcript.events if each.id in asked[session])
            yield _Cited(transcript, events, frozenset(asked[session]))


def retries(cited: Sequence[_Cited]) -> tuple[int, int]:
    """Return how many of the failed calls were made again with success, and how many were made again."""
    tried = [
        then
        for one in cited
        for move, then in retried(one.transcript)
        if then and move.failed and _is_cited(move.result, one)
    ]
    return sum(not each.failed for each in tried), len(tried)


def endings(cited: Sequence[_Cited]) -> tuple[int, int]:
    """Return how many of the cited sessions ended well, of those that anybody judged."""
    outcomes = [one.transcript.outcome for one in cited if one.transcript.outcome is not None]
    return sum(each >= _GOOD for each in outcomes), len(outcomes)


def repeats(cited: Sequence[_Cited]) -> tuple[int, int]:
    """Return how many of the cited calls, made before with the same arguments, gave the same result again."""
    same = total = 0
    for one in cited:
        seen: dict[tuple[str, str, str], str] = {}
        for move in moves(one.transcript):
            said = move.result.text if move.result else ""
            before = seen.get(key := (*move.slot, move.call.text))
            if before is not None and move.call.id in one.ids:
                total, same = total + 1, same + (before == said)
            seen[key] = said
    return same, total


def _is_cited(event: Event | None, one: _Cited) -> bool:
    """Return whether the event is among the cited ones."""
    return event is not None and event.id in one.ids


_SHARES: Mapping[str, Callable[[Sequence[_Cited]], tuple[int, int]]] = {
    "retries worked": retries,
    "sessions ended well": endings,
    "repeats gave the same result": repeats,
}
