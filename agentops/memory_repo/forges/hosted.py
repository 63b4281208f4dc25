"""A forge behind an API: the port, the same for every vendor. What each one calls things is in its dialect."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Protocol

from agentops.base.errors import ForgeError, StaleProposal
from agentops.memory_repo.forges.answers import Answer, reason, text
from agentops.memory_repo.forges.http import Call, Client
from agentops.memory_repo.forges.port import Draft, Mark, PullRequest, State

_UNTIL_KNOWN_S = (1.0, 3.0)
"""A forge learns of a push a little after the push is done: how long we wait until it knows."""
_WORDS_LIMIT = 140
"""Source: GitHub Docs, "Commit statuses": a longer description is refused."""


class No(Enum):
    """Why a forge did not do it."""

    THERE_IS_ONE = "there is one already"
    NOT_YET = "it does not know yet what was pushed, or is still thinking"
    STALE = "somebody pushed meanwhile"
    NEVER = "it will not"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A no that the port has an answer to."""

    why: No
    words: str


class Dialect(Protocol):
    """What one vendor calls things: requests as values, and what the answers mean."""

    def lists(self, branch: str) -> Sequence[Call]:
        """Return the lists in which a branch's pull requests are, each newest first; what is open, in the first."""
        ...

    def pull_request(self, data: Any) -> PullRequest | None:
        """Return what an answer tells of one; None when it comes from another repository, whatever its branch."""
        ...

    def one(self, number: int) -> Call:
        """Return the request for one."""
        ...

    def opening(self, draft: Draft) -> Call:
        """Return the request that opens one."""
        ...

    def refusal(self, answer: Answer) -> No:
        """Tell why the forge did not open or merge."""
        ...

    def editing(self, number: int, draft: Draft) -> Call:
        """Return the request that gives it another title and body."""
        ...

    def closing(self, number: int) -> Call:
        """Return the request that closes it."""
        ...

    def comments(self, number: int) -> Call:
        """Return the list of what was said about it."""
        ...

    def commenting(self, number: int, words: str) -> Call:
        """Return the request that says something."""
        ...

    def merging(self, number: int, head: str) -> Call:
        """Return the request that merges this very head."""
        ...

    def marking(self, commit: str, mark: Mark, context: str, words: str, url: str) -> Call:
        """Return the request that sets a commit status."""
        ...

    async def label(self, client: Client, number: int, labels: Sequence[str]) -> None:
        """Attach labels, where opening has not done it."""
        ...


