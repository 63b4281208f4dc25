"""The files that plans are saved to: written so that nobody reads half of one, read as the word of a stranger."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import agentops
from agentops.base.errors import AgentopsError, CannotWrite, UsageError
from agentops.base.files import write_whole
from agentops.cli.commits import commit_of
from agentops.cli.output import say
from agentops.cli.planning import Planned

if TYPE_CHECKING:
    from agentops.manifests.document import Tree
    from agentops.reconcile.planner import PlanOptions
    from agentops.reconcile.saving.shape import SavedPlan

_SUFFIX = ".json"
_PRIVATE = 0o600


class Output(click.ParamType[Any]):
    """What to print, or the file to save the plan to: what ends in `.json` or names a folder is a file."""

    name = "FORMAT|FILE"

    def __init__(self, *formats: str) -> None:
        """Take the words that are no files."""
        self._formats = formats

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a word, or the path of a file."""
        if value in self._formats or isinstance(value, Path):
            return value
        if value.endswith(_SUFFIX) or os.sep in value:
            return Path(value)
        words = ", ".join(map(repr, self._formats))
        raise click.BadParameter(
            f"{value!r} is not one of {words}, and no file: one ends in .json or names a folder", ctx, param
        )


def is_saved(path: Path) -> bool:
    """Tell whether a path that was given for a tree is a saved plan."""
    return path.suffix == _SUFFIX and not path.is_dir()


def save(file: Path, planned: Planned, path: Path, options: "PlanOptions") -> None:
    """Write the plan to a file that only its owner reads; `path` is the tree as it was named.

    Raises:
        UsageError: the file cannot be written.
    """
    from agentops.reconcile.saving.shape import written

    if planned.plan.report.has_errors:
        say(f"{file} is not written: the plan is blocked by what is said above")
        return
    text = written(saved_of(planned, str(path), options))
    try:
        write_whole(file, text.encode(), mode=_PRIVATE)
    except CannotWrite as error:
        raise UsageError(error.message, hint=error.hint or "name another file") from error
    say(f"saved: {file}. To apply exactly this plan: agentops apply {file}")


def saved_of(planned: Planned, path: str, options: "PlanOptions") -> "SavedPlan":
    """Return the plan as it is saved."""
    from agentops.base.clock import SystemClock, timestamp
    from agentops.reconcile.saving import options as allowed
    from agentops.reconcile.saving.description import steps
    from agentops.reconcile.saving.shape import SavedPlan, SavedTarget, SavedTree

    target, identity = planned.target, planned.target.pages.identity
    commit = commit_of(planned.tree.root)
    return SavedPlan(
        tool_version=agentops.__version__,
        plan_id=planned.plan.id,
        made_at=timestamp(SystemClock().now()),
        owner=planned.plan.owner,
        target=SavedTarget(
            name=planned.choice.name,
            label=target.label,
            url=target.url,
            organization=identity.organization,
            workspace=identity.workspace,
        ),
        tree=SavedTree(path=path, commit=commit, is_dirty=_is_dirty(planned.tree, commit)),
        options=allowed.saved(options),
        steps=steps(planned.plan, planned.world),
    )


def _is_dirty(tree: "Tree", commit: str) -> bool:
    """Tell whether the tree is not what its commit holds; by the files alone, for git would run filters."""
    from hashlib import new

    from agentops.cli.history.history import history_of

    try:
        history = history_of(tree.root) if commit else None
        held = {each.path: each.sha for each in history.entries(commit)} if history else {}
    except AgentopsError:
        return False
    if history is None:
        return False
    for name in tree.texts:
        data = (tree.root / name).read_bytes()
        known = held.get(history.path(tree.root / name) or "", "")
        kind = "sha256" if len(known) > 40 else "sha1"
        if new(kind, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() != known:
            return True
    return False


def read_plan(file: Path) -> "SavedPlan":
    """Return what a file holds.

    Raises:
        UsageError: it is no plan, or cannot be read.
    """
    from agentops.reconcile.saving.shape import LARGEST, parsed

    try:
        if not file.is_file():
            raise UsageError(f"there is no plan {file}", hint="write one with `agentops plan --out plan.json`")
        with file.open("rb") as stream:
            return parsed(stream.read(LARGEST + 1), str(file))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
