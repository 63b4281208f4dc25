"""What a policy asks for no more, beside an older one."""

from dataclasses import replace
from datetime import date

from agentops.base.diagnostics import Span
from agentops.manifests.policies.policy import Allowance, Level, Line, Policy, Rule
from agentops.reconcile.policies.loosening import loosened

PLACE = Span("agents.d/project.yaml", 7, 5, 7, 20)
ELSEWHERE = Span("agents.d/project.yaml", 9, 5, 9, 20)
RULE = Rule("no-shell", "No shell.", True, PLACE, deny="size(plan.steps) > 3")
ALLOWED = Allowance("Agent/a", "A trial.", date(2026, 12, 31), PLACE, risk="network_opened")


def risks(**levels: Level) -> Policy:
    return Policy(risks={name: Line(level, PLACE) for name, level in levels.items()})


def said(before: Policy, after: Policy) -> list[str]:
    return [each.message for each in loosened(before, after, "97e6c4bd3193")]


def test_what_is_taken_more_lightly_is_told_and_what_is_taken_more_gravely_is_not() -> None:
    levels: tuple[Level, ...] = ("off", "note", "warn", "error")
    for place, before in enumerate(levels):
        for now, after in enumerate(levels):
            assert bool(said(risks(a=before), risks(a=after))) == (now < place)
    assert said(risks(a="error"), risks(a="warn")) == ["policy.risks.a was error at 97e6c4bd3193, and is warn"]
    assert said(risks(a="note"), Policy()) == ["policy.risks.a was note at 97e6c4bd3193, and is not named any more"]
    assert said(risks(a="off"), Policy()) == []
    assert said(Policy(), risks(a="off")) == []
    actions = Policy(actions={"archive": Line("error", PLACE)})
    assert said(actions, Policy()) == ["policy.actions.archive was error at 97e6c4bd3193, and is not named any more"]


def test_rules_that_are_gone_weaker_or_others_are_told_and_new_words_are_not() -> None:
    before = Policy(rules=(RULE,))
    assert said(before, Policy()) == ["rule no-shell of 97e6c4bd3193 is gone: No shell."]
    weaker = Policy(rules=(replace(RULE, is_error=False),))
    assert said(before, weaker) == ["rule no-shell stopped a plan at 97e6c4bd3193, and only warns now"]
    other = Policy(rules=(replace(RULE, deny="false", span=ELSEWHERE),))
    [found] = loosened(before, other, "97e6c4bd3193")
    assert (found.message, found.span) == ("rule no-shell asks for something else than at 97e6c4bd3193", ELSEWHERE)
    reworded = replace(RULE, message="Never a shell.", span=ELSEWHERE)
    assert said(before, Policy(rules=(reworded, replace(RULE, name="more")))) == []
    assert said(weaker, before) == []


def test_new_exemptions_are_told_with_their_reasons() -> None:
    longer, shorter = (replace(ALLOWED, until=date(year, 1, 31)) for year in (2027, 2026))
    assert said(Policy(), Policy(allowances=(ALLOWED,))) == [
        "Agent/a is newly exempt from network opened, until 2026-12-31: A trial."
    ]
    assert said(Policy(allowances=(ALLOWED,)), Policy(allowances=(ALLOWED, longer))) == [
        "Agent/a is exempt for longer than at 97e6c4bd3193 from network opened, until 2027-01-31: A trial."
    ]
    assert said(Policy(allowances=(ALLOWED, longer)), Policy(allowances=(shorter, longer))) == []
    assert said(Policy(allowances=(ALLOWED,)), Policy(allowances=(replace(ALLOWED, span=ELSEWHERE),))) == []
    assert said(Policy(allowances=(ALLOWED,)), Policy()) == []
