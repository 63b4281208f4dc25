"""Whether a rubric finds of labelled artifacts what people know of them; pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agentops.cli.rubrics.cases import Case
from agentops.cli.rubrics.judging import SATISFIED, Judgement
from agentops.engine.core.conversation import Usage

Standing = Literal["agrees", "false_pass", "false_fail", "failed", "undecided"]
"""Of one verdict; `failed`: the grader could not tell, which is right of nothing."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A criterion of which something else was found than was said."""

    criterion_id: str
    was_met: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One artifact, judged as often as was asked for."""

    case: Case
    judgements: tuple[Judgement, ...]
    """At least one."""

    @property
    def standing(self) -> Standing:
        """Return how the verdicts stand to the label: the first that does not agree speaks for all."""
        found = [_standing(self.case, each) for each in self.judgements]
        return next((each for each in found if each not in ("agrees", "undecided")), found[0])

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Return the criteria that went another way than was said, each once."""
        every = (each for judgement in self.judgements for each in _disagreements(self.case, judgement))
        return tuple({each.criterion_id: each for each in every}.values())

    @property
    def is_right(self) -> bool:
        """Tell whether nothing that was found goes against what is known."""
        return self.standing in ("agrees", "undecided") and not self.disagreements

    @property
    def stability(self) -> float:
        """Return the share of the judgements that are the most frequent one."""
        kinds = Counter((each.result, each.missed) for each in self.judgements)
        return max(kinds.values()) / len(self.judgements)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A rubric's trials."""

    rubric: str
    trials: tuple[Trial, ...]

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing disagrees."""
        return all(each.is_right for each in self.trials)

    def named(self, standing: Standing) -> list[str]:
        """Return the artifacts that stand so."""
        return [each.case.name for each in self.trials if each.standing == standing]

    @property
    def stability(self) -> float:
        """Return the mean over the artifacts."""
        return sum(each.stability for each in self.trials) / len(self.trials)

    @property
    def by_criterion(self) -> dict[str, dict[str, int]]:
        """Return for how many artifacts a criterion was wrongly met, and wrongly not met."""
        found: dict[str, dict[str, int]] = {}
        for each in (each for trial in self.trials for each in trial.disagreements):
            counts = found.setdefault(each.criterion_id, {"wrongly_met": 0, "wrongly_missed": 0})
            counts["wrongly_met" if each.was_met else "wrongly_missed"] += 1
        return dict(sorted(found.items()))

    @property
    def usage(self) -> Usage:
        """Return what all graders took."""
        every = [each.usage for trial in self.trials for each in trial.judgements]
        return Usage(
            sum(each.input_tokens for each in every),
            sum(each.output_tokens for each in every),
            sum(each.cache_creation_input_tokens for each in every),
            sum(each.cache_read_input_tokens for each in every),
            sum(each.cache_creation_1h_input_tokens for each in every),
        )


def _standing(case: Case, judgement: Judgement) -> Standing:
    if judgement.result in ("failed", "undecided"):
        return judgement.result
    if (judgement.result == SATISFIED) == case.is_good:
        return "agrees"
    return "false_fail" if case.is_good else "false_pass"


def _disagreements(case: Case, judgement: Judgement) -> Iterator[Disagreement]:
    """Yield what was found against what `cases.yaml` says; what nobody judged is found by nobody."""
    if case.misses is None:
        return
    missed = judgement.missed
    for each in judgement.findings:
        is_missed = each.criterion_id in missed
        if is_missed != (each.criterion_id in case.misses):
            yield Disagreement(each.criterion_id, not is_missed, each.reason)
