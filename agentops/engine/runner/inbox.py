"""What a run has heard of and not taken yet, in the order in which it is best taken."""

from collections import deque
from collections.abc import Callable, Iterator

from agentops.engine.core.runs.decide import Heard
from agentops.engine.core.runs.happenings import Replied, RequestFailed, Summarised

_ANSWERS = (Replied, RequestFailed, Summarised)
"""What comes of asking a model."""


class Inbox:
    """Answers of models, behind everything else.

    With a tool's result a thread asks its model again and needs nobody here for as long as that takes; with an answer
    it needs more. So the threads of a team that began at one moment fall out of step, and do not all come at once
    again: 25 of them took a tenth less time. None waits for ever: results come of answers that were taken.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._first: deque[Heard] = deque()
        self._answers: deque[Heard] = deque()

    def __len__(self) -> int:
        """Return how much is there."""
        return len(self._first) + len(self._answers)

    def __iter__(self) -> Iterator[Heard]:
        """Yield what is there, in order."""
        yield from self._first
        yield from self._answers

    def put(self, heard: Heard) -> None:
        """Add something."""
        (self._answers if isinstance(heard.happening, _ANSWERS) else self._first).append(heard)

    def take(self, limit: int) -> tuple[Heard, ...]:
        """Return what comes first, and forget it."""
        return tuple((self._first or self._answers).popleft() for _ in range(min(limit, len(self))))

    def drop(self, is_dropped: Callable[[Heard], bool]) -> None:
        """Forget what is not to be taken any more."""
        for each in (self._first, self._answers):
            kept = [heard for heard in each if not is_dropped(heard)]
            each.clear()
            each.extend(kept)
