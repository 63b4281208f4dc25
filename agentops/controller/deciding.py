"""What is done next with a repository, and what it has come to: values in, values out.

A round is a fold: as long as `decide` names something to do, it is done, and what was found is added to what was seen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from agentops.base.canonical import digest
from agentops.controller.commands import Applied, Planned, Problem
from agentops.controller.policy import Decision
from agentops.controller.state import Phase, State

LONGEST_DELAY_S = 300.0
"""How rarely something that fails is tried: drift of what runs is looked for no less often."""

CALM_S = 5.0
"""How soon after a look somebody may have another one: a storm of pushes, or a replayed one, costs little."""

_REASONS = 3
_MOST_STEPS = 50
_LONGEST_STEP = 400
"""Units: characters. Manifests are strangers' words, and a state is read every second."""

_REMOVALS = ("retire", "archive", "delete")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator allows for one repository."""

    every_s: float
    heals: bool
    judge: Callable[[Mapping[str, Any], datetime, bool], Decision]
    """Judges a plan's JSON at a moment; the last says whether a person approved exactly this plan."""


class Do(StrEnum):
    """What is done next."""

    FETCH = "fetch"
    EXAMINE = "examine"
    """Look at the newest commit: history, signature, size, manifests."""

    PLAN = "plan"
    APPLY = "apply"
    CHECK = "check"
    """Compare the target with the commit that is live."""

    HEAL = "heal"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a round has found out so far."""

    at: datetime
    is_fetched: bool = False
    head: str = ""
    unreachable: Problem | None = None
    is_examined: bool = False
    fault: Problem | None = None
    """Why the newest commit is not live, if it is not for want of permission."""

    plan: Planned | None = None
    applied: Applied | None = None
    is_checked: bool = False
    check: Planned | None = None
    check_fault: Problem | None = None
    healed: Applied | None = None
    stales: int = 0
    """How often a plan was overtaken by changes of the target."""

    removals: Mapping[str, datetime] | None = None
    """What is declared no more and shall go, and since when; None when nobody looked."""

    ripe_at: datetime | None = None
    """When the last of them has waited long enough."""


def decide(rules: Rules, state: State, seen: Seen) -> Do:
    """Return what is done next."""
    if not seen.is_fetched:
        return Do.FETCH
    is_new = seen.head not in {"", state.live} and seen.fault is None
    if is_new and not seen.is_examined:
        return Do.EXAMINE
    if is_new and seen.plan is None:
        return Do.PLAN
    if is_new and seen.applied is None and seen.plan and seen.plan.steps and _judged(rules, state, seen).may_apply:
        return Do.APPLY
    if not state.live or (is_new and _is_taken(seen)) or _is_half_done(state, seen):
        return Do.REST
    if not seen.is_checked:
        return Do.CHECK
    return Do.HEAL if seen.healed is None and _may_heal(rules, state, seen.check, seen.at) else Do.REST


def concluded(rules: Rules, state: State, seen: Seen) -> State:
    """Return what the repository has come to."""
    found = _told(rules, state, seen)
    is_new = found.phase is not state.phase or (found.seen != state.seen and found.phase is not Phase.IN_SYNC)
    failures = state.failures + 1 if found.phase is Phase.FAILED else 0
    return replace(
        found,
        since=seen.at if is_new or state.since is None else state.since,
        failures=failures,
        removals=seen.removals if seen.removals is not None else state.removals,
    )


def delay_s(rules: Rules, failures: int, chance: float) -> float:
    """Return how long to wait before the next round; the chance, from 0 to 1, keeps many from coming at once."""
    if not failures:
        return rules.every_s * (0.95 + 0.1 * chance)
    longest = max(LONGEST_DELAY_S, rules.every_s)
    return float(min(longest, rules.every_s * 2 ** min(failures - 1, 16)) * (0.75 + 0.5 * chance))


def is_due(rules: Rules, state: State, now: datetime, looked_at: datetime | None) -> bool:
    """Tell whether a round is due: its time has come, its window opens, or somebody asked since the last look."""
    # Whoever just began looks at once: its operator may have mended what failed.
    if looked_at is None or _is_set_back(rules, state, now, looked_at):
        return True
    if state.poked_at is not None and state.poked_at > looked_at:
        return now - looked_at >= timedelta(seconds=CALM_S)
    return state.next_at is None or state.next_at <= now or (state.opens_at is not None and state.opens_at <= now)


def _is_set_back(rules: Rules, state: State, now: datetime, looked_at: datetime) -> bool:
    """Tell whether the clock was set back: what it promised for later would keep a repository waiting as long."""
    longest = timedelta(seconds=1.5 * max(LONGEST_DELAY_S, rules.every_s))
    return looked_at > now or (state.next_at is not None and state.next_at - now > longest)


def _judged(rules: Rules, state: State, seen: Seen) -> Decision:
    """Return what the policy says of the newest commit's plan."""
    assert seen.plan is not None
    is_approved = state.approved == seen.plan.id or _is_rest(state, seen.plan, seen.head)
    return rules.judge(seen.plan.data, seen.at, is_approved)


