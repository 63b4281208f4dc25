"""Whether the cited events bear a claim: the one check that dreamers and gates share, without a model."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta

from agentops.memory.comparing.containment import LEAST, is_one_word, score
from agentops.memory.comparing.counts import miscounted, uncounted
from agentops.memory.comparing.literals import missing
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.operations import Finding, Verdict
from agentops.memory.transcripts import Event, Transcript

_LONGEST_READ = 1 << 16
"""How much of one event is cut into words: of a longer one its two ends. Literals are looked for in all of it."""

_LONGEST_QUOTE = 160
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^\n.!?]+(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]?")


def verdict(text: str, evidence: Iterable[Evidence], transcripts: Mapping[str, Transcript]) -> Verdict:
    """Return what the cited events, each with its neighbours, say about a claim.

    Not found: nothing is cited, an event does not exist or was only recalled, a literal stands in none of them, or too
    few of the claim's words do. Contradicted: a count that the events do not give.
    """
    cited = tuple(sorted(set(evidence)))
    places = {each: _places(transcripts.get(each)) for each in {one.session for one in cited}}
    windows = [_window(each, transcripts.get(each.session), places[each.session]) for each in cited]
    if not cited or not all(windows):
        return Verdict(Finding.NOT_FOUND)
    if miscounted(text, cited, transcripts):
        return Verdict(Finding.CONTRADICTED)
    claim = uncounted(text)
    if missing(claim, (said for window in windows for event in window for said in _said(event))):
        return Verdict(Finding.NOT_FOUND)
    if is_one_word(claim) and not any(_is_said(claim, event) for window in windows for event in window):
        return Verdict(Finding.NOT_FOUND)
    best, window = max(((_score(claim, each), each) for each in windows), key=lambda scored: scored[0])
    finding = Finding.SUPPORTED if best >= LEAST else Finding.NOT_FOUND
    return Verdict(
        finding, quote=_quote(claim, window[0]) if finding is Finding.SUPPORTED else "", score=round(best, 3)
    )


def _places(transcript: Transcript | None) -> Mapping[str, int]:
    """Return where each event stands."""
    return {each.id: place for place, each in enumerate(transcript.events if transcript else ())}


def _window(cited: Evidence, transcript: Transcript | None, places: Mapping[str, int]) -> tuple[Event, ...]:
    """Return the cited event, then its neighbours; nothing where it does not exist or was given from memory."""
    events = transcript.events if transcript else ()
    place = places.get(cited.event)
    if place is None or events[place].origin is Origin.RECALLED:
        return ()
    around = (*events[max(place - 1, 0) : place], *events[place + 1 : place + 2])
    return (events[place], *(each for each in around if each.origin is not Origin.RECALLED))


def _said(event: Event) -> tuple[str, ...]:
    """Return all that an event says: its text, its tool, and the days that `today` and its neighbours mean there."""
    days = () if event.at is None else (str(event.at.date() + timedelta(days=off)) for off in (-1, 0, 1))
    return event.text, event.tool, *days


def _score(claim: str, window: Iterable[Event]) -> float:
    """Return how much of the claim's words the events have together."""
    return score(claim, " ".join(f"{each.tool} {_ends(each.text)}" for each in window))


def _is_said(claim: str, event: Event) -> bool:
    """Tell whether an event says a claim word for word."""
    return " ".join(_WORD.findall(claim.casefold())) in " ".join(_WORD.findall(_ends(event.text).casefold()))


def _ends(text: str) -> str:
    """Return a text, or the two ends of a very long one."""
    half = _LONGEST_READ // 2
    return text if len(text) <= _LONGEST_READ else f"{text[:half]} {text[-half:]}"


def _quote(claim: str, event: Event) -> str:
    """Return the sentence of the event that has most of the claim's words: a substring."""
    sentences = [each[0].strip() for each in _SENTENCE.finditer(_ends(event.text)[:_LONGEST_READ])]
    telling = [each[:_LONGEST_QUOTE] for each in sentences if each]
    return max(telling, key=lambda each: (score(claim, each), -len(each)), default="")
