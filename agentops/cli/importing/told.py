"""What an import would do or has done, as text and as JSON."""

from collections.abc import Iterator
from typing import Any

from agentops.base.diagnostics import Severity
from agentops.base.names import Kind
from agentops.base.paint import Paint, on_one_line
from agentops.base.wording import counted
from agentops.cli.importing.finding import Standing
from agentops.cli.importing.working import Drafts
from agentops.manifests.marks import Text
from agentops.manifests.rules import security
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.values import at
from agentops.reconcile.views.steps import Sign

_MOST_LEFT = 20
_MOST_FILES = 10


def lines(drafts: Drafts, paint: Paint) -> Iterator[str]:
    """Yield what is taken over and written, what is left alone, and what the person has to do."""
    for group in (_taken(drafts, paint), _written(drafts, paint), _left(drafts), _noted(drafts)):
        if found := [*group]:
            yield from (*found, "")
    yield summary(drafts)


def _taken(drafts: Drafts, paint: Paint) -> Iterator[str]:
    rows = [(str(each.subject.address), each.manifest, each.subject.live.id) for each in drafts.drafts]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for each, row in zip(drafts.drafts, rows, strict=True):
        live = each.subject.live
        sign = f"{Sign.ADOPT if live.marks is None else Sign.RESTAMP:2}"
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"  {paint('cyan', sign)} {'  '.join(cells)}  {_label(live.object, live.body)}".rstrip()


def _written(drafts: Drafts, paint: Paint) -> Iterator[str]:
    """Yield the files that stand in no line of their own: the project's, and texts that manifests name."""
    others = sorted({*drafts.files} - {each.manifest for each in drafts.drafts})
    for each in others[:_MOST_FILES]:
        yield f"  {paint('green', f'{Sign.CREATE:2}')} {on_one_line(each)}"
    if len(others) > _MOST_FILES:
        yield f"  … and {len(others) - _MOST_FILES} more files; -o json lists them all"


def _noted(drafts: Drafts) -> Iterator[str]:
    yield from (f"  note: {on_one_line(each)}" for each in drafts.notes)


def summary(drafts: Drafts) -> str:
    """Return the last line: stable, and made to be searched for."""
    objects, left = len(drafts.taken), len(drafts.left)
    return f"Import: {objects} to take over, {counted(len(drafts.files), 'file')} to write, {left} left alone."


def afterwards(drafts: Drafts, *, is_bound: bool) -> Iterator[str]:
    """Yield what is left to the person: which variables to set, and what comes next."""
    yield ""
    if drafts.secrets:
        yield "The target shows no secrets, so the manifests name variables for them. Set these where agentops runs:"
        yield from (f"  {address}: {', '.join(names)}" for address, names in drafts.secrets.items())
        yield "The next plan shows each as a change of a secret: applied once, it is compared from then on."
        if any(each.startswith(f"{Kind.DEPLOYMENT}/") for each in drafts.secrets):
            yield "A repository that is public needs no token: remove its line `authorization_token`."
    elif is_bound:
        yield "`agentops plan` shows no changes for these. Look at the files, and commit them."
    if not is_bound:
        adopted = " ".join(f"--adopt {each.subject.address}" for each in drafts.drafts[:3])
        more = " …" if len(drafts.drafts) > 3 else ""
        yield f"Nothing was marked: `agentops apply {adopted}{more}` takes the objects over."


def document(drafts: Drafts, outcome: Any) -> dict[str, Any]:
    """Return the JSON shape."""
    return {
        "format_version": 1,
        "target": drafts.target.label,
        "owner": drafts.place.owner,
        "imported": [
            {
                "address": str(each.subject.address),
                "id": each.subject.live.id,
                "manifest": each.manifest,
                "files": sorted(each.files),
            }
            for each in drafts.drafts
        ],
        "written": sorted(drafts.files),
        "left": [
            {"id": each.found.live.id, "kind": each.found.kind.value, "reason": each.reason} for each in drafts.left
        ],
        "secrets": drafts.secrets,
        "notes": list(drafts.notes),
        "outcome": outcome,
    }


def _left(drafts: Drafts) -> Iterator[str]:
    """Yield what is left alone and why; of what is declared already, only how much it is."""
    told = [each for each in drafts.left if each.found.standing is not Standing.DECLARED]
    if told:
        yield "Left alone:"
    for each in told[:_MOST_LEFT]:
        label = _label(each.found.live.object, each.found.live.body)
        yield f"  {each.found.kind} {each.found.live.id} ({label}): {on_one_line(each.reason)}"
    if len(told) > _MOST_LEFT:
        yield f"  … and {len(told) - _MOST_LEFT} more; -o json lists them all"
    if declared := len(drafts.left) - len(told):
        yield f"  {declared} declared already."


def _label(kind: Any, body: Any) -> str:
    """Return what people know an object by, unless a secret stands in it."""
    label = str(OBJECTS[kind].alike(body) or at(body, "url") or "")
    has_secret = any(each.severity is Severity.ERROR for each in security.text(Text("", label)))
    return "not shown: it looks like a secret" if has_secret else on_one_line(label)[:40]
