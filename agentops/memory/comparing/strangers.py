"""Whose words a claim has. A trusted event is no witness for what a stranger wrote beside it.

A check reads a cited event with its neighbours. So a claim out of a page could cite the question that fetched it: here
the neighbours that strangers wrote are silent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from agentops.memory.comparing.citing import verdict
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.operations import Finding
from agentops.memory.transcripts import Event, Transcript

Transcripts = Mapping[str, Transcript]

_UNTRUSTED = frozenset({Origin.EXTERNAL, Origin.RECALLED})


def trusted(transcripts: Transcripts) -> Transcripts:
    """Return the transcripts in which strangers and recalled notes say nothing; every event keeps its place."""
    return {session: replace(read, events=tuple(map(_silent, read.events))) for session, read in transcripts.items()}


def is_borne(texts: Iterable[str], evidence: Iterable[Evidence], among: Transcripts) -> bool:
    """Tell whether events bear each of the texts, where only those speak that do in these transcripts."""
    cited = tuple(evidence)
    return all(verdict(each, cited, among).finding is Finding.SUPPORTED for each in texts)


def _silent(event: Event) -> Event:
    return replace(event, text="", tool="", arguments={}) if event.origin in _UNTRUSTED else event
