"""What a Project says of plans: which risks stop one, rules of its own, and what models cost."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form, Omissible, Shape

Level = Literal["error", "warn", "note", "off"]
"""What becomes of something: it stops the plan, is warned of, is said, or is not said at all."""

RiskName = Literal[
    "permission_widened",
    "server_added",
    "delegation_widened",
    "identity_changed",
    "network_opened",
    "budget_removed",
    "budget_raised",
    "model_changed",
    "effort_changed",
    "memory_writable",
    "vault_attached",
    "secret_referenced",
    "agent_swapped",
    "environment_swapped",
    "review_waived",
    "receiver_changed",
    "protection_lifted",
    "taken_over",
    "drift_undone",
    "born_unasked",
    "born_open",
    "born_unlimited",
]
"""What a plan calls risky. Source: `reconcile.risks.RiskKind`, beyond this package; a test holds them equal."""

_Text = Annotated[str, Field(min_length=1, max_length=1024)]
_Path = Annotated[str, Field(min_length=1, max_length=512)]
_Slug = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    Form("1 to 63 lower-case letters, digits and hyphens"),
]
_Address = Annotated[
    str,
    Field(pattern=r"^[A-Z][A-Za-z]*/[a-z0-9-]+(/[A-Za-z0-9_.-]+)?$", max_length=200),
    Form("an address, such as Agent/reviewer"),
]
Expression = Annotated[str, Field(min_length=1, max_length=4096)]
"""CEL. Units: characters; far more than anybody reads in a review."""

_Price = Annotated[float, Field(ge=0, le=1_000_000, strict=False)]


class RiskLevels(Shape):
    """What becomes of a plan that has a risk. What is not named is said at its step, and stops nothing."""

    permission_widened: Omissible[Level] = None
    """A tool is new, may go further, or runs with less asking."""
    server_added: Omissible[Level] = None
    """An agent talks to an MCP server that it did not talk to."""
    delegation_widened: Omissible[Level] = None
    """A team may do more with others."""
    identity_changed: Omissible[Level] = None
    """An agent acts as somebody else."""
    network_opened: Omissible[Level] = None
    """More of the network can be reached, or a secret may travel further."""
    budget_removed: Omissible[Level] = None
    """A ceiling is gone."""
    budget_raised: Omissible[Level] = None
    """A ceiling is higher."""
    model_changed: Omissible[Level] = None
    """Another model is asked."""
    effort_changed: Omissible[Level] = None
    """A model thinks with another effort."""
    memory_writable: Omissible[Level] = None
    """A store can be written to that could not."""
    vault_attached: Omissible[Level] = None
    """Sessions can use the secrets of another vault."""
    secret_referenced: Omissible[Level] = None
    """A secret is sent that was not."""
    agent_swapped: Omissible[Level] = None
    """A deployment runs another agent."""
    environment_swapped: Omissible[Level] = None
    """A deployment runs in another environment."""
    review_waived: Omissible[Level] = None
    """What dreams learn needs no person any more, or passes weaker gates."""
    receiver_changed: Omissible[Level] = None
    """A webhook tells somebody else."""
    protection_lifted: Omissible[Level] = None
    """A protected object may be removed from here on."""
    taken_over: Omissible[Level] = None
    """Another project manages the object, and will not any more."""
    drift_undone: Omissible[Level] = None
    """What somebody changed on the target is changed back."""
    born_unasked: Omissible[Level] = None
    """A new agent has tools that run without asking."""
    born_open: Omissible[Level] = None
    """A new environment has no limits to its network, or a new secret may go anywhere."""
    born_unlimited: Omissible[Level] = None
    """A new deployment has no budget."""


class ActionLevels(Shape):
    """What becomes of a plan that does something to an object. What is not named is allowed."""

    create: Omissible[Level] = None
    """Makes what is declared and not there."""
    update: Omissible[Level] = None
    """Changes it in place."""
    repin: Omissible[Level] = None
    """Moves a pinned version after another step."""
    restamp: Omissible[Level] = None
    """Renews our marks, and nothing else."""
    adopt: Omissible[Level] = None
    """Takes over what nobody managed."""
    move: Omissible[Level] = None
    """Gives an object of ours another name."""
    replace: Omissible[Level] = None
    """Removes it, and makes another one."""
    retire: Omissible[Level] = None
    """Pauses and marks what is declared no more, to be archived later."""
    restore: Omissible[Level] = None
    """Brings back what was retired and is declared again."""
    forget: Omissible[Level] = None
    """Lets it live, and manages it no more."""
    archive: Omissible[Level] = None
    """Removes it for good."""
    delete: Omissible[Level] = None
    """Removes it for good."""


class Allowance(Shape):
    """One exemption: what is allowed, where, why, and until when."""

    risk: Omissible[RiskName] = None
    """The risk that is allowed."""
    rule: Omissible[_Slug] = None
    """The rule that does not count, by its name."""
    address: _Address
    """The object it is allowed for."""
    reason: _Text
    """Why; whoever reads the plan sees it."""
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), Form("a day, such as 2026-12-31")]
    """The last day on which it counts."""

    @model_validator(mode="after")
    def _is_of_one_thing_and_ends(self) -> "Allowance":
        one = (self.risk is None) != (self.rule is None)
        problems = () if one else (Problem((), "bad-combination", "must have either risk or rule"),)
        return obeying(self, (*problems, *_day(("until",), self.until)))


class SchemaFile(Shape):
    """A JSON Schema in a file of the tree, as JSON or YAML."""

    file: _Path
    """Relative to the file that names it; no address is ever fetched."""


class Rule(Shape):
    """One rule over a plan, in CEL or as a JSON Schema. It sees `plan`, and `step` or `change` where it names them."""

    name: _Slug
    """What the rule is called in reports and exemptions."""
    when: Omissible[Expression] = None
    """CEL: what the rule is about. It is held against every step, or every change, that this is true of."""
    require: Omissible[Expression] = None
    """CEL that must be true."""
    deny: Omissible[Expression] = None
    """CEL that must be false."""
    json_schema: Omissible[SchemaFile] = Field(None, alias="schema")
    """A JSON Schema that what `when` names must fit: the change, the step, or else the plan."""
    message: _Text
    """What to tell whoever breaks it: the fact, and the way out."""
    severity: Omissible[Literal["error", "warn"]] = None
    """`error`, the default, stops the plan."""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "Rule":
        asked = sum(each is not None for each in (self.require, self.deny, self.json_schema))
        message = "must have one of require, deny and schema"
        return obeying(self, () if asked == 1 else (Problem((), "bad-combination", message),))


class RuleFiles(Shape):
    """Rules that lie in files of their own, so that several projects can share them."""

    file: _Path
    """A file of the tree, or several: `../policies/*.yaml`. Relative to this file."""


Rules = Annotated[list[Rule], Field(max_length=200)]


class RuleFile(Shape):
    """A file of rules."""

    rules: Rules
    """The rules, in the order in which they are told."""


def _list_or_object(data: object) -> str | None:
    if isinstance(data, list):
        return "list"
    return "object" if isinstance(data, dict | Shape) else None


_LIST_OR_OBJECT = Discriminator(
    _list_or_object,
    custom_error_type="list_or_object",
    custom_error_message="must be a list of rules, or an object with the field file",
)


class ProjectPolicy(Shape):
    """What no plan of this tree may do, whoever applies it. A plan says what it lets pass."""

    risks: Omissible[RiskLevels] = None
    """What becomes of risks, by their names."""
    actions: Omissible[ActionLevels] = None
    """What becomes of actions, by their names."""
    allow: Omissible[Annotated[list[Allowance], Field(max_length=500)]] = None
    """Exemptions, each with a reason and a last day."""
    rules: Omissible[
        Annotated[Annotated[Rules, Tag("list")] | Annotated[RuleFiles, Tag("object")], _LIST_OR_OBJECT]
    ] = None
    """Rules of your own over the plan, here or in files."""


class ModelPrice(Shape):
    """What one model costs. Units: the table's currency, for a million tokens."""

    input: _Price
    """Tokens that no cache knew."""
    output: _Price
    """Tokens that the model wrote."""
    cache_read: Omissible[_Price] = None
    """Tokens that were read from the cache; counted as input where this is left out."""
    cache_write: Omissible[_Price] = None
    """Tokens that were written to the cache; counted as input where this is left out."""


