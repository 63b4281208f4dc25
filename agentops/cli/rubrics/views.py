"""What became of artifacts, for people; pure."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from agentops.base.paint import Paint, printable
from agentops.cli.rubrics.agreement import Agreement, Standing, Trial
from agentops.cli.rubrics.judging import SATISFIED, Judgement
from agentops.cli.sessions import words
from agentops.engine.core.conversation import Usage
from agentops.engine.core.outcomes.verdict import Degree, Finding

_DEGREES: Final = {
    Degree.MET: ("green", "✓", "met"),
    Degree.PARTLY: ("yellow", "~", "partly met"),
    Degree.NOT: ("red", "✗", "not met"),
}
_REASON_LINES = 12
_STANDINGS: Final[dict[Standing, str]] = {
    "agrees": "",
    "false_pass": "a false pass",
    "false_fail": "a false fail",
    "failed": "the grader could not tell",
    "undecided": "",
}


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Yield the rows with every cell as wide as its column."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]


def judgement(found: Judgement, paint: Paint) -> Iterator[str]:
    """Yield every criterion with how far it is met, who settled that and why, then the score and the result."""
    names = [*(each.criterion_id for each in found.findings), *found.unjudged]
    width = max(map(len, names), default=0)
    for each in found.findings:
        yield from _finding(each, width, paint)
    for name in found.unjudged:
        yield f"{paint('yellow', '?')} {name.ljust(width)}  {'not judged':<10}  no check settles it"
    if not found.findings and found.explanation:
        yield from words.result(found.explanation, _REASON_LINES)
    if names:
        yield ""
    yield f"score      {_score(found)}, {_number(found.enough)} is enough"
    if missing := [each.criterion_id for each in found.findings if each.is_required and each.degree is not Degree.MET]:
        yield f"required   not met: {', '.join(missing)}"
    colour = {SATISFIED: "green", "undecided": "yellow"}.get(found.result, "red")
    yield f"result     {paint(colour, found.result.replace('_', ' '))}"
    if found.result == "undecided":
        yield f"           nobody judged {', '.join(found.unjudged)}: without a model no result is satisfied"
    if found.usage != Usage():
        yield f"usage      {usage(found.usage)}"


def usage(took: Usage) -> str:
    """Return what graders took."""
    cached = took.cache_read_input_tokens
    read = took.input_tokens + cached + took.cache_creation_input_tokens
    return f"{read:,} tokens in{f' ({cached:,} cached)' if cached else ''}, {took.output_tokens:,} out"


def trial(found: Trial, paint: Paint) -> Iterator[str]:
    """Yield what became of a labelled artifact, and every criterion that went another way than was said."""
    symbol = _symbol(found, paint)
    first = found.judgements[0]
    missed = f"  {', '.join(first.missed)}" if first.missed else ""
    fact = _STANDINGS[found.standing]
    wrong = f": {paint('red', fact)}" if fact else ""
    shaky = f"  {round(100 * found.stability)} % alike" if found.stability < 1 else ""
    result = first.result.replace("_", " ")
    yield f"{symbol} {printable(found.case.name)}  {paint('dim', result)}{wrong}{missed}{shaky}"
    place = found.case.place
    for each in found.disagreements:
        said = "was found to be met, and is said to be missed" if each.was_met else "is said to be met"
        where = f"  {paint('dim', f'{place.file}:{place.line}')}" if place else ""
        yield f"    {paint('bold', each.criterion_id)} {said}{where}"
        yield from (f"      {line}" for line in words.result(each.reason, _REASON_LINES))
    if found.standing == "false_fail" and not found.disagreements:
        for unmet in (each for each in first.findings if each.degree is not Degree.MET):
            yield f"    {paint('bold', unmet.criterion_id)} {words.shortened(unmet.reason)}"
    if found.standing == "failed":
        yield from (f"    {line}" for line in words.result(first.explanation, _REASON_LINES))


def agreement(found: Agreement, paint: Paint) -> Iterator[str]:
    """Yield what a rubric's trials come to."""
    right = sum(each.is_right and each.standing == "agrees" for each in found.trials)
    colour = "green" if found.is_complete else "red"
    counts = [f"{text} {len(found.named(name))}" for name, text in _COUNTED.items()]
    yield f"{paint(colour, f'{right} of {len(found.trials)} agree')} · {' · '.join(counts)}"
    for name, wrong in found.by_criterion.items():
        yield f"  {name}: wrongly met {wrong['wrongly_met']} times, wrongly missed {wrong['wrongly_missed']} times"
    repeats = len(found.trials[0].judgements)
    if repeats > 1:
        yield f"stability {round(100 * found.stability)} % over {repeats} repeats"
    if found.usage != Usage():
        yield usage(found.usage)


def _symbol(found: Trial, paint: Paint) -> str:
    if not found.is_right:
        return paint("red", "✗")
    return paint("yellow", "?") if found.standing == "undecided" else paint("green", "✓")


def agreement_json(found: Agreement) -> dict[str, Any]:
    """Return the one JSON shape."""
    return {
        "rubric": found.rubric,
        "agrees": found.is_complete,
        "false_passes": found.named("false_pass"),
        "false_fails": found.named("false_fail"),
        "failed": found.named("failed"),
        "undecided": found.named("undecided"),
        "criteria": found.by_criterion,
        "stability": found.stability,
        "usage": found.usage.shown(),
        "artifacts": [_trial_json(each) for each in found.trials],
    }


def _trial_json(found: Trial) -> dict[str, Any]:
    disagreements = [
        {"criterion_id": each.criterion_id, "was_met": each.was_met, "reason": each.reason}
        for each in found.disagreements
    ]
    return {
        "name": found.case.name,
        "label": "good" if found.case.is_good else "bad",
        "agrees": found.is_right,
        "standing": found.standing,
        "stability": found.stability,
        "disagreements": disagreements,
        "judgements": [each.as_json() for each in found.judgements],
    }


_COUNTED: Final[dict[Standing, str]] = {
    "false_pass": "false passes",
    "false_fail": "false fails",
    "undecided": "undecided",
}


def _finding(found: Finding, width: int, paint: Paint) -> Iterator[str]:
    colour, symbol, degree = _DEGREES[found.degree]
    head = f"{paint(colour, symbol)} {found.criterion_id.ljust(width)}  {degree:<10}  {found.settled_by:<7}"
    if found.degree is Degree.MET:
        yield f"{head}  {paint('dim', words.shortened(found.reason, 100))}".rstrip()
        return
    yield f"{head}{'  required' if found.is_required else ''}".rstrip()
    yield from (f"    {line}" for line in words.result(found.reason, _REASON_LINES))


def _score(found: Judgement) -> str:
    if found.at_least is None or found.at_most is None:
        return "unknown"
    if found.score is not None:
        return _number(found.score)
    return f"{_number(found.at_least)} to {_number(found.at_most)}"


def _number(share: float) -> str:
    return f"{share:.2f}"
