"""Models that are recorded once and replayed offline: the same pieces, the same reply, byte for byte."""

import asyncio
from collections import Counter
from pathlib import Path

from agentops.base.threads import in_thread
from agentops.engine.core.conversation import Ask, Reply
from agentops.engine.models import cassette
from agentops.engine.models.cassette import Take, Tape
from agentops.engine.models.port import Hear, Model, ModelError, ModelRefusedRequest, Piece


class Recording:
    """Asks another model, and adds what it answers to a cassette."""

    def __init__(self, model: Model, path: Path) -> None:
        """Go on with the cassette, or begin one."""
        self._model = model
        self._path = path
        self._known: set[str] | None = None
        self._writing = asyncio.Lock()

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        """Return the other model's reply; a request that is cancelled is not recorded.

        Raises:
            ModelError: there is none; that is recorded too.
        """
        pieces: list[Piece] = []

        def hear_both(piece: Piece) -> None:
            pieces.append(piece)
            hear(piece)

        outcome: Reply | ModelError
        try:
            outcome = await self._model.ask(ask, hear_both)
        except ModelError as error:
            outcome = error
        async with self._writing:
            await in_thread(self._add, ask, Take(tuple(pieces), outcome))
        if isinstance(outcome, ModelError):
            raise outcome
        return outcome

    def _add(self, ask: Ask, take: Take) -> None:
        if self._known is None:
            self._known = self._begun()
        asked = cassette.parts(ask)
        new = [each for each in asked if each.digest not in self._known]
        with self._path.open("a", encoding="utf-8") as file:
            file.write("".join(f"{each}\n" for each in cassette.lines(new, take, asked[-1].digest)))
        self._known.update(each.digest for each in new)

    def _begun(self) -> set[str]:
        """Return the parts that are in the cassette, once it has its first line and ends with a whole one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)  # conversations are their owner's
        lines = _lines(self._path)
        whole = [each for each in lines if each.endswith("\n")]
        with self._path.open("a", encoding="utf-8") as file:
            if whole != lines:
                file.truncate(sum(len(each.encode()) for each in whole))
            if not whole:
                file.write(f"{cassette.first_line()}\n")
        return set(cassette.read(whole).parts)


class Recorded:
    """Answers as a cassette has it; of several answers to one request each in its turn, and then the last again."""

    def __init__(self, tape: Tape) -> None:
        """Begin at the first answers."""
        self._tape = tape
        self._asked: Counter[str] = Counter()

    @classmethod
    def of(cls, path: Path) -> "Recorded":
        """Return the model that the file recorded.

        Raises:
            UsageError: it is no cassette.
        """
        return cls(cassette.read(_lines(path)))

    async def ask(self, ask: Ask, hear: Hear) -> Reply:
        """Return the recorded reply; its pieces are heard before.

        Raises:
            ModelError: it was recorded, or the request was not.
        """
        asked = cassette.parts(ask)
        digest = asked[-1].digest
        takes = self._tape.takes.get(digest)
        if not takes:
            who = ask.agent_name or "the agent"
            raise ModelRefusedRequest(
                f"The cassette has no answer to this request of {who}. {self._tape.difference(asked)} Record it again."
            )
        take = takes[min(self._asked[digest], len(takes) - 1)]
        self._asked[digest] += 1
        for piece in take.pieces:
            hear(piece)
        if isinstance(take.outcome, ModelError):
            raise type(take.outcome)(
                take.outcome.message, retry_after_s=take.outcome.retry_after_s, may_pass=take.outcome.may_pass
            )
        return take.outcome


def _lines(path: Path) -> list[str]:
    # A crash may have cut a character in two.
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        return file.readlines()
