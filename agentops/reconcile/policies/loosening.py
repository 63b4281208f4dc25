"""What a policy asks for no more, beside an older one: whoever loosens it is judged by what is left of it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from agentops.base.diagnostics import Diagnostic, Span
from agentops.manifests.policies.policy import Allowance, Line, Policy, Rule
from agentops.reconcile import policy_codes as codes

_NOWHERE = Span("", 1, 1, 1, 1)
_STRICTNESS = ("off", "", "note", "warn", "error")
"""From the mildest; what a policy does not name is shown and stops nothing."""


def loosened(before: Policy, after: Policy, since: str) -> Iterator[Diagnostic]:
    """Yield what a policy asks for no more since an older one.

    Reports: plan.policy-loosened.
    """
    yield from _milder("risks", before.risks, after.risks, since)
    yield from _milder("actions", before.actions, after.actions, since)
    yield from _rules(before.rules, after.rules, since)
    yield from _exempt(before.allowances, after.allowances, since)


def _milder(what: str, before: Mapping[str, Line], after: Mapping[str, Line], since: str) -> Iterator[Diagnostic]:
    for name, old in sorted(before.items()):
        new = after.get(name)
        level = new.level if new else ""
        if _STRICTNESS.index(level) < _STRICTNESS.index(old.level):
            now = f"is {level}" if level else "is not named any more"
            said = f"policy.{what}.{name} was {old.level} at {since}, and {now}"
            yield Diagnostic(codes.LOOSENED, said, new.span if new else None)


def _rules(before: tuple[Rule, ...], after: tuple[Rule, ...], since: str) -> Iterator[Diagnostic]:
    there = {each.name: each for each in after}
    for old in before:
        new = there.get(old.name)
        if new is None:
            yield Diagnostic(codes.LOOSENED, f"rule {old.name} of {since} is gone: {old.message}")
        elif old.is_error and not new.is_error:
            yield Diagnostic(codes.LOOSENED, f"rule {old.name} stopped a plan at {since}, and only warns now", new.span)
        elif _asked(new) != _asked(old):
            yield Diagnostic(codes.LOOSENED, f"rule {old.name} asks for something else than at {since}", new.span)


def _exempt(before: tuple[Allowance, ...], after: tuple[Allowance, ...], since: str) -> Iterator[Diagnostic]:
    for each in after:
        known = [old.until for old in before if (old.address, old.subject) == (each.address, each.subject)]
        if not known or max(known) < each.until:
            how = f"exempt for longer than at {since}" if known else "newly exempt"
            said = f"{each.address} is {how} from {each.subject}, until {each.until}: {each.reason}"
            yield Diagnostic(codes.LOOSENED, said, each.span)


def _asked(rule: Rule) -> Rule:
    """Return the rule without its words and its place."""
    return replace(rule, message="", span=_NOWHERE, is_error=True)
