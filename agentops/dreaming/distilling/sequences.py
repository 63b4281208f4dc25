"""Ways of working: calls and orders of calls after which sessions ended better, or worse, than the others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from agentops.dreaming.candidates import Candidate, Witness, shortened
from agentops.dreaming.distilling.contrast import NOBODY, Within, bounds, ended_well, within_tasks
from agentops.dreaming.distilling.habits import Habit, habits
from agentops.memory.evidence import Origin
from agentops.memory.layout import CLAIM_CHARACTERS, path_for
from agentops.memory.notes import NoteKind, Trust
from agentops.memory.transcripts import Event, Transcript


@dataclass(frozen=True, slots=True)
class Sureness:
    """How wide the intervals are that a rule must clear. Units: standard deviations."""

    pooled: float = 1.96
    """Where no task has runs with the habit and without it: dozens of habits are tried, so less is chance."""

    within: float = 1.645
    """Where runs of one task agree with it."""


SURE = Sureness()

_FEWEST = 5
"""Sessions with a habit, and without it, from which they are compared."""

_ENOUGH_TASKS = 2
"""Tasks of which some runs have a habit and some have not, from which their agreement counts."""

_MOST = 12
"""Rules of one night: the strongest. A store is read, and each rule is one more thing to weigh."""

_SAME_SESSIONS = 0.8
"""The overlap from which two rules are one: as many sessions have both, of those that have either."""

_PLAYBOOK_SUCCESSES = 3
_PLAYBOOK_TASKS = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A habit after which sessions end otherwise than those without it."""

    habit: Habit
    sessions: frozenset[str]
    good: int
    others: float
    """The share of the other sessions that ended well."""

    within: Within = NOBODY

    @property
    def difference(self) -> float:
        """Return how much more often sessions with the habit ended well; negative: less often."""
        return self.good / len(self.sessions) - self.others


def rules(judged: Sequence[Transcript], sure: Sureness = SURE) -> list[Rule]:
    """Return what sets sessions apart, the strongest first, one for each group of sessions."""
    having: dict[Habit, set[str]] = {}
    for transcript in judged:
        for habit, _ in habits(transcript):
            having.setdefault(habit, set()).add(transcript.session)
    good = frozenset(each.session for each in judged if ended_well(each))
    found = (_rule(habit, frozenset(having[habit]), judged, good) for habit in sorted(having))
    base = len(good) / len(judged) if judged else 0.0
    likely = (each for each in found if each and _stands_out(each, base, min(sure.within, sure.pooled)))
    telling = [each for each in (_compared(one, judged) for one in likely) if _is_telling(each, base, sure)]
    return _apart(
        sorted(
            telling, key=lambda each: (-abs(each.difference) * len(each.sessions) ** 0.5, each.habit.size, each.habit)
        )
    )


def candidates(transcripts: Iterable[Transcript]) -> Iterator[Candidate]:
    """Yield one claim for each rule of the sessions that somebody judged."""
    judged = [each for each in transcripts if each.outcome is not None]
    if judged:
        shown = _shown(judged)
        for rule in rules(judged):
            yield _claim(rule, shown[rule.habit])


def _shown(judged: Iterable[Transcript]) -> dict[Habit, list[tuple[Transcript, tuple[Event, ...]]]]:
    """Return the events that show each habit, session by session."""
    shown: dict[Habit, list[tuple[Transcript, tuple[Event, ...]]]] = {}
    for transcript in judged:
        for habit, events in habits(transcript):
            shown.setdefault(habit, []).append((transcript, events))
    return shown


def _rule(habit: Habit, sessions: frozenset[str], judged: Sequence[Transcript], good: frozenset[str]) -> Rule | None:
    """Return the rule that a habit would be; None where too few have it, or too few have not."""
    without = len(judged) - len(sessions)
    if min(len(sessions), without) < _FEWEST:
        return None
    others = len(good - sessions) / without
    return Rule(habit, sessions, len(good & sessions), others)


def _compared(rule: Rule, judged: Sequence[Transcript]) -> Rule:
    """Return the rule with what runs of one task say of it."""
    return replace(rule, within=within_tasks(rule.sessions, judged))


def _is_telling(rule: Rule, base: float, sure: Sureness) -> bool:
    """Return whether a rule is sure enough: runs of one task must not turn it round, and help where they agree."""
    agreement = rule.within.difference * rule.difference
    if rule.within.tasks and agreement < 0:
        return False
    is_agreed = agreement > 0 and rule.within.tasks >= _ENOUGH_TASKS
    return _stands_out(rule, base, sure.within if is_agreed else sure.pooled)


def _stands_out(rule: Rule, base: float, z: float) -> bool:
    """Return whether a habit's sessions end otherwise than all of them, and than the others."""
    lowest, highest = bounds(rule.good, len(rule.sessions), z)
    return lowest > max(base, rule.others) or highest < min(base, rule.others)


def _apart(found: Iterable[Rule]) -> list[Rule]:
    """Return the rules without those that speak of the same sessions as a stronger one."""
    kept: list[Rule] = []
    for rule in found:
        if all(_overlap(rule.sessions, each.sessions) <= _SAME_SESSIONS for each in kept):
            kept.append(rule)
        if len(kept) == _MOST:
            break
    return kept


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how many have both, of those that have either. Source: Jaccard 1901."""
    return len(one & other) / len(one | other)


def _claim(rule: Rule, shown: Sequence[tuple[Transcript, tuple[Event, ...]]]) -> Candidate:
    """Return the rule as a claim: what was seen, not what to do."""
    than = "better" if rule.difference > 0 else "worse"
    counted = f"{rule.good} of {len(rule.sessions)} sessions ended well"
    within = f"; {rule.within.difference:+.2f} within {rule.within.tasks} tasks" if rule.within.tasks else ""
    kind = NoteKind.PITFALL if rule.difference < 0 else _kind(rule, shown)
    return Candidate(
        kind=kind,
        text=shortened(
            f"Runs in which the agent {rule.habit.words} end {than} than others: {counted}.", CLAIM_CHARACTERS
        ),
        path=path_for(kind, rule.habit.tool),
        about=f"habit: {rule.habit.words}",
        witnesses=tuple(Witness(transcript, each) for transcript, events in shown for each in events),
        trust=Trust.INFERRED,
        reason=f"{counted}, of the others {rule.others:.0%}{within}",
    )


def _kind(rule: Rule, shown: Iterable[tuple[Transcript, tuple[Event, ...]]]) -> NoteKind:
    """Return whether what ends well is a playbook already: in several tasks, against runs of one task, untainted."""
    good = [(transcript, events) for transcript, events in shown if ended_well(transcript)]
    tasks = {transcript.task for transcript, _ in good if transcript.task}
    is_clean = all(each.origin is not Origin.EXTERNAL for _, events in good for each in events)
    is_proven = rule.within.tasks > 0 and len(good) >= _PLAYBOOK_SUCCESSES and len(tasks) >= _PLAYBOOK_TASKS
    return NoteKind.PLAYBOOK if is_proven and is_clean else NoteKind.FACT
