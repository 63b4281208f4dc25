"""The first stage: which sessions a dream reads. Those not yet dreamt, each once, without what memory gave them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from agentops.base.canonical import digest, text_digest
from agentops.dreaming.port import Night
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Event, Transcript


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read tonight, and what is not."""

    transcripts: tuple[Transcript, ...]
    """In the order of their sessions' ids, so that the order in which they were given never matters."""

    dreamt: int = 0
    """How many were dreamt before, as they are now."""

    doubles: int = 0
    """How many have the very content of another one."""

    @property
    def by_session(self) -> Mapping[str, Transcript]:
        """Return the transcripts as citations find them."""
        return {each.session: each for each in self.transcripts}


def collected(night: Night) -> Reading:
    """Return the night's transcripts that are new, each content once, without what was recalled."""
    read: dict[str, Transcript] = {}
    sessions: set[str] = set()
    dreamt = doubles = 0
    for transcript in sorted(night.transcripts, key=lambda each: (each.session, -len(each.events), content(each))):
        fingerprint = content(transcript)
        if night.memory.ledger.dreamt.get(transcript.session) == fingerprint:
            dreamt += 1
        elif fingerprint in read or transcript.session in sessions:
            doubles += 1
        else:
            read[fingerprint] = _unrecalled(transcript)
            sessions.add(transcript.session)
    return Reading(tuple(read.values()), dreamt, doubles)


def dreamt(transcripts: Iterable[Transcript]) -> Mapping[str, str]:
    """Return what the ledger remembers of sessions that were read: each with the digest of its content."""
    return {each.session: content(each) for each in transcripts}


def content(transcript: Transcript) -> str:
    """Return the digest of what a transcript teaches, under whatever name it comes: nothing of what memory gave it."""
    said = [_said(each) for each in _unrecalled(transcript).events]
    return digest([transcript.task, transcript.principal, transcript.outcome, said])


def _said(event: Event) -> list[str | bool]:
    """Return an event as the digest sees it: two runs differ in ids or times, two copies of one run in nothing."""
    at = event.at.isoformat() if event.at else ""
    return [event.id, at, event.sort, event.origin, event.tool, text_digest(event.text), event.is_error]


def _unrecalled(transcript: Transcript) -> Transcript:
    """Return the transcript without what memory gave it: a dream must not learn its own notes again."""
    return replace(transcript, events=tuple(each for each in transcript.events if each.origin is not Origin.RECALLED))
