"""What a share is worth: bounds for few cases, and the difference that stays when runs of one task are compared."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from agentops.memory.transcripts import Transcript

GOOD = 0.5
"""The outcome from which a session counts as one that ended well."""

_Z = 1.645
"""Ninety of a hundred such intervals hold the truth."""


@dataclass(frozen=True, slots=True)
class Within:
    """Runs of one task compared with each other: correlation between tasks is no advice."""

    tasks: int
    """In how many tasks some runs have it and others do not."""

    difference: float
    """How much more often those ended well that have it: the mean over these tasks; 0 without any."""


NOBODY = Within(0, 0.0)


def bounds(good: int, of: int, z: float = _Z) -> tuple[float, float]:
    """Return between which shares the truth lies. Source: Wilson 1927, the score interval."""
    if not of:
        return 0.0, 1.0
    share, spread = good / of, z * z / of
    middle = share + spread / 2
    reach = z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)


def ended_well(transcript: Transcript) -> bool:
    """Return whether somebody judged that it went well."""
    return transcript.outcome is not None and transcript.outcome >= GOOD


def within_tasks(having: Collection[str], judged: Iterable[Transcript]) -> Within:
    """Return the difference inside of tasks, of those sessions that have something."""
    runs: dict[str, tuple[list[bool], list[bool]]] = {}
    for each in judged:
        if each.task:
            runs.setdefault(each.task, ([], []))[each.session in having].append(ended_well(each))
    differences = [_mean(with_) - _mean(without) for without, with_ in _informative(runs)]
    return Within(len(differences), math.fsum(differences) / len(differences) if differences else 0.0)


def _informative(runs: Mapping[str, tuple[list[bool], list[bool]]]) -> Iterable[tuple[list[bool], list[bool]]]:
    """Return the tasks of which some runs have it, some do not, and not all ended alike."""
    return [(without, with_) for without, with_ in runs.values() if without and with_ and len({*without, *with_}) > 1]


def _mean(values: Collection[bool]) -> float:
    """Return the share that is true."""
    return sum(values) / len(values)
