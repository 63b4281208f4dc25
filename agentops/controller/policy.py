"""What may be applied without a person: a table of actions and risks, brakes, and the time of day.

It is the operator's. The project's own brakes are in the commit that is being judged; these are not.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from agentops.controller.windows import Window, is_open, next_opening
from agentops.reconcile.brakes import Brake
from agentops.wire.shape import Shape

Choice = Literal["auto", "ask", "never"]
"""Done by itself, done once a person approved the plan, or refused."""

_MOST_REASONS: Final = 20
_Share = Annotated[float, Field(ge=0, le=1, strict=False)]
_Count = Annotated[int, Field(ge=0)]


class Actions(Shape):
    """What becomes of each action of a plan. Source: `reconcile.plan.Action`."""

    create: Choice = "auto"
    update: Choice = "auto"
    repin: Choice = "auto"
    restamp: Choice = "auto"
    adopt: Choice = "ask"
    move: Choice = "auto"
    replace: Choice = "ask"
    retire: Choice = "auto"
    """It pauses, and can be taken back by declaring it again; what comes after it is asked."""

    restore: Choice = "auto"
    forget: Choice = "ask"
    archive: Choice = "ask"
    delete: Choice = "ask"


class Risks(Shape):
    """What becomes of each risk that a step notes, whatever its action. Source: `reconcile.risks.RiskKind`."""

    permission_widened: Choice = "ask"
    server_added: Choice = "ask"
    delegation_widened: Choice = "ask"
    identity_changed: Choice = "ask"
    network_opened: Choice = "ask"
    budget_removed: Choice = "ask"
    budget_raised: Choice = "ask"
    model_changed: Choice = "auto"
    effort_changed: Choice = "auto"
    memory_writable: Choice = "ask"
    vault_attached: Choice = "ask"
    secret_referenced: Choice = "auto"  # noqa: S105 - a word of a table
    agent_swapped: Choice = "ask"
    environment_swapped: Choice = "ask"
    review_waived: Choice = "ask"
    receiver_changed: Choice = "ask"
    protection_lifted: Choice = "ask"
    taken_over: Choice = "ask"
    drift_undone: Choice = "auto"
    born_unasked: Choice = "auto"
    born_open: Choice = "auto"
    born_unlimited: Choice = "auto"


class PolicyBrakes(Shape):
    """How much one plan may change before a person is asked. Units: shares and counts of the objects that are there."""

    max_archive_share: _Share | None = 0.10
    max_archive_count: _Count | None = None
    max_update_share: _Share | None = 0.30
    """Source: octoDNS, `Plan.MAX_SAFE_UPDATE_PCENT`."""

    max_update_count: _Count | None = None


class Policy(Shape):
    """What one repository's commits may do by themselves."""

    actions: Actions = Actions()
    risks: Risks = Risks()
    brakes: PolicyBrakes = PolicyBrakes()


