"""A text with edits made in one of its documents, and the proof that nothing else in it changed."""

from collections.abc import Collection, Sequence
from typing import Any

from agentops.base.diagnostics import Severity
from agentops.base.errors import CannotEdit
from agentops.base.paths import Path
from agentops.manifests import yaml
from agentops.manifests.editing.alike import is_same
from agentops.manifests.editing.edit import Edit, changed
from agentops.manifests.marks import Text
from agentops.manifests.parsed import Parsed

_BY_HAND = "write it by hand"


def edited(text: str, document: int, edits: Sequence[Edit]) -> str:
    """Return the text with the edits made in one of its documents; every other byte of it stays.

    Documents are counted from 0, empty ones left out. What comes out was read again: it says what it is to say.

    Raises:
        CannotEdit: the text is no manifest, or says it in a way that cannot be rewritten.
    """
    before = _read(text)
    if document >= len(before):
        raise CannotEdit(f"there are {len(before)} documents in it, and none is number {document + 1}")
    wanted = [each.data for each in before]
    wanted[document] = changed(wanted[document], edits)
    if is_same(wanted[document], before[document].data):
        return text
    for whole in ((), [each.path for each in edits]):
        found = _spliced(text, document, (before[document].data, wanted[document]), whole)
        for each in (found.removesuffix("\r\n").removesuffix("\n"), found) if text[-1:] != "\n" else (found,):
            if _says(each, wanted):
                return each
    places = ", ".join(f"`{'.'.join(map(str, each.path))}`" for each in edits)
    raise CannotEdit(f"{places} cannot be rewritten in the way it is written there", hint=_BY_HAND)


def _spliced(text: str, document: int, values: tuple[Any, Any], whole: Collection[Path]) -> str:
    # ruamel.yaml is not loaded on the path of a plan.
    from agentops.manifests.editing.layout import Layout, nodes_of  # noqa: PLC0415 - ruamel is dear
    from agentops.manifests.editing.splices import Differ, Place, applied  # noqa: PLC0415 - loads it too

    layout = Layout(text if text.endswith("\n") else text + ("\r\n" if "\r\n" in text else "\n"))
    nodes = nodes_of(layout.text)
    differ = Differ(layout, layout.indentation(nodes), whole)
    root = nodes[document]
    differ.change(Place(root, root.start_mark.index, 0), *values)
    return applied(layout.text, differ.splices)


def _read(text: str) -> tuple[Parsed, ...]:
    stream = yaml.read(Text("", text))
    has_errors = any(each.severity is Severity.ERROR for each in stream.diagnostics)
    if has_errors or not stream.complete:
        raise CannotEdit("the file is not one that `agentops validate` takes", hint="mend it first")
    return stream.documents


def _says(text: str, wanted: Sequence[Any]) -> bool:
    stream = yaml.read(Text("", text))
    is_sound = stream.complete and not any(each.severity is Severity.ERROR for each in stream.diagnostics)
    return is_sound and is_same([each.data for each in stream.documents], list(wanted))
