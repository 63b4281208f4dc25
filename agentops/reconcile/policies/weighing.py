"""Risks and actions of a plan, weighed by the lines of a project's policy, without what it exempts."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from agentops.base.diagnostics import Diagnostic, Related, Span
from agentops.manifests.policies.policy import Allowance, Line, Policy
from agentops.reconcile import policy_codes as codes
from agentops.reconcile.plan import Plan, Risk, Step
from agentops.reconcile.risks import RiskKind, fields_of


class Allowances:
    """A policy's exemptions on a day, and which of them were used."""

    def __init__(self, policy: Policy, today: date) -> None:
        """Set those aside that are over."""
        self._today = today
        self._every = policy.allowances
        self._used: list[Allowance] = []

    def cover(self, step: Step, *, risk: str = "", rule: str = "") -> bool:
        """Tell whether one covers this, and remember it."""
        for each in self._every:
            names_it = (each.risk, each.rule, each.address) == (risk, rule, str(step.address))
            if names_it and each.until >= self._today:
                self._used.append(each)
                return True
        return False

    def told(self) -> Iterator[Diagnostic]:
        """Yield those that were used, and those that are over."""
        for each in dict.fromkeys(self._used):
            said = f"{each.address}: {each.subject} is exempt until {each.until}: {each.reason}"
            yield Diagnostic(codes.PASSED, said, each.span)
        for each in self._every:
            if each.until < self._today:
                said = f"the exemption of {each.address} from {each.subject} is over since {each.until}: {each.reason}"
                yield Diagnostic(codes.EXPIRED, said, each.span, "remove it, or give it another day")


def weighed(plan: Plan, policy: Policy, allowances: Allowances) -> Iterator[Diagnostic]:
    """Yield what the policy says of the plan's risks and actions.

    Reports: plan.policy, plan.policy-warning, plan.policy-note, plan.policy-passed.
    """
    silent = Counter[str]()
    for step in plan.steps:
        if line := policy.actions.get(step.action.value):
            yield from _action(step, line)
        for kind in dict.fromkeys(each.kind for each in step.risks):
            line = policy.risks.get(kind)
            if line is None or allowances.cover(step, risk=kind):
                continue
            if line.level == "off":
                silent[kind] += 1
            else:
                yield _risk(step, [each for each in step.risks if each.kind == kind], line)
    for kind, count in silent.items():
        steps = "1 step of this plan has it" if count == 1 else f"{count} steps of this plan have it"
        said = f"the policy of this tree turns `{kind}` off, and {steps}"
        yield Diagnostic(codes.PASSED, said, policy.risks[kind].span)


def _action(step: Step, line: Line) -> Iterator[Diagnostic]:
    if code := codes.OF_LEVEL.get(line.level):
        policy = Related(line.span, f"policy.actions.{step.action} is {line.level}")
        place = step.resource.span if step.resource else None
        said = f"{step.address}: {step.action}: {step.reason}"
        label = "change that line, if this is meant" if code is codes.REFUSED else ""
        yield Diagnostic(code, said, place or line.span, label, related=(policy,) if place else ())


def _risk(step: Step, risks: list[Risk], line: Line) -> Diagnostic:
    first, *more = (each.note for each in risks)
    kind = risks[0].kind
    policy = Related(line.span, f"policy.risks.{kind} is {line.level}")
    said = f"{step.address}: {kind.replace('_', ' ')}: {first}"
    place = place_of(step, fields_of(RiskKind(kind), step.object)) or line.span
    related = (policy,) if place != line.span else ()
    code = codes.OF_LEVEL[line.level]
    label = codes.WAY_OUT if code is codes.REFUSED else ""
    return Diagnostic(code, said, place, label, tuple(more), related)


def place_of(step: Step, fields: tuple[str, ...] = ()) -> Span | None:
    """Return where a step has one of the fields from, or where its object is declared."""
    if step.resource is None:
        return None
    written = (step.resource.fields[each].span for each in fields if each in step.resource.fields)
    return next(written, step.resource.span)