def _is_rest(state: State, plan: Planned, commit: str) -> bool:
    """Tell whether a plan is what is left of an approved one of the same commit, whose apply did not end."""
    is_begun = bool(state.approved) and state.begun == commit
    return is_begun and len(state.steps) < _MOST_STEPS and {*_steps(plan)} <= {*state.steps}


def _judged_again(rules: Rules, state: State, check: Planned, now: datetime) -> Decision:
    """Return what the policy says of making the target again what the live commit says."""
    return rules.judge(check.data, now, state.approved == check.id)


def _may_heal(rules: Rules, state: State, check: Planned | None, now: datetime) -> bool:
    """Tell whether what the live commit is not any more is put right without a person."""
    if check is None or not check.steps:
        return False
    is_drift = any(each["action"] not in _REMOVALS for each in check.steps)
    is_wanted = rules.heals or not is_drift or state.approved == check.id
    return is_wanted and _judged_again(rules, state, check, now).may_apply


def _is_taken(seen: Seen) -> bool:
    """Tell whether the newest commit has become the live one, or was on its way there when it failed."""
    return seen.applied is not None or (seen.plan is not None and not seen.plan.steps)


def _is_half_done(state: State, seen: Seen) -> bool:
    """Tell whether some of the newest commit may be live: to heal would be to take it back, and forth, and back."""
    return state.begun not in {"", state.live} and state.begun == (seen.head or state.seen)


def _told(rules: Rules, state: State, seen: Seen) -> State:
    """Return the state with its phase, and in words why and what to do."""
    silent = replace(state, message="", advice="", plan_id="", steps=(), opens_at=None)
    base = replace(silent, phase=Phase.UNKNOWN, seen=seen.head or state.seen)
    if seen.applied is not None and seen.applied.problem is not None:
        # What an approved plan was to do is remembered: what is left of it needs no second approval.
        return replace(_failed(base, seen.applied.problem), plan_id=state.plan_id, steps=state.steps)
    if seen.plan is not None and seen.fault is None and _is_taken(seen):
        return _in_sync(replace(base, live=seen.head, begun="", accepted="", approved="", checked_at=seen.at), seen)
    live = _checked(rules, base, seen)
    trouble = seen.unreachable or seen.fault
    if trouble is not None:
        told = _failed(base, trouble)
        return replace(told, checked_at=live.checked_at, message=_with(trouble.message, live))
    if seen.plan is not None:
        told = _waiting(base, seen.plan, _judged(rules, base, seen))
        return replace(told, checked_at=live.checked_at, message=_with(told.message, live))
    return live


def _with(message: str, live: State) -> str:
    """Return the message, and what else there is to say of what is live."""
    return f"{message}; and what is live: {live.message}" if live.phase in {Phase.DRIFTED, Phase.FAILED} else message


def _failed(base: State, problem: Problem) -> State:
    phase = Phase.REFUSED if problem.is_refusal else Phase.FAILED
    return replace(base, phase=phase, message=problem.message, advice=problem.advice)


