"""What plan, apply, drift and destroy have in common: a tree, a target, the world, a plan."""

import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agentops.base.errors import InvalidManifests, UsageError
from agentops.cli.context import EMBEDDED, HOME, Choice, cache_folder, chosen_target, opened
from agentops.cli.removing import addresses, removal_options

if TYPE_CHECKING:
    from agentops.base.diagnostics import Report
    from agentops.manifests.document import Tree
    from agentops.reconcile.backgrounds import Background
    from agentops.reconcile.observed import World
    from agentops.reconcile.plan import Plan
    from agentops.reconcile.planner import PlanOptions
    from agentops.reconcile.removal import RemovalRules
    from agentops.reconcile.resource import Desired
    from agentops.targets.live import LiveTarget

_NAMED = {
    "adopt": "Take over the unmanaged object of that name.",
    "create_new": "Create beside the object that is like it.",
    "overwrite": "In a conflict, let the manifest win.",
}

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class Asked(Enum):
    """How much of a tree a command plans for."""

    ALL = auto()
    ALL_BUT_SECRETS = auto()
    """Secrets are not read: each counts as the one that was sent last."""
    NOTHING = auto()
    """As if the tree declared no resource."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tree without errors, and what it asks for."""

    tree: "Tree"
    desired: "Desired"


@dataclass(frozen=True, slots=True)
class Meeting:
    """Which target a plan is made for, and where the embedded engine of its tree is at home."""

    flag: str | None
    """`--target`."""

    home: Path
    met: "Callable[[LiveTarget], None]" = lambda _target: None
    """Looks at the target before anything is planned; raises what is to be said against it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with everything it was made from."""

    tree: "Tree"
    desired: "Desired"
    world: "World"
    plan: "Plan"
    target: "LiveTarget"
    choice: Choice
    again: "Callable[[], Awaitable[Planned]]"
    """Looks at the target once more, and plans for what is there by then."""

    background: "Background | None" = None
    """What lies behind what others changed, once it was looked up."""

    @property
    def report(self) -> "Report":
        """Return what the tree, its lowering and the plan have to say."""
        return self.tree.report + self.plan.report


def target_option(function: F) -> F:
    """Add `--target NAME` to a command."""
    text = (
        "A target of the Project, or `embedded`. "
        "Default: that of ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN), else `embedded`."
    )
    return click.option("--target", metavar="NAME", help=text)(function)


def plan_options(function: F) -> F:
    """Add the options that allow more than the safe default; the command gets them as one `options`."""

    @wraps(function)
    def command(*args: Any, removal: "RemovalRules", max_update: int | None, no_cost: bool, **rest: Any) -> Any:
        from agentops.reconcile.planner import PlanOptions

        named: dict[str, Any] = {key: addresses(rest.pop(key), f"--{key.replace('_', '-')}") for key in _NAMED}
        named["take_over"] = frozenset(rest.pop("take_over"))
        options = PlanOptions(removal=removal, max_update=max_update, costs=not no_cost, **named)
        return function(*args, options=options, **rest)

    for key, text in reversed(_NAMED.items()):
        option = click.option(f"--{key.replace('_', '-')}", multiple=True, metavar="ADDRESS", help=text)
        command = option(command)
    text = "Take this one over from its owner."
    command = click.option("--take-over", multiple=True, metavar="ID", help=text)(command)
    text = "Do not ask past sessions what a changed model costs."
    command = click.option("--no-cost", is_flag=True, help=text)(command)
    text = "Let the plan update up to N objects."
    command = click.option("--max-update", type=click.IntRange(min=0), metavar="N", help=text)(command)
    return removal_options(command)  # type: ignore[return-value]  # click types a decorated function as its own


def load_valid(path: Path) -> "Tree":
    """Return the tree.

    Raises:
        InvalidManifests: it has errors; a part is never taken for the whole.
    """
    from agentops.manifests.load import load

    tree = load(path, cache_folder(os.environ))
    if tree.report.has_errors:
        raise InvalidManifests(tree.report, tree.source_line)
    return tree


def with_plan(
    path: Path,
    target: str | None,
    options: "PlanOptions",
    use: Callable[[Planned], Awaitable[T]],
    asked: Asked = Asked.ALL,
) -> T:
    """Load, lower, observe, plan, and hand the plan to `use` while the target is open."""
    return with_plan_of(wanted_in(path, asked), Meeting(target, home_of(path)), options, use)


def with_plan_of(wanted: Wanted, meeting: Meeting, options: "PlanOptions", use: Callable[[Planned], Awaitable[T]]) -> T:
    """Observe, plan, and hand the plan to `use` while the target is open."""
    import asyncio  # a tenth of what `validate` takes to start, which needs this module and no loop

    results: list[T] = []

    async def run() -> None:
        choice = chosen_target(meeting.flag, os.environ)
        async with opened(choice, wanted.tree, meeting.home) as target:
            meeting.met(target)
            # Handed out by a list, not returned: on leaving, `asyncio.run` asks for the SIGINT handler, which spells
            # out the finished task and with it what it returned (a tree of a thousand agents: seconds). CPython 3.11.
            results.append(await use(await planned_on(target, choice, wanted, options)))

    asyncio.run(run())
    return results[0]


