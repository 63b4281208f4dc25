"""Whether the files say exactly what is live: loaded, lowered and planned in a folder aside, before one is written."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from agentops.base.diagnostics import Diagnostic, Report, Severity
from agentops.base.errors import InvalidManifests
from agentops.base.names import Address, Kind
from agentops.cli.importing.binding import binding, difference
from agentops.cli.importing.drafting import Drafted
from agentops.manifests.document import Tree
from agentops.manifests.folders import contents_of
from agentops.manifests.load import load
from agentops.manifests.texts import Files, Refused
from agentops.reconcile.lowering import lower
from agentops.reconcile.observed import World


@dataclass(frozen=True, slots=True)
class Ground:
    """What is there already."""

    root: Path
    tree: Tree | None
    extra: Mapping[str, bytes]
    """Files that are written beside those of objects."""


def problems(ground: Ground, drafts: Sequence[Drafted], world: World) -> dict[Address, str]:
    """Return what keeps objects from being imported exactly, by address; nothing when all of them can be.

    Raises:
        InvalidManifests: the tree would not be right, and no object alone is why.
    """
    with TemporaryDirectory(prefix="agentops-import-") as folder:
        root = Path(folder).resolve()
        _write(root, _existing(ground))
        _write(root, ground.extra)
        for each in drafts:
            _write(root, each.files)
        tree = load(root)
        by_file = {path: each.subject.address for each in drafts for path in each.files}
        found, rest = _blamed(tree.report, by_file, root)
        if not found and rest:
            raise InvalidManifests(Report.of(rest), tree.source_line)
        return found or _not_exact(tree, drafts, world)


def _not_exact(tree: Tree, drafts: Sequence[Drafted], world: World) -> dict[Address, str]:
    desired, report = lower(tree, None)
    taken = {address: each for draft in drafts for address, each in taken_by(draft).items()}
    plan = binding(desired, world, "", taken)
    names = {each.subject.address: each.subject.address for each in drafts}
    found: dict[Address, str] = {}
    for step in plan.steps:
        holder = replace(step.address, part="")
        if holder in names and (told := difference(step)):
            found.setdefault(holder, told)
    errors = [each for each in (*report.diagnostics, *plan.report.diagnostics) if each.severity is Severity.ERROR]
    for each in errors:
        address = next((name for name in names if each.message.startswith(f"{name} ")), None)
        if address:
            found.setdefault(address, each.message)
    return found


def taken_by(draft: Drafted) -> dict[Address, str]:
    """Return the ids of the objects that one manifest declares, by their addresses."""
    subject = draft.subject
    parts = {address: each.id for each, address in zip(subject.parts, part_names(draft), strict=True)}
    return {subject.address: subject.live.id, **parts}


def part_names(draft: Drafted) -> list[Address]:
    """Return what the parts of an object are called, in their order."""
    return [replace(draft.subject.address, part=name) for name in draft.spec.get("credentials") or ()]


def _blamed(
    report: Report, by_file: Mapping[str, Address], root: Path
) -> tuple[dict[Address, str], tuple[Diagnostic, ...]]:
    """Return the errors by the object whose file they are in, and those that are in no such file."""
    found: dict[Address, str] = {}
    rest: list[Diagnostic] = []
    for each in report.diagnostics:
        if each.severity is not Severity.ERROR:
            continue
        address = by_file.get(_below(each.span.file, root)) if each.span else None
        if address is None:
            rest.append(each)
        else:
            found.setdefault(address, each.message)
    return found, tuple(rest)


def _below(shown: str, root: Path) -> str:
    real = os.path.abspath(shown)  # noqa: PTH100 - `resolve` would follow links, and the file may be one
    return os.path.relpath(real, root)


def _existing(ground: Ground) -> dict[str, bytes]:
    """Return every file of the tree that its manifests are made of."""
    if ground.tree is None:
        return {}
    found = {}
    for shown, text in ground.tree.texts.items():
        path = _below(shown, ground.root)
        if not path.startswith(".."):
            found[path] = text.text.encode()
    reachable = Files(ground.root)
    for document in ground.tree.documents:
        if document.kind is Kind.SKILL:
            found |= _skill(reachable, document.file, document.data["folder"], ground.root)
    return found


def _skill(reachable: Files, manifest: str, folder: str, root: Path) -> dict[str, bytes]:
    try:
        contents = contents_of(reachable, manifest, folder)
    except Refused:
        return {}
    home = _below(str(Path(manifest).parent / folder), root)
    return {f"{home}/{path}": each.data for path, each in contents.items()}


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
