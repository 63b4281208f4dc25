"""What follows from notes: the heads of their files, the files that hold none any more, and the index."""

from dataclasses import replace

from agentops.memory import index, layout
from agentops.memory.drafting import Draft
from agentops.memory.files import parse, written
from agentops.memory.heads import has_more, headed
from agentops.memory.index import told_of
from agentops.memory.notes import Memory


def project(draft: Draft) -> None:
    """Bring everything that is derived up to date, where something changed; without a change nothing is touched."""
    touched = draft.touched()
    for path in touched:
        if path in draft.files:
            _project_file(draft, path)
    if touched:
        _project_index(draft)


def _project_file(draft: Draft, path: str) -> None:
    file = parse(path, draft.files[path])
    is_empty = not "".join(file.lines).strip()
    if is_empty and not has_more(file.head):
        del draft.files[path]
    elif layout.is_note_file(path):
        before = draft.memory
        told = told_of(before.files, before.ledger.records, path) if path in before.files else None
        head = headed(file.head, told, told_of(draft.files, draft.records, path))
        draft.files[path] = written(replace(file, head=head))


def _project_index(draft: Draft) -> None:
    found = index.entries(Memory(draft.files, replace(draft.memory.ledger, records=draft.records)))
    text = index.indexed(draft.files.get(layout.INDEX, ""), found)
    if text:
        draft.files[layout.INDEX] = text
    else:
        draft.files.pop(layout.INDEX, None)