async def planned_on(target: "LiveTarget", choice: Choice, wanted: Wanted, options: "PlanOptions") -> Planned:
    """Return the plan for a target that is open."""
    from agentops.base.clock import SystemClock
    from agentops.cli.governing import costed, governed
    from agentops.reconcile.observed import observe
    from agentops.reconcile.planner import plan
    from agentops.reconcile.strangers import with_memories

    with _collector_resting():
        world = await observe(target, wanted.desired, removes=options.removes)
        world = await with_memories(world, target, wanted.desired, options)
        made = plan(wanted.desired, world, target.label, options)
    now = SystemClock().now()
    if any(each.live and not each.resource for each in made.steps):
        from agentops.reconcile.blast import with_blast

        made = await with_blast(made, target, now)
    made = await governed(made, wanted.tree, now.date())
    made = await costed(made, wanted.tree, target, now) if options.costs else made
    again = partial(planned_on, target, choice, wanted, options)
    return Planned(wanted.tree, wanted.desired, world, made, target, choice, again)


def wanted_in(path: Path, asked: Asked) -> Wanted:
    """Return what the tree at a path asks for.

    Raises:
        InvalidManifests: it has errors, or asks for what no target has.
    """
    with _collector_resting():
        return wanted_of(load_valid(path), asked)


def wanted_of(tree: "Tree", asked: Asked) -> Wanted:
    """Return what a tree without errors asks for.

    Raises:
        InvalidManifests: it asks for what no target has.
    """
    desired, report = _lowered(tree, asked)
    if report.has_errors:
        raise InvalidManifests(tree.report + report, tree.source_line)
    return Wanted(tree, desired)


def _lowered(tree: "Tree", asked: Asked) -> "tuple[Desired, Report]":
    from agentops.base.diagnostics import Report
    from agentops.reconcile.lowering import identities, lower, owner_of
    from agentops.reconcile.resource import Desired

    match asked:
        case Asked.NOTHING:
            return replace(Desired.of(owner_of(tree), ()), identities=identities(tree)), Report()
        case Asked.ALL_BUT_SECRETS:
            return lower(tree, None)
        case Asked.ALL:
            return lower(tree, os.environ)


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Keep the cyclic collector still: a tree, a world and a plan are many values and no cycles, and stay to the end.

    Measured on 10,000 agents: a seventh of the time of a plan.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@asynccontextmanager
async def reached(flag: str | None) -> AsyncIterator["LiveTarget"]:
    """Connect to the target of a command that needs no manifests; only a name of the Project's makes it read them."""
    choice = chosen_target(flag, os.environ)
    tree = load_valid(Path()) if choice.name not in {"", EMBEDDED} else None
    async with opened(choice, tree, home_here(choice)) as target:
        yield target


def with_target(flag: str | None, use: "Callable[[LiveTarget], Awaitable[T]]") -> T:
    """Return what comes of using the target of a command that needs no manifests."""
    import asyncio

    async def run() -> T:
        async with reached(flag) as target:
            return await use(target)

    return asyncio.run(run())


def tree_here() -> "Tree | None":
    """Return the manifests of the folder that the command runs in, right or not: their names are asked for, no more.

    Raises:
        InvalidManifests: there is no Project that can be read: nobody knows whose names are meant.
    """
    if not has_tree():
        return None
    from agentops.manifests.load import load

    tree = load(Path(), cache_folder(os.environ))
    if tree.project is None:
        raise InvalidManifests(tree.report, tree.source_line)
    return tree


def has_tree() -> bool:
    """Tell whether the command runs in the folder of a tree: it may hold its manifests itself."""
    return Path("agents.d").is_dir() or Path.cwd().name == "agents.d" or Path("project.yaml").is_file()


def home_here(choice: Choice) -> Path:
    """Return where the embedded engine keeps its files; none begins where nobody has a project.

    Raises:
        UsageError: there is neither an engine here nor a tree.
    """
    home = home_of(Path())
    if choice.name == EMBEDDED and not home.exists() and not has_tree():
        raise UsageError(
            f"there is no project in {Path.cwd()}: neither agents.d nor {home.name}",
            hint="go to the folder that holds agents.d, name a server with --target, or begin with `agentops init`",
        )
    return home


def owner_here() -> str:
    """Return the project whose names are meant: that of the manifests at hand; nothing where there are none."""
    tree = tree_here()
    return tree.project.name if tree and tree.project else ""


def home_of(path: Path) -> Path:
    """Return where the embedded engine of a tree keeps its files: beside `agents.d`."""
    folder = (path if path.is_dir() else path.parent).absolute()
    return (folder.parent if folder.name == "agents.d" else folder) / HOME


async def only(planned: Planned) -> Planned:
    """Use a plan by handing it back."""
    return planned