def _in_sync(base: State, seen: Seen) -> State:
    """Return that the live commit is what runs, but for removals that wait."""
    plan = seen.check or seen.plan
    if seen.removals and seen.ripe_at is not None and not (plan and plan.prunes):
        gone = _few(list(seen.removals))
        message = f"declared no more, and removed when it has been so for long enough: {gone}"
        advice = f"nothing: it is removed after {seen.ripe_at:%Y-%m-%d %H:%M} UTC, unless it is declared again"
        return replace(base, phase=Phase.OUT_OF_SYNC, message=message, advice=advice)
    left, retired = (plan.undeclared, plan.retired) if plan else ([], [])
    message = f"declared no more, and left alone: {_few(left)}" if left else ""
    waiting = f"retired, and archived when the project's grace is over: {_few(retired)}" if retired else ""
    return replace(base, phase=Phase.IN_SYNC, message="; ".join(filter(None, (message, waiting))))


def _waiting(base: State, plan: Planned, decision: Decision) -> State:
    reasons = [each if len(each) <= _LONGEST_STEP else f"{each[:_LONGEST_STEP]}…" for each in decision.reasons]
    message = "; ".join(reasons[:_REASONS]) or "the operator's policy asks for a person"
    if len(decision.reasons) > _REASONS:
        message += f"; and {len(decision.reasons) - _REASONS} more"
    steps = _steps(plan)
    told = replace(base, phase=Phase.WAITING, plan_id=plan.id, steps=steps, message=message, opens_at=decision.opens_at)
    if decision.may_apply:  # somebody approved it while this look went on
        return replace(told, phase=Phase.OUT_OF_SYNC, message="approved", advice="nothing: it is applied soon")
    match decision.waits_for:
        case "approval":
            return replace(told, advice=f"look at the plan, then: agentops controller approve {base.name} {plan.id}")
        case "window":
            when = f"at {decision.opens_at:%Y-%m-%d %H:%M} UTC" if decision.opens_at else "when the window opens"
            return replace(told, advice=f"nothing: it is applied {when}")
        case _:
            return replace(told, phase=Phase.REFUSED, advice="change the commit, or the operator's policy")


def _checked(rules: Rules, base: State, seen: Seen) -> State:
    """Return how what is live stands to its commit."""
    if not seen.is_checked:
        return base
    if seen.check is None or seen.check_fault is not None:
        return _failed(base, replace(seen.check_fault or Problem("the target was not compared"), is_refusal=False))
    base = replace(base, checked_at=seen.at)
    if seen.healed is not None and seen.healed.problem is not None:
        return replace(_failed(base, seen.healed.problem), plan_id=seen.check.id)
    if seen.healed is not None or not seen.check.steps:
        return _in_sync(replace(base, approved=""), seen)
    if seen.check.prunes:
        return _waiting(base, seen.check, _judged_again(rules, base, seen.check, seen.at))
    message = f"changed on the target behind our back: {_few([str(each['address']) for each in seen.check.steps])}"
    told = replace(base, phase=Phase.DRIFTED, plan_id=seen.check.id, steps=_steps(seen.check), message=message)
    if rules.heals:
        waiting = _waiting(told, seen.check, _judged_again(rules, told, seen.check, seen.at))
        return replace(waiting, phase=Phase.DRIFTED, message=f"{message} ({waiting.message})")
    way = f"take the change into git, or put it right: agentops controller approve {base.name} {seen.check.id}"
    return replace(told, advice=way)


def _steps(plan: Planned) -> tuple[str, ...]:
    """Return what a plan does, a line a step, with what is risky in it."""
    return tuple(map(_step, plan.steps[:_MOST_STEPS]))


def _step(step: Mapping[str, Any]) -> str:
    told = f"{step['action']} {step['address']}" + "".join(f" ({risk['note']})" for risk in step.get("risks", ()))
    if len(told) <= _LONGEST_STEP:
        return told
    # Two that begin alike are told apart: what is left of an approved plan is known by these lines.
    return f"{told[:_LONGEST_STEP]}… ({digest(told)[:12]})"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _REASONS} more" if len(names) > _REASONS else ""
    return ", ".join(names[:_REASONS]) + more
