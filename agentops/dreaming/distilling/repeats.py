"""Calls made again with the same arguments, which brought the same again."""

from collections.abc import Iterable, Iterator, Sequence

from agentops.dreaming.candidates import Candidate, Witness
from agentops.dreaming.distilling.habits import repeated
from agentops.memory.layout import path_for
from agentops.memory.moves import Move, moves
from agentops.memory.notes import NoteKind
from agentops.memory.transcripts import Transcript

_USELESS = 0.8
"""The share of repeats that changed nothing from which the call is not worth repeating."""


def candidates(transcripts: Iterable[Transcript]) -> Iterator[Candidate]:
    """Yield one pitfall for each tool whose calls are repeated in vain."""
    again: dict[str, list[tuple[Transcript, Move, bool]]] = {}
    for transcript in transcripts:
        for before, move in repeated(moves(transcript)):
            again.setdefault(move.tool, []).append((transcript, move, _said(before) == _said(move)))
    for tool in sorted(again):
        same = sum(is_same for _, _, is_same in again[tool])
        if same >= _USELESS * len(again[tool]):
            yield _pitfall(tool, again[tool], same)


def _said(move: Move) -> str:
    """Return what the call gave."""
    return move.result.text if move.result else ""


def _pitfall(tool: str, again: Sequence[tuple[Transcript, Move, bool]], same: int) -> Candidate:
    """Return the pitfall of one tool."""
    counted = f"{same} of {len(again)} repeats gave the same result"
    return Candidate(
        kind=NoteKind.PITFALL,
        text=f"`{tool}` repeated with the same arguments: {counted}.",
        path=path_for(NoteKind.PITFALL, tool),
        about=f"repeat: {tool}",
        witnesses=tuple(Witness(transcript, move.call) for transcript, move, _ in again),
        reason=f"{counted}, in {len({transcript.session for transcript, _, _ in again})} sessions",
    )
