"""The policy of a plan held against the one that was in force before."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agentops.base.diagnostics import Report
from agentops.base.errors import AgentopsError
from agentops.base.names import Kind
from agentops.cli.history.history import History, history_here
from agentops.cli.history.trees import Place, is_there, place_of, standing_in
from agentops.cli.output import say
from agentops.reconcile.policies.loosening import loosened

if TYPE_CHECKING:
    from agentops.cli.planning import Planned
    from agentops.manifests.policies.policy import Policy

_SHORT = 12


def held_against(planned: "Planned", path: Path, base: str) -> "Planned":
    """Return the plan with what its policy asks for no more since the commit where its branch began.

    Where that commit is not here, or its Project has errors, a note says so.
    """
    try:
        history = history_here(path)
        sha = history.resolve(history.fork(base, "HEAD") or base)
        before = _policy_at(history, sha, place_of(history, path))
    except AgentopsError as error:
        say(f"note: the policy was not held against the one of {base}: {error.message}")
        return planned
    said = Report.of(loosened(before, planned.tree.policy, sha[:_SHORT]))
    return replace(planned, plan=replace(planned.plan, report=planned.plan.report + said))


def _policy_at(history: History, sha: str, place: Place) -> "Policy":
    from agentops.manifests.load import load
    from agentops.manifests.policies.policy import Policy

    if not is_there(history, sha, place):
        return Policy()
    with standing_in(history, sha, place) as path:
        tree = load(path)
    if tree.report.has_errors and not any(each.kind is Kind.PROJECT for each in tree.documents):
        raise AgentopsError(f"the Project of {sha[:_SHORT]} has errors")
    return tree.policy
