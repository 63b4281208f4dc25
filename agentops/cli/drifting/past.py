"""The text that was applied, where the target keeps no versions: from git, at the commit that the marks name.

It is only believed when its hash is the one that was sent: a tree may have been applied with uncommitted edits.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from agentops.base.errors import AgentopsError, RepositoryError
from agentops.cli.history.history import History, history_of
from agentops.cli.history.trees import is_there, place_of, standing_in
from agentops.reconcile.backgrounds import Base
from agentops.reconcile.marks import mark_hash
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.values import resolved

if TYPE_CHECKING:
    from agentops.base.names import Address
    from agentops.cli.planning import Planned
    from agentops.reconcile.plan import Step
    from agentops.reconcile.resource import Resource
    from agentops.reconcile.verdicts import Judged

_NOT_IN_GIT = "the tree is in no git repository"
_UNCOMMITTED = "the last apply was not of a git commit"


class Past:
    """The trees of the commits that a plan's objects were applied from, each read once."""

    def __init__(self, planned: "Planned") -> None:
        """Take the plan; nothing is read before a text is asked for."""
        self._planned = planned
        self._trees: dict[str, Mapping[Address, Resource] | str] = {}

    def base(self, step: "Step", judged: "Judged") -> Base:
        """Return what the last write sent for a field, in normal form."""
        marks = step.live.marks if step.live else None
        source, _, commit = (marks.source if marks else "").rpartition("@")
        if not source or not commit:
            return Base(missing=_UNCOMMITTED)
        tree = self._tree(commit)
        if isinstance(tree, str):
            return Base(missing=tree)
        resource = tree.get(step.address)
        field = resource.fields.get(judged.name) if resource else None
        if field is None:
            return Base(missing=f"{step.address} says no `{judged.name}` at {commit} ({source})")
        rule = OBJECTS[step.object].fields[judged.name]
        value = rule.normal(resolved(field.value, self._known.get))
        mark = marks.fields.get(rule.code) if marks else None
        if mark is None or mark.sent != mark_hash(value):
            return Base(missing=f"what {source} says at {commit} is not what was applied")
        return Base(value)

    @cached_property
    def _known(self) -> Any:
        from agentops.reconcile.observed import known

        return known(self._planned.world, self._planned.desired.owner)

    def _tree(self, commit: str) -> "Mapping[Address, Resource] | str":
        """Return what was declared at a commit, or why that cannot be known."""
        if commit not in self._trees:
            try:
                self._trees[commit] = self._read(commit)
            except AgentopsError as error:
                self._trees[commit] = error.message or str(error)
        return self._trees[commit]

    def _read(self, commit: str) -> "Mapping[Address, Resource] | str":
        history = history_of(self._planned.tree.root)
        if history is None:
            return _NOT_IN_GIT
        if history.find(commit) is None:
            return _unknown(history, commit)
        place = place_of(history, self._planned.tree.root)
        if not is_there(history, commit, place):
            return f"the tree was elsewhere at {commit}"
        from agentops.manifests.load import load
        from agentops.reconcile.lowering import lower

        with standing_in(history, commit, place) as path:
            tree = load(path)
            if tree.report.has_errors:
                raise RepositoryError(f"the tree of {commit} has errors")
            return lower(tree, None)[0].by_address


def _unknown(history: History, commit: str) -> str:
    if history.is_shallow:
        return f"this clone is shallow and lacks {commit} (`git fetch --unshallow`; in CI: `fetch-depth: 0`)"
    return f"there is no commit {commit} here (rewritten, or never pushed)"
