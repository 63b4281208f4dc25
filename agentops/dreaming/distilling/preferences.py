"""Preferences: what a person asked for beyond the task at hand, and how a person corrected the agent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agentops.dreaming.candidates import Candidate, Witness
from agentops.dreaming.distilling.sentences import dated, quoted, sentences, told
from agentops.memory.comparing.words import plain
from agentops.memory.evidence import Origin
from agentops.memory.layout import path_for
from agentops.memory.notes import NoteKind, Trust
from agentops.memory.transcripts import Sort, Transcript

_POLITE = re.compile(
    r"^(?:(?:no|nope|wrong|stop|hey|hi|hello|ok|okay|also|and|but|actually|wait|sorry|thanks|please|remember|note)\b"
    r"(?: that\b| to\b)?[,.!:;]*\s*)+|^I(?: want| need|'d like| would like) you to (?=always|never)",
    re.IGNORECASE,
)
_CORRECTS = re.compile(r"\s*(?:no|nope|wrong|that'?s (?:wrong|not (?:right|it|what))|stop)\b", re.IGNORECASE)
_FROM_NOW_ON = re.compile(
    r"(?:(?:from now on|in (?:the )?future|going forward|by default|as a rule|every time|next time)\b[ ,]*)+"
    r"(?:please )?(?=\w)",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"(?:(?:you (?:should|must|need to|have to) )?(?:always|never)|don'?t ever|do not ever)\s+"
    r"(?!(?:mind|been|had|was|is|got|the|an?|in|on|at|more|again|\w+ing|\w+ed)\b)\w+",
    re.IGNORECASE,
)
_DOES = r"(?:use|run|call|write|put|send|take|prefer)"
_OVER = r"(?:and not|not|instead of|rather than|over)"
_INSTEAD = (
    re.compile(rf"not (?P<bad>[^,]{{1,60}}),\s*(?:but )?{_DOES}\s+(?P<good>.{{1,120}})$", re.IGNORECASE),
    re.compile(
        rf"(?:we |I )?{_DOES}\s+(?P<good>.{{1,100}}?),?\s+{_OVER}\s+(?P<bad>.{{1,60}})$",
        re.IGNORECASE,
    ),
)
_TURNED = re.compile(r"^not ([^,]+),\s*(?:but )?(.+)$", re.IGNORECASE)
_WISH = re.compile(r"(?:use|(?:I|we) (?:prefer|use)|I(?:'d| would) (?:prefer|rather))\s+\S+", re.IGNORECASE)
_TECHNICAL = re.compile(
    r"`[^`]+`|\b\w+[_/]\w+|(?<![\w-])--?[a-z][\w-]+|\b[a-z]\w*\.[a-z]{2,4}\b|\b[a-z]+[A-Z]\w+|\b[a-z]+\d\b"
)
_OF_THE_MOMENT = re.compile(
    r"\b(?:my|mine|this|that|these|those|today|tonight|tomorrow|now|just|first|second|third|here|it|both)\b|[$€£]|\d{2,}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for."""

    about: str
    value: str
    text: str
    is_weak: bool = False
    """Whether it may be about the task alone: it neither says that it lasts nor puts one thing before another."""


def candidates(transcripts: Iterable[Transcript]) -> Iterator[Candidate]:
    """Yield what people asked for, one claim for each sentence that asks."""
    for transcript in transcripts:
        for event in transcript.events:
            if event.sort is Sort.MESSAGE and event.origin is Origin.USER:
                for said in sentences(event.text):
                    dating = dated(said, event.at)
                    if dating and (found := asked(dating, has_name=bool(transcript.principal))):
                        yield _candidate(found, Witness(transcript, event))


def _is_task(witness: Witness) -> bool:
    """Return whether nothing was done before: what is said then is the task, later it is what was missed."""
    first = next((each for each in witness.transcript.events if each.origin is not Origin.USER), None)
    events = witness.transcript.events
    return first is None or events.index(witness.event) < events.index(first)


def asked(said: str, *, has_name: bool) -> Asked | None:
    """Return what a sentence asks for that lasts, or None. A wish without a technical word is a known person's."""
    bare = _POLITE.sub("", said).strip()
    wish = _FROM_NOW_ON.sub("", bare)
    is_technical = _TECHNICAL.search(wish) is not None
    is_lasting = wish != bare or _LASTING.match(wish) is not None
    if not wish or (_OF_THE_MOMENT.search(wish) and not (is_lasting and is_technical)):
        return None
    text, is_corrected = told(quoted(wish)), _CORRECTS.match(said) is not None
    for pattern in _INSTEAD:
        if (found := pattern.match(wish)) and (is_technical or is_lasting or has_name or is_corrected):
            turned = text if pattern.pattern.startswith("(") else told(quoted(_TURNED.sub(r"\2, not \1", wish)))
            return Asked(f"instead of {plain(found['bad'])}", plain(found["good"]), turned)
    if is_lasting or (_WISH.match(wish) and (is_technical or has_name)):
        return Asked(plain(wish), "", text, is_weak=not is_lasting)
    return None


def _candidate(found: Asked, witness: Witness) -> Candidate:
    """Return the claim of one person."""
    principal = witness.transcript.principal
    return Candidate(
        kind=NoteKind.PREFERENCE,
        text=found.text,
        path=path_for(NoteKind.PREFERENCE, principal),
        about=f"preference: {found.about}",
        witnesses=(witness,),
        trust=Trust.OBSERVED if found.is_weak and _is_task(witness) else Trust.STATED,
        scope=f"user:{principal}" if principal else "",
        reason="said by the user",
        value=found.value,
    )
