"""What follows from notes: the heads of their files, the files that hold none any more, and the index."""

from agentops.memory import layout
from agentops.memory.drafting import Draft
from agentops.memory.files import parse


def project(draft: Draft) -> None:
    """Bring everything that is derived up to date, where something changed."""
    for path in draft.changed():
        text = draft.files.get(path)
        if text is not None and path != layout.INDEX and not "".join(parse(path, text).lines).strip():
            del draft.files[path]
