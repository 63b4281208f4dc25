"""Pitfalls: errors of one shape on one tool, what was tried next on it, and whether that worked."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentops.dreaming.candidates import Candidate, Witness
from agentops.dreaming.distilling.templates import GAP, shown, template
from agentops.memory.layout import path_for
from agentops.memory.moves import Move, retried
from agentops.memory.notes import NoteKind
from agentops.memory.transcripts import Transcript

_LONGEST_SHOWN = 100
_AGAIN_AND_AGAIN = 3
_MOST_OF_A_TOOL = 5
_PROGRAM = re.compile(r"(?!\w*\d{2})[A-Za-z][\w.-]{0,30}(?= |$)")
"""What a command begins with. Names with numbers in them are no programs, but somebody's."""


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

    @property
    def swap(self) -> tuple[str, str] | None:
        """Return the program that a command ran, and the one that the next command ran in its place."""
        if self.retry is None or len(self.changed) != 1:
            return None
        key = min(self.changed)
        commands = [str(each.call.arguments.get(key, "")) for each in (self.move, self.retry)]
        if not any(" " in each for each in commands):
            return None
        names = [each[0] for each in map(_PROGRAM.match, commands) if each]
        return (names[0], names[1]) if len(set(names)) == 2 else None


def about(tool: str, error: str) -> str:
    """Return what a pitfall is found again by: the tool and the shape of its error."""
    return f"{tool}: {template(error)}"


def failures(transcript: Transcript) -> Iterator[Failure]:
    """Yield the failed calls of a session in their order."""
    return (Failure(transcript, move, then) for move, then in retried(transcript) if move.failed)


def candidates(transcripts: Iterable[Transcript]) -> Iterator[Candidate]:
    """Yield one pitfall for each shape of error on each tool."""
    shapes: dict[str, list[Failure]] = {}
    for transcript in transcripts:
        for failure in failures(transcript):
            shapes.setdefault(failure.about, []).append(failure)
    told = [shape for shape in sorted(shapes) if shown(shape.partition(": ")[2]).strip(GAP)]
    certain = _certain({shape: shapes[shape] for shape in told})
    for shape in told:
        yield _pitfall(shape, shapes[shape], is_certain=shape in certain)


def _certain(shapes: Mapping[str, Sequence[Failure]]) -> set[str]:
    """Return the shapes for which one session is enough: of each tool a few, or a shell would fill a store."""
    found: dict[str, list[str]] = {}
    for shape, seen in sorted(shapes.items(), key=lambda each: (-len(each[1]), each[0])):
        if any(each.has_recovered for each in seen) or _is_stubborn(seen):
            found.setdefault(seen[0].move.tool, []).append(shape)
    return {shape for several in found.values() for shape in several[:_MOST_OF_A_TOOL]}


def _pitfall(shape: str, seen: Sequence[Failure], *, is_certain: bool) -> Candidate:
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
        is_certain=is_certain,
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
    return f"; {len(worked)} of {len(retried)} retries worked{_instead(worked) or _changed(worked)}"


def _instead(worked: Sequence[Failure]) -> str:
    """Return the program that all retries that worked ran in the place of another one."""
    swaps = {each.swap for each in worked}
    swap = swaps.pop() if len(swaps) == 1 else None
    return f" with `{swap[1]}` instead of `{swap[0]}`" if swap else ""


def _changed(worked: Sequence[Failure]) -> str:
    """Return the arguments that retries that worked changed most."""
    changes = Counter(key for each in worked for key in each.changed)
    often = sorted(changes, key=lambda key: (-changes[key], key))[:2]
    return f" after changing {' and '.join(f'`{each}`' for each in often)}" if often else ""


def _times(failures_: int, sessions: int) -> str:
    """Return how often it was seen."""
    return f"{failures_} time{'s' * (failures_ != 1)} in {sessions} session{'s' * (sessions != 1)}"
