"""A whole tree → everything it asks for."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from agentops.base.diagnostics import Diagnostic, Report
from agentops.base.names import Kind
from agentops.manifests.document import Document, Tree
from agentops.reconcile import codes
from agentops.reconcile.brakes import Brake, Brakes
from agentops.reconcile.lowering.fields import declared, name_span
from agentops.reconcile.lowering.memory_store import memory_store_fields, seeds
from agentops.reconcile.lowering.rubric import rendered_rubric
from agentops.reconcile.lowering.team import team_fields
from agentops.reconcile.objects import BECOMES
from agentops.reconcile.resource import Desired, Field, Resource

_WITHOUT_OBJECT = frozenset({Kind.PROJECT, Kind.RUBRIC})


def lower(tree: Tree) -> tuple[Desired, Report]:
    """Return what the tree asks for, and what cannot be asked of any target yet.

    Reports:
        plan.unsupported-kind: the kind is validated, but nothing creates its object in this version.
    """
    owner = tree.project.name if tree.project else ""
    resources = tuple(_resource(each, tree) for each in tree.documents if each.kind in BECOMES)
    rubrics = tuple(rendered_rubric(each) for each in tree.documents if each.kind is Kind.RUBRIC)
    desired = replace(Desired.of(owner, resources, rubrics), brakes=_brakes(tree))
    return desired, Report.of(_unsupported(tree))


def _brakes(tree: Tree) -> Brakes:
    """Return the project's brakes: what it sets, on top of the defaults."""
    given = (tree.project.data.get("brakes") or {}) if tree.project else {}
    default = Brakes()
    return Brakes(
        archive=Brake(given.get("max_archive_share", default.archive.share), given.get("max_archive_count")),
        update=Brake(given.get("max_update_share"), given.get("max_update_count")),
    )


def _resource(document: Document, tree: Tree) -> Resource:
    return Resource(
        address=document.address,
        object=BECOMES[document.kind],
        fields=_fields(document, tree),
        source=document.file,
        place=partial(name_span, document),
        protect=document.annotations.get("protect") == "true",
        seeds=seeds(document) if document.kind is Kind.MEMORY_STORE else {},
    )


def _fields(document: Document, tree: Tree) -> dict[str, Field]:
    match document.kind:
        case Kind.TEAM:
            return team_fields(document, tree)
        case Kind.MEMORY_STORE:
            return memory_store_fields(document)
        case _:
            return declared(document)


def _unsupported(tree: Tree) -> Iterator[Diagnostic]:
    for document in tree.documents:
        if document.kind not in BECOMES and document.kind not in _WITHOUT_OBJECT:
            yield Diagnostic(
                codes.UNSUPPORTED_KIND,
                f"{document.address} is valid, but this version of agentops cannot create a {document.kind} yet",
                name_span(document),
                "keep it in a tree of its own until then: a tree is applied whole or not at all",
            )
