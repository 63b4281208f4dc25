"""A reply while it comes in: what is shown of it gets the ids that its events will have."""

from collections.abc import Callable

from agentops.base.ids import IdSource
from agentops.engine.core.runs.happenings import Preview
from agentops.engine.models.port import Piece, TextPiece
from agentops.engine.previews import Part

Show = Callable[[str | None, Part], None]
"""Lets watchers see a part of a reply of a thread."""


class Listener:
    """Hears one reply."""

    def __init__(self, ids: IdSource, show: Callable[[Part], None]) -> None:
        """Begin with nothing heard."""
        self._ids = ids
        self._show = show
        self._message_id: str | None = None
        self._thinking_ids: list[str] = []
        self._blocks: dict[int, int] = {}
        """Which text of the message a block of the reply is."""

    def hear(self, piece: Piece) -> None:
        """Show a piece."""
        if not isinstance(piece, TextPiece):
            self._thinking_ids.append(self._ids.new("sevt"))
            self._show(Part(self._thinking_ids[-1], "agent.thinking"))
            return
        if self._message_id is None:
            self._message_id = self._ids.new("sevt")
            self._show(Part(self._message_id, "agent.message"))
        index = self._blocks.setdefault(piece.index, len(self._blocks))
        self._show(Part(self._message_id, "agent.message", piece.text, index))

    def preview(self) -> Preview:
        """Return the ids that were shown."""
        return Preview(self._message_id, tuple(self._thinking_ids))
