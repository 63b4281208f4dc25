"""The policy of a plan held against the one that was in force before."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agentops.base.diagnostics import Diagnostic, Report, Severity
from agentops.base.errors import AgentopsError
from agentops.base.names import Kind
from agentops.cli.history.history import History, history_here
from agentops.cli.history.trees import Place, is_there, place_of, standing_in
from agentops.reconcile import policy_codes
from agentops.reconcile.policies.loosening import loosened

if TYPE_CHECKING:
    from agentops.cli.planning import Planned
    from agentops.manifests.policies.policy import Policy

_SHORT = 12


def held_against(planned: "Planned", path: Path, base: str) -> "Planned":
    """Return the plan with what its policy asks for no more since the commit where its branch began.

    Where that commit is not here, or its Project has errors, the plan says so.

    Reports: plan.policy-loosened, plan.policy-not-compared.
    """
    try:
        history = history_here(path)
        sha = history.resolve(history.fork(base, "HEAD") or base)
        before = _policy_at(history, sha, place_of(history, path))
    except AgentopsError as error:
        unknown = f"the policy was not held against the one of {base}: {error.message}"
        said = Report.of([Diagnostic(policy_codes.UNCOMPARED, unknown)])
    else:
        said = Report.of(loosened(before, planned.tree.policy, sha[:_SHORT]))
    return replace(planned, plan=replace(planned.plan, report=planned.plan.report + said))


def _policy_at(history: History, sha: str, place: Place) -> "Policy":
    from agentops.manifests.load import load
    from agentops.manifests.policies.policy import Policy

    if not is_there(history, sha, place):
        return Policy()
    with standing_in(history, sha, place) as path:
        tree = load(path)
    projects = [each for each in tree.documents if each.kind is Kind.PROJECT]
    if tree.report.has_errors and not projects:
        raise AgentopsError(f"the Project of {sha[:_SHORT]} has errors")
    # A rule that could not be read then would look like one that nobody ever had.
    places = {each.file for each in projects}
    for each in tree.report.diagnostics:
        if each.severity is Severity.ERROR and _may_hide_rules(each, places):
            raise AgentopsError(f"the policy of {sha[:_SHORT]} cannot be read whole: {each.message}")
    return tree.policy


def _may_hide_rules(diagnostic: Diagnostic, projects: Collection[str]) -> bool:
    is_at_project = diagnostic.span is not None and diagnostic.span.file in projects
    return is_at_project or diagnostic.code.slug.startswith(("policy.", "file.", "yaml."))
