"""A project's policy as a value: what it thinks of risks and actions, whom it exempts, its rules, its prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from agentops.base.diagnostics import Span

Level = Literal["error", "warn", "note", "off"]

Variable = Literal["plan", "step", "change"]
"""What a rule can see."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a policy says of one risk or action, and where."""

    level: Level
    span: Span


@dataclass(frozen=True, slots=True)
class Allowance:
    """One exemption."""

    address: str
    reason: str
    until: date
    span: Span
    risk: str = ""
    rule: str = ""

    @property
    def subject(self) -> str:
        """Return what is allowed, as people name it."""
        return f"rule {self.rule}" if self.rule else self.risk.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule over a plan; one of `require`, `deny` and `schema` is given."""

    name: str
    message: str
    is_error: bool
    span: Span
    """Where its condition is written."""

    sees: tuple[Variable, ...] = ("plan",)
    """What its expressions name."""

    when: str = ""
    require: str = ""
    deny: str = ""
    schema: Any = None

    @property
    def about(self) -> Variable:
        """Return what it is held against, once each: the innermost of what it sees."""
        return "change" if "change" in self.sees else "step" if "step" in self.sees else "plan"


@dataclass(frozen=True, slots=True)
class Price:
    """What one model costs. Units: currency for a million tokens."""

    input: float
    output: float
    cache_read: float
    cache_write: float


@dataclass(frozen=True, slots=True)
class Prices:
    """A price table with its day."""

    as_of: date
    currency: str
    models: Mapping[str, Price]


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that a Project says of plans; a Project that says nothing has an empty one."""

    risks: Mapping[str, Line] = field(default_factory=dict)
    actions: Mapping[str, Line] = field(default_factory=dict)
    allowances: tuple[Allowance, ...] = ()
    rules: tuple[Rule, ...] = ()
    prices: Prices | None = None