class _Rank(IntEnum):
    """How strict a choice is."""

    AUTO = 0
    ASK = 1
    NEVER = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a plan may be applied now, and what it waits for."""

    may_apply: bool
    waits_for: Literal["nothing", "approval", "window"]
    """`nothing` where it may be applied, and where no waiting helps."""

    reasons: tuple[str, ...] = ()
    opens_at: datetime | None = None
    """When the window opens; None where none was found."""


@dataclass(frozen=True, slots=True)
class _Finding:
    """One thing that a policy minds."""

    rank: _Rank
    reason: str


def decide(
    plan: Mapping[str, Any],
    policy: Policy,
    now: datetime,
    windows: Sequence[Window] = (),
    *,
    is_approved: bool = False,
) -> Decision:
    """Return what may become of a plan, which is the JSON of `agentops plan`.

    The strictest line wins. A person's approval answers what asks, and neither lifts a refusal nor opens a window.
    """
    if plan["is_blocked"]:
        return Decision(may_apply=False, waits_for="nothing", reasons=_blocks(plan))
    if not plan["steps"]:
        return Decision(may_apply=True, waits_for="nothing")
    found = sorted([*_of_steps(plan, policy), *_of_brakes(plan, policy.brakes)], key=lambda each: -each.rank)
    strictest = max((each.rank for each in found), default=_Rank.AUTO)
    if strictest is _Rank.NEVER:
        return Decision(may_apply=False, waits_for="nothing", reasons=_told(found, _Rank.NEVER))
    if strictest is _Rank.ASK and not is_approved:
        return Decision(may_apply=False, waits_for="approval", reasons=_told(found, _Rank.ASK))
    return _in_time({str(each["action"]) for each in plan["steps"]}, now, windows)


def _of_steps(plan: Mapping[str, Any], policy: Policy) -> Iterator[_Finding]:
    for step in plan["steps"]:
        yield _weighed(f"{step['address']}", str(step["action"]), policy.actions, "actions")
        for risk in step.get("risks", ()):
            note = f"{step['address']} ({risk['note']})"
            yield _weighed(note, str(risk["risk"]), policy.risks, "risks")


def _weighed(subject: str, word: str, table: Actions | Risks, name: str) -> _Finding:
    """Return what a table says about a word; a word that it does not know is one that nobody decided on."""
    if word not in type(table).model_fields:
        return _Finding(_Rank.ASK, f"{subject}: policy.{name} knows no {word}, and what it does not know is asked")
    choice: Choice = getattr(table, word)
    default = "" if word in table.model_fields_set else " unless set otherwise"
    return _Finding(_Rank[choice.upper()], f"{subject}: policy.{name}.{word} is {choice}{default}")


def _of_brakes(plan: Mapping[str, Any], brakes: PolicyBrakes) -> Iterator[_Finding]:
    """Yield what goes over a limit; the objects of before the plan are what shares are of."""
    actions = Counter(str(each["action"]) for each in plan["steps"])
    there = sum(each["live_id"] is not None for each in plan["steps"])
    total = there + plan["summary"]["unchanged"] + plan["summary"]["undeclared"]
    archived = sum(actions[each] for each in ("retire", "archive", "delete", "replace"))
    for verb, count, limit in (
        ("archive", archived, Brake(brakes.max_archive_share, brakes.max_archive_count)),
        ("update", actions["update"], Brake(brakes.max_update_share, brakes.max_update_count)),
    ):
        most = limit.limit(total)
        if most is not None and count > most:
            line = f"policy.brakes.max_{verb}_{_which(limit, total)}"
            said = f"{count} of {total} objects to {verb}: {line} asks above {most}"
            yield _Finding(_Rank.ASK, said)


def _which(brake: Brake, total: int) -> str:
    """Return which of the two limits holds."""
    by_count = brake.count is not None and brake.count == brake.limit(total)
    return "count" if by_count else "share"


def _told(found: Sequence[_Finding], least: _Rank) -> tuple[str, ...]:
    reasons = [each.reason for each in found if each.rank >= least]
    rest = len(reasons) - _MOST_REASONS
    return (*reasons[:_MOST_REASONS], *([f"and {rest} more"] if rest > 0 else []))


def _in_time(actions: set[str], now: datetime, windows: Sequence[Window]) -> Decision:
    if is_open(windows, actions, now):
        return Decision(may_apply=True, waits_for="nothing")
    opens_at = next_opening(windows, actions, now)
    until = (
        f"the next one opens at {opens_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        if opens_at
        else "none opens within sight"
    )
    reason = f"no window is open for {', '.join(sorted(actions))}: {until}"
    return Decision(may_apply=False, waits_for="window", reasons=(reason,), opens_at=opens_at)


def _blocks(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Return why the plan itself says that it cannot be applied."""
    errors = [each for each in plan.get("diagnostics", ()) if each.get("severity") == "error"]
    said = [f"{each.get('code', 'plan')}: {each.get('message', '')}" for each in errors[:_MOST_REASONS]]
    return tuple(said) or ("the plan says that it cannot be applied: `agentops plan` tells why",)
