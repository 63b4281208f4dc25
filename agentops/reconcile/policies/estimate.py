"""What a changed model or effort comes to: the tokens of past sessions, at the prices before and after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from agentops.base.names import Address
from agentops.base.wording import counted
from agentops.manifests.policies.policy import Price, Prices
from agentops.reconcile.costs import Cost
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.plan import Plan, Step
from agentops.reconcile.risks import RiskKind
from agentops.reconcile.values import ANY

DAYS: Final = 30
"""How far back sessions are counted: what people are billed by."""

_OLD_DAYS: Final = 90
_PER: Final = 1_000_000
_CHANGES: Final = {RiskKind.MODEL_CHANGED.value, RiskKind.EFFORT_CHANGED.value}
_COUNTED: Final = ("input", "output", "cache_read", "cache_write")


@dataclass(frozen=True, slots=True)
class Use:
    """What one past session used, and what it ran on. Units: tokens."""

    agent_id: str
    model: str
    effort: str
    tokens: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Past:
    """The past sessions that were listed."""

    uses: tuple[Use, ...]
    since: date
    is_more: bool
    """Whether there are older ones of these days that were not listed."""


def affected(plan: Plan) -> tuple[Step, ...]:
    """Return the steps that change the model or the effort of an agent that is there."""
    found = (each for each in plan.steps if each.object is ObjectKind.AGENT and each.live)
    return tuple(each for each in found if _CHANGES & {risk.kind for risk in each.risks})


def uses(sessions: Sequence[Mapping[str, Any]]) -> Iterator[Use]:
    """Yield what each session used; those that used nothing tell nothing.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_session.py` and `…_session_usage.py`.
    """
    for each in sessions:
        agent, usage = each.get("agent") or {}, each.get("usage") or {}
        model = agent.get("model") or {}
        written = (usage.get("cache_creation") or {}).values()
        tokens = {
            "input": usage.get("input_tokens") or 0,
            "output": usage.get("output_tokens") or 0,
            "cache_read": usage.get("cache_read_input_tokens") or 0,
            "cache_write": sum(count for count in written if isinstance(count, int)),
        }
        if any(tokens.values()):
            name = model if isinstance(model, str) else str(model.get("id", ""))
            effort = "" if isinstance(model, str) else _effort(model)
            yield Use(str(agent.get("id", "")), name, effort, tokens)


def estimated(plan: Plan, prices: Prices, past: Past, today: date) -> dict[Address, Cost]:
    """Return what is to be said of each step that changes a model or an effort."""
    return {step.address: _estimated(step, prices, past, today) for step in affected(plan)}


def _estimated(step: Step, prices: Prices, past: Past, today: date) -> Cost:
    live, wanted = next((each.live or {}, each.wanted or {}) for each in step.judged if each.name == "model")
    mine = [each for each in past.uses if step.live and each.agent_id == step.live.id]
    if step.live and step.live.body.get("multiagent"):
        return Cost("not known: its sessions count what every agent of the team uses")
    if not mine:
        return Cost(f"not known: no session of the last {DAYS} days has used tokens")
    missing = sorted({live["id"], wanted["id"]} - {*prices.models})
    if missing:
        return Cost(f"not known: there is no price for {', '.join(missing)}")
    return _priced(live, wanted, mine, _Table(prices, past, today))


@dataclass(frozen=True, slots=True)
class _Table:
    prices: Prices
    past: Past
    today: date

    @property
    def age(self) -> str:
        days = (self.today - self.prices.as_of).days
        return f", {days} days old" if days > _OLD_DAYS else ""


def _priced(live: Mapping[str, Any], wanted: Mapping[str, Any], mine: Sequence[Use], table: _Table) -> Cost:
    prices = table.prices
    tokens = {key: sum(each.tokens[key] for each in mine) for key in _COUNTED}
    before = _money(tokens, prices.models[live["id"]])
    after, assumed = _after(live, wanted, mine, prices)
    span = "" if table.past.is_more else " a month"
    by = f"{prices.currency}{span} by the prices of {prices.as_of}{table.age}"
    sums = f", {before:,.2f} {by}" if after is None else f": {before:,.2f} → {after:,.2f} {by}"
    note = f"{_said(tokens, len(mine), table)}{sums} ({assumed})"
    return Cost(note, len(mine), table.past.since, tokens, before, after, prices.currency, prices.as_of)


def _after(
    live: Mapping[str, Any], wanted: Mapping[str, Any], mine: Sequence[Use], prices: Prices
) -> tuple[float | None, str]:
    """Return what the sessions would cost, and what that takes for granted; nothing where nobody can know."""
    price = prices.models[wanted["id"]]
    tokens = {key: sum(each.tokens[key] for each in mine) for key in _COUNTED}
    effort = _effort(wanted)
    if wanted.get("effort") == ANY or effort == _effort(live):
        return _money(tokens, price), "the same tokens assumed"
    alike = [each for each in mine if (each.effort, each.model) == (effort, wanted["id"])]
    if alike:
        mean = {key: sum(each.tokens[key] for each in alike) / len(alike) for key in _COUNTED}
        return len(mine) * _money(mean, price), f"as {counted(len(alike), 'session')} with effort {effort} used"
    unknown = f"effort {effort} will use other tokens, and no session tells how many"
    if live["id"] == wanted["id"]:
        return None, unknown
    return _money(tokens, price), f"the same tokens assumed; {unknown}"


def _said(tokens: Mapping[str, int], count: int, table: _Table) -> str:
    came_in = tokens["input"] + tokens["cache_read"] + tokens["cache_write"]
    when = f"newest {count} since {table.past.since}" if table.past.is_more else f"last {DAYS} days"
    sessions = "" if table.past.is_more else f"{counted(count, 'session')}, "
    return f"{when}: {sessions}{_short(came_in)} tokens in, {_short(tokens['output'])} out"


def _money(tokens: Mapping[str, float], price: Price) -> float:
    rates = price.input, price.output, price.cache_read, price.cache_write
    return sum(tokens[key] * rate for key, rate in zip(_COUNTED, rates, strict=True)) / _PER


def _effort(model: Mapping[str, Any]) -> str:
    effort = model.get("effort")
    found = effort.get("type") if isinstance(effort, Mapping) else effort
    return str(found or "")


def _short(count: int) -> str:
    """Return a count as people say it: `12.3 M`."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return str(count)
