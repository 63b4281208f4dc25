"""Resources as a person declares them: YAML on a disk, loaded and lowered."""

from pathlib import Path

from agentops.base.diagnostics import Report
from agentops.manifests.load import load
from agentops.reconcile.lowering import lower
from agentops.reconcile.resource import Desired, Resource

_HEAD = "apiVersion: agentops/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"


def manifest(kind: str, name: str, spec: str) -> str:
    """Return a document; the spec's lines stand from line 5 on."""
    lines = "".join(f"  {line}\n" for line in spec.strip().splitlines())
    return _HEAD.format(kind=kind, name=name) + lines


def declared(folder: Path, *documents: str, **environ: str) -> tuple[Resource, ...]:
    """Return what the documents ask for, each in a file of its own: `1.yaml`, `2.yaml`, …"""
    desired, report = lowered(folder, *documents, **environ)
    assert not report.diagnostics, report.diagnostics
    return desired.resources


def lowered(folder: Path, *documents: str, reads_secrets: bool = True, **environ: str) -> tuple[Desired, Report]:
    """Return what the documents ask for, and what is to be said about that."""
    tree = folder / "agents.d"
    tree.mkdir(exist_ok=True)
    for place, each in enumerate((*documents, manifest("Project", "acme", "{}")), start=1):
        (tree / f"{place}.yaml").write_text(each)
    loaded = load(tree)
    assert not loaded.report.has_errors, [(str(each.span), each.message) for each in loaded.report.diagnostics]
    return lower(loaded, environ if reads_secrets else None)