class HostedForge:
    """One repository on a forge with an API."""

    def __init__(self, client: Client, dialect: Dialect) -> None:
        """Take the client and the vendor's words."""
        self._client = client
        self._dialect = dialect

    async def latest(self, branch: str) -> PullRequest | None:
        """Return the open pull request of the branch, or else its newest one, or None."""
        newest: PullRequest | None = None
        for listed in self._dialect.lists(branch):
            async for found in self._of(branch, listed):
                if found.state is State.OPEN:
                    return found
                newest = newest or found
        return newest

    async def open(self, draft: Draft) -> PullRequest:
        """Open one; where the forge says that there is one already, return that.

        Raises:
            ForgeError: it says no.
        """
        for pause in (*_UNTIL_KNOWN_S, None):
            found = await self._client.write(
                self._dialect.opening(draft), self._done_or_refused, lambda: self._opened(draft.branch)
            )
            if isinstance(found, PullRequest):
                if draft.labels:
                    await self._dialect.label(self._client, found.number, draft.labels)
                return found
            if found.why is No.THERE_IS_ONE and (existing := await self._opened(draft.branch)):
                return existing
            if pause is None or found.why is No.NEVER:
                raise self._refused(f"open a pull request of {draft.branch}", found)
            await self._client.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def update(self, number: int, draft: Draft) -> PullRequest:
        """Give it another title and body."""

        async def done() -> PullRequest | None:
            found = await self._one(number)
            return found if (found.title, found.body) == (draft.title, draft.body) else None

        return await self._client.write(self._dialect.editing(number, draft), self._understood, done)

    async def close(self, number: int, *, words: str) -> None:
        """Close it without merging, and say why in a comment; nothing, where it is closed."""
        if (await self._one(number)).state is not State.OPEN:
            return
        await self._say(number, words)

        async def done() -> PullRequest | None:
            found = await self._one(number)
            return None if found.state is State.OPEN else found

        await self._client.write(self._dialect.closing(number), self._understood, done)

    async def merge(self, number: int, *, head: str) -> PullRequest:
        """Merge it, if `head` is still the commit at its head.

        Raises:
            StaleProposal: somebody pushed, closed or merged something else meanwhile.
            ForgeError: the forge will not: a protected branch, a conflict.
        """
        found = await self._known(number, head)
        if found.state is State.MERGED and found.head == head:
            return found
        if found.state is not State.OPEN:
            raise StaleProposal(f"pull request {number} is {found.state} meanwhile", hint="look at it and begin anew")
        if found.head != head:
            raise _pushed(number)
        for pause in (*_UNTIL_KNOWN_S, None):
            refusal = await self._merged(number, head)
            if refusal is None:
                return replace(found, state=State.MERGED)
            if refusal.why is No.STALE:
                raise _pushed(number)
            if pause is None or refusal.why is not No.NOT_YET:
                raise self._refused(f"merge pull request {number}", refusal)
            await self._client.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def status(self, commit: str, mark: Mark, *, context: str, words: str, url: str = "") -> None:
        """Set a commit status. Units: `words` at most 140 characters."""
        shown = words if len(words) <= _WORDS_LIMIT else f"{words[: _WORDS_LIMIT - 1]}…"
        call = self._dialect.marking(commit, mark, context, shown, url)

        def judged(answer: Answer) -> Refusal | None:
            return None if answer.status < 300 else Refusal(self._dialect.refusal(answer), reason(answer.data))

        for pause in (*_UNTIL_KNOWN_S, None):
            # The newest one of a context is the one that counts: saying it twice changes nothing.
            refusal = await self._client.write(call, judged)
            if refusal is None or refusal.why is No.THERE_IS_ONE:
                return
            if pause is None or refusal.why is not No.NOT_YET:
                raise self._refused(f"set the status of {commit[:12]}", refusal)
            await self._client.sleep(pause)

    async def _one(self, number: int) -> PullRequest:
        return await self._client.read(self._dialect.one(number), self._understood)

    async def _opened(self, branch: str) -> PullRequest | None:
        async for found in self._of(branch, self._dialect.lists(branch)[0]):
            if found.state is State.OPEN:
                return found
        return None

    async def _of(self, branch: str, listed: Call) -> AsyncIterator[PullRequest]:
        """Go through the branch's pull requests in a list."""
        async for found in self._client.pages(listed, self._dialect.pull_request):
            if found and found.branch == branch:
                yield found

    async def _known(self, number: int, head: str) -> PullRequest:
        """Return the pull request; when its head is another one, after a while in which the forge may learn of it."""
        for pause in _UNTIL_KNOWN_S:
            found = await self._one(number)
            if found.head == head or found.state is not State.OPEN:
                return found
            await self._client.sleep(pause)
        return await self._one(number)

    async def _merged(self, number: int, head: str) -> Refusal | None:
        """Return nothing once it is merged."""

        async def done() -> tuple[()] | None:
            found = await self._one(number)
            return () if found.state is State.MERGED and found.head == head else None

        def judged(answer: Answer) -> Refusal | tuple[()]:
            return () if answer.status < 300 else Refusal(self._dialect.refusal(answer), reason(answer.data))

        return await self._client.write(self._dialect.merging(number, head), judged, done) or None

    async def _say(self, number: int, words: str) -> None:
        """Comment, unless just that was said before."""

        async def said() -> bool | None:
            comments = self._client.pages(self._dialect.comments(number), lambda data: text(data, "body"))
            async for each in comments:
                if each.strip() == words.strip():
                    return True
            return None

        if not await said():
            await self._client.write(self._dialect.commenting(number, words), lambda _: True, said)

    def _understood(self, answer: Answer) -> PullRequest:
        found = self._dialect.pull_request(answer.data)
        if found is None:
            raise ForgeError(f"{self._client.site.label} speaks of a pull request from another repository")
        return found

    def _done_or_refused(self, answer: Answer) -> PullRequest | Refusal:
        if answer.status < 300:
            return self._understood(answer)
        return Refusal(self._dialect.refusal(answer), reason(answer.data))

    def _refused(self, deed: str, refusal: Refusal) -> ForgeError:
        words = self._client.safe(refusal.words) or refusal.why.value
        hint = "look at the branch's protection and at the pull request"
        return ForgeError(f"{self._client.site.label} refuses to {deed}: {words}", hint=hint)


def _pushed(number: int) -> StaleProposal:
    return StaleProposal(f"somebody pushed to pull request {number} meanwhile", hint="look at it again, then merge it")
