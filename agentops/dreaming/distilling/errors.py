"""Pitfalls: errors of one shape on one tool, what was tried next on it, and whether that worked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agentops.dreaming.candidates import Candidate, Witness
from agentops.dreaming.distilling.templates import GAP, shown, template
from agentops.memory.layout import path_for
from agentops.memory.moves import Move, moves
from agentops.memory.notes import NoteKind
from agentops.memory.transcripts import Transcript

_LONGEST_SHOWN = 100
_AGAIN_AND_AGAIN = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed call, and the next call of the same tool."""

    transcript: Transcript
    move: Move
    retry: Move | None

    @property
    def about(self) -> str:
        """Return what makes failures one pitfall: the tool and the shape of its error."""
        return about(self.move.tool, self.move.result.text if self.move.result else "")

    @property
    def has_recovered(self) -> bool:
        """Return whether the next call of the tool worked."""
        return self.retry is not None and not self.retry.failed

    @property
    def changed(self) -> frozenset[str]:
        """Return the names of the arguments that the next call gave other values."""
        if self.retry is None:
            return frozenset()
        before, after = self.move.call.arguments, self.retry.call.arguments
        return frozenset(key for key in {*before, *after} if before.get(key) != after.get(key))


def about(tool: str, error: str) -> str:
    """Return what a pitfall is found again by: the tool and the shape of its error."""
    return f"{tool}: {template(error)}"


def failures(transcript: Transcript) -> Iterator[Failure]:
    """Yield the failed calls of a session in their order."""
    made = tuple(moves(transcript))
    following: dict[tuple[str, str], Move] = {}
    found: list[Failure] = []
    for move in reversed(made):
        if move.failed:
            found.append(Failure(transcript, move, following.get(move.slot)))
        following[move.slot] = move
    return reversed(found)


def candidates(transcripts: Iterable[Transcript]) -> Iterator[Candidate]:
    """Yield one pitfall for each shape of error on each tool."""
    shapes: dict[str, list[Failure]] = {}
    for transcript in transcripts:
        for failure in failures(transcript):
            shapes.setdefault(failure.about, []).append(failure)
    for shape in sorted(shapes):
        if shown(shape.partition(": ")[2]).strip(GAP):
            yield _pitfall(shape, shapes[shape])


def _pitfall(shape: str, seen: Sequence[Failure]) -> Candidate:
    """Return the pitfall of one shape of error."""
    tool = seen[0].move.tool
    sessions = len({each.transcript.session for each in seen})
    retried = [each for each in seen if each.retry]
    worked = [each for each in retried if each.has_recovered]
    return Candidate(
        kind=NoteKind.PITFALL,
        text=f"`{tool}` can fail with `{_quoted(shape)}`{_recovery(retried, worked)} ({_times(len(seen), sessions)}).",
        path=path_for(NoteKind.PITFALL, tool),
        about=shape,
        witnesses=tuple(each for failure in seen for each in _witnesses(failure)),
        is_certain=bool(worked) or _is_stubborn(seen),
        reason=f"{_times(len(seen), sessions)}; {len(worked)} of {len(retried)} retries worked",
    )


def _witnesses(failure: Failure) -> Iterator[Witness]:
    """Yield the error, and the call that came after it."""
    if failure.move.result:
        yield Witness(failure.transcript, failure.move.result)
    if failure.retry:
        yield Witness(failure.transcript, failure.retry.call)


def _is_stubborn(seen: Iterable[Failure]) -> bool:
    """Return whether one session met it again and again, whatever it changed: that is how the tool is, not bad luck."""
    often = Counter(each.transcript.session for each in seen if each.retry is None or each.changed)
    return max(often.values(), default=0) >= _AGAIN_AND_AGAIN


def _quoted(shape: str) -> str:
    """Return the shape as the claim quotes it."""
    said = shown(shape.partition(": ")[2])
    return said if len(said) <= _LONGEST_SHOWN else shown(said[:_LONGEST_SHOWN].rsplit(" ", 1)[0])


def _recovery(retried: Sequence[Failure], worked: Sequence[Failure]) -> str:
    """Return what is known of trying again."""
    if not retried:
        return ""
    changes = Counter(key for each in worked for key in each.changed)
    often = sorted(changes, key=lambda key: (-changes[key], key))[:2]
    how = f" after changing {' and '.join(f'`{each}`' for each in often)}" if often else ""
    return f"; {len(worked)} of {len(retried)} retries worked{how}"


def _times(failures_: int, sessions: int) -> str:
    """Return how often it was seen."""
    return f"{failures_} time{'s' * (failures_ != 1)} in {sessions} session{'s' * (sessions != 1)}"
