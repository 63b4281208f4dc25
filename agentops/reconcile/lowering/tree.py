"""A whole tree → everything it asks for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from agentops.base.diagnostics import Report
from agentops.base.names import Kind
from agentops.manifests.document import Tree
from agentops.reconcile.brakes import Brake, Brakes
from agentops.reconcile.lowering.deployment import deployment
from agentops.reconcile.lowering.dream_schedule import dream_schedule
from agentops.reconcile.lowering.identities import identities
from agentops.reconcile.lowering.memory_store import memory_store
from agentops.reconcile.lowering.plain import plain
from agentops.reconcile.lowering.rubric import rendered_rubric
from agentops.reconcile.lowering.setting import NOTHING, Lowering, Setting, owner_of
from agentops.reconcile.lowering.skill import skill
from agentops.reconcile.lowering.team import team
from agentops.reconcile.lowering.vault import vault
from agentops.reconcile.resource import GRACE, Desired
from agentops.wire.durations import seconds

LOWERINGS: Mapping[Kind, Lowering] = {
    Kind.AGENT: plain,
    Kind.DEPLOYMENT: deployment,
    Kind.DREAM_SCHEDULE: dream_schedule,
    Kind.ENVIRONMENT: plain,
    Kind.MEMORY_STORE: memory_store,
    Kind.SKILL: skill,
    Kind.TEAM: team,
    Kind.VAULT: vault,
    Kind.WEBHOOK: plain,
}
"""What makes the live objects of a kind, one or more of each document. Project and Rubric have none."""


def lower(tree: Tree, environ: Mapping[str, str] | None = NOTHING) -> tuple[Desired, Report]:
    """Return what the tree asks for, and what cannot be asked of any target.

    `environ` is where `{env: NAME}` is found; with None no secret is read, and each counts as the one that was sent.

    Reports:
        plan.rubric-too-long.
    """
    setting = Setting(tree, environ)
    lowered = (LOWERINGS[each.kind](each, setting) for each in tree.documents if each.kind in LOWERINGS)
    resources = tuple(resource for found in lowered for resource in found)
    rubrics = tuple(rendered_rubric(each) for each in tree.documents if each.kind is Kind.RUBRIC)
    desired = Desired.of(owner_of(tree), resources, rubrics)
    desired = replace(desired, brakes=_brakes(tree), grace=_grace(tree), identities=identities(tree))
    return desired, Report.of(setting.diagnostics)


def _grace(tree: Tree) -> timedelta:
    """Return how long what is retired waits."""
    given = (tree.project.data.get("prune") or {}).get("grace") if tree.project else None
    return timedelta(seconds=seconds(given)) if given else GRACE


def _brakes(tree: Tree) -> Brakes:
    """Return the project's brakes: what it sets, on top of the defaults."""
    given = (tree.project.data.get("brakes") or {}) if tree.project else {}
    default = Brakes()
    return Brakes(
        archive=Brake(given.get("max_archive_share", default.archive.share), given.get("max_archive_count")),
        update=Brake(given.get("max_update_share", default.update.share), given.get("max_update_count")),
    )
