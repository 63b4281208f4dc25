"""What graders found so far, compared between versions of agents or between models; pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

Record = Mapping[str, Any]
"""An evaluation as the API lists it."""

By = Literal["agent", "model"]

SATISFIED = "satisfied"
_DECIDED = (SATISFIED, "max_iterations_reached", "failed")
"""How an outcome ends when its work was judged; an interrupted one, or one that is still at it, says nothing yet."""

_MET = "met"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the outcomes of one version of an agent, or of one model, fared under a rubric."""

    key: str
    outcomes: int
    decided: int
    """Of them, those that came to an end of their own."""

    satisfied: int
    first_score: float | None
    """The mean at the first iteration; None when nobody knows one."""

    iterations: float | None
    """The mean number of gradings that the satisfied ones took."""

    missed: tuple[tuple[str, int], ...]
    """Criteria that the first iteration did not meet, the most frequent first."""

    @property
    def pass_rate(self) -> float | None:
        """Return the satisfied share of the decided."""
        return self.satisfied / self.decided if self.decided else None


def standings(records: Sequence[Record], by: By) -> list[Standing]:
    """Return how each version of an agent, or each model, fared, by its name."""
    key = _KEYS[by]
    grouped = groupby(sorted(_outcomes(records), key=lambda each: key(each[0])), key=lambda each: key(each[0]))
    return [_standing(name, list(outcomes)) for name, outcomes in grouped]


def texts(records: Iterable[Record]) -> int:
    """Return under how many different texts of the rubric the work was graded."""
    return len({each["rubric"]["digest"] for each in records})


def _outcomes(records: Sequence[Record]) -> list[list[Record]]:
    """Return the evaluations of each outcome, the first iteration first."""

    def name(each: Record) -> tuple[str, str]:
        return each["session_id"], each["outcome_id"]

    ordered = sorted(records, key=lambda each: (*name(each), each["iteration"]))
    return [list(group) for _, group in groupby(ordered, key=name)]


def _standing(key: str, outcomes: Sequence[Sequence[Record]]) -> Standing:
    decided = [each for each in outcomes if each[-1]["result"] in _DECIDED]
    satisfied = [each for each in decided if each[-1]["result"] == SATISFIED]
    firsts = [each[0] for each in outcomes if each[0]["iteration"] == 0]
    missed = Counter(
        finding["criterion_id"] for each in firsts for finding in each["findings"] if finding["degree"] != _MET
    )
    return Standing(
        key,
        len(outcomes),
        len(decided),
        len(satisfied),
        _mean([each["score"] for each in firsts if each["score"] is not None]),
        _mean([each[-1]["iteration"] + 1 for each in satisfied]),
        tuple(sorted(missed.items(), key=lambda each: (-each[1], each[0]))),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def agent_of(record: Record) -> str:
    """Return the agent with its version."""
    return f"{record['agent']['id']} v{record['agent']['version']}"


_KEYS: Mapping[By, Callable[[Record], str]] = {"agent": agent_of, "model": lambda each: str(each["agent"]["model"])}
