"""Plans of another moment: of the tree as it was at a commit, or of what changed since one, without a target."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentops.base.errors import InvalidManifests, RefusedPlan
from agentops.cli.history.history import Commit, History, history_here
from agentops.cli.history.trees import Place, is_there, place_of, standing_in
from agentops.cli.past.moments import Moment
from agentops.cli.planning import Asked, Meeting, Planned, Wanted, home_of, only, wanted_in, wanted_of, with_plan_of

if TYPE_CHECKING:
    from agentops.base.diagnostics import Report
    from agentops.manifests.document import Tree
    from agentops.reconcile.plan import Plan
    from agentops.reconcile.planner import PlanOptions

_SHORT = 12


@dataclass(frozen=True, slots=True)
class Compared:
    """A plan that no target was asked about."""

    tree: "Tree"
    plan: "Plan"

    @property
    def report(self) -> "Report":
        """Return what the tree and the plan have to say."""
        return self.tree.report + self.plan.report


@dataclass(frozen=True, slots=True)
class Past:
    """A plan that is not of the tree on disk for a target, and the commits that it is about."""

    planned: Planned | Compared
    at: Commit | None
    base: Commit | None

    @property
    def sentence(self) -> str:
        """Return what its reader has to know first."""
        told = f"the tree is the one of {_told(self.at)}" if self.at else ""
        if self.base is None:
            return f"{told}; secrets count as the ones that were sent last"
        compared = f"compared with the tree of {_told(self.base)}"
        return f"{compared}; {told}" if told else compared

    @property
    def document(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {"is_offline": self.base is not None, "at": _commit_json(self.at), "base": _commit_json(self.base)}


def past_plan(path: Path, target: str | None, moment: Moment, options: "PlanOptions") -> Past:
    """Return the plan of another moment than now.

    Raises:
        UsageError: a commit is not there, or the tree is in no repository.
        InvalidManifests: the planned tree has errors.
        RefusedPlan: the tree that is compared with has errors.
    """
    history = history_here(path)
    place = place_of(history, path)
    at = _commit(history, moment.at) if moment.at else None
    wanted = _wanted_at(history, at, place) if at else wanted_in(path, Asked.ALL_BUT_SECRETS)
    if not moment.is_offline:
        return Past(with_plan_of(wanted, Meeting(target, home_of(path)), options, only), at, None)
    base = _base(history, moment, at)
    return Past(_compared(history, wanted, base, place, options), at, base)


def _base(history: History, moment: Moment, at: Commit | None) -> Commit:
    """Return the commit to compare with: where the planned tree left the history of the one that was named."""
    head = at.sha if at else "HEAD"
    rev = moment.base or (f"{at.sha}~1" if at else "HEAD")
    return _commit(history, history.fork(rev, head) or rev)


def _compared(history: History, wanted: Wanted, base: Commit, place: Place, options: "PlanOptions") -> Compared:
    from agentops.base.diagnostics import Report
    from agentops.manifests.policies.policy import Policy
    from agentops.reconcile.offline import compared
    from agentops.reconcile.policies.loosening import loosened
    from agentops.reconcile.resource import Desired

    before, policy = Desired.of(wanted.desired.owner, ()), Policy()
    if is_there(history, base.sha, place):
        try:
            found = _wanted_at(history, base, place)
            before, policy = found.desired, found.tree.policy
        except InvalidManifests as error:
            raise RefusedPlan(
                f"the tree of {base.sha[:_SHORT]} has errors, so nothing can be compared with it",
                hint=f"`agentops plan --at {base.sha[:_SHORT]}` shows them; --base compares with another commit",
            ) from error
    label = f"not compared with live, changes since {base.sha[:_SHORT]}"
    plan = compared(wanted.desired, before, label, options)
    said = Report.of(loosened(policy, wanted.tree.policy, base.sha[:_SHORT]))
    return Compared(wanted.tree, replace(plan, report=plan.report + said))


def _wanted_at(history: History, commit: Commit, place: Place) -> Wanted:
    """Return what the tree of a commit asks for; its secrets are nobody's business here."""
    from agentops.manifests.load import load

    with standing_in(history, commit.sha, place) as path:
        # Without a cache: it would keep a file for a folder that nobody meets again.
        tree = load(path)
        if tree.report.has_errors:
            raise InvalidManifests(tree.report, tree.source_line)
        return wanted_of(tree, Asked.ALL_BUT_SECRETS)


def _commit(history: History, rev: str) -> Commit:
    sha = history.resolve(rev)
    found = history.commit(sha)
    assert found
    return replace(found, sha=sha)


def _told(commit: Commit) -> str:
    return f"{commit.sha[:_SHORT]} ({commit.author}, {commit.at:%Y-%m-%d}: {commit.subject})"


def _commit_json(commit: Commit | None) -> dict[str, str] | None:
    if commit is None:
        return None
    about = {"commit": commit.sha, "author": commit.author, "at": commit.at.isoformat()}
    return about | {"subject": commit.subject}