class PriceTable(Shape):
    """What models cost, and since when."""

    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), Form("a day, such as 2026-11-01")]
    """The day on which somebody looked the prices up."""
    currency: Omissible[Annotated[str, Field(pattern=r"^[A-Z]{3}$"), Form("three letters, such as USD")]] = None
    """`USD`, unless another one is named."""
    models: Annotated[dict[str, ModelPrice], Field(min_length=1, max_length=200)]
    """By the names that agents give their models."""

    @model_validator(mode="after")
    def _has_a_day(self) -> "PriceTable":
        return obeying(self, _day(("as_of",), self.as_of))


class PriceFile(Shape):
    """A price table in a file of its own."""

    file: _Path
    """A file of the tree, relative to this one."""


def _file_or_table(data: Any) -> str | None:
    if isinstance(data, PriceFile) or (isinstance(data, dict) and "file" in data):
        return "file"
    return "table" if isinstance(data, dict | Shape) else None


Prices = Annotated[
    Annotated[PriceFile, Tag("file")] | Annotated[PriceTable, Tag("table")],
    Discriminator(
        _file_or_table,
        custom_error_type="file_or_table",
        custom_error_message="must be an object with as_of and models, or with the field file",
    ),
]


def _day(path: tuple[str, ...], text: str) -> tuple[Problem, ...]:
    try:
        date.fromisoformat(text)
    except ValueError:
        return (Problem(path, "invalid-value", "must be a day of the calendar"),)
    return ()
