"""A repository that is its own forge: proposals are kept in it under refs, and git alone carries them.

`refs/agentops/proposals/7` is a commit whose tree holds `proposal.json`; its history is what happened to the proposal.
Every change moves its ref from where it was read, so that of two people one hears that the other was faster.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from agentops.base.clock import Clock, SystemClock
from agentops.base.errors import ForgeError, StaleProposal
from agentops.memory_repo import commits
from agentops.memory_repo.commits import Move
from agentops.memory_repo.forges.port import Draft, Mark, PullRequest, State
from agentops.memory_repo.git import Repository

PROPOSALS = "refs/agentops/proposals/"
STATUSES = "refs/agentops/statuses/"
_FILE, _STATUS_FILE = "proposal.json", "statuses.json"
_TRIES = 5
"""Somebody else may be faster; whoever loses reads again. More losses in a row mean that something else is off."""


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What the file says."""

    title: str
    body: str
    state: State
    branch: str
    base: str
    head: str
    labels: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """What was said about a commit."""

    mark: Mark
    words: str
    url: str


class LocalForge:
    """The proposals of a bare repository on this machine, or of any that git reaches."""

    def __init__(self, repository: Repository, clock: Clock | None = None) -> None:
        """Take the repository, and what dates commits."""
        self._repository = repository
        self._clock = clock or SystemClock()

    async def latest(self, branch: str) -> PullRequest | None:
        """Return the open pull request of the branch, or else its newest one, or None."""
        self._repository.fetch()
        return self._latest(branch)

    async def open(self, draft: Draft) -> PullRequest:
        """Open one; where there is one already, return that.

        Raises:
            ForgeError: a branch is missing, or brings nothing new.
        """
        for _ in range(_TRIES):
            self._repository.fetch()
            existing = self._latest(draft.branch)
            if existing and existing.state is State.OPEN:
                return existing
            number = 1 + max(self._numbers(), default=0)
            proposal = _Proposal(
                title=draft.title,
                body=draft.body,
                state=State.OPEN,
                branch=draft.branch,
                base=draft.base,
                head=self._ahead(draft.branch, draft.base),
                labels=tuple(sorted(set(draft.labels))),
            )
            if self._moved({_ref(number): Move(self._kept(proposal, None), None)}):
                return _shown(number, proposal)
        raise _busy(f"open a proposal of {draft.branch}")

    async def update(self, number: int, draft: Draft) -> PullRequest:
        """Give it another title and body."""
        return self._changed(number, lambda found: replace(found, title=draft.title, body=draft.body))

    async def close(self, number: int, *, words: str) -> None:
        """Close it without merging, and keep why; nothing, where it is closed."""

        def closed(found: _Proposal) -> _Proposal:
            if found.state is not State.OPEN:
                return found
            return replace(found, state=State.CLOSED, comments=(*found.comments, words))

        self._changed(number, closed)

    async def merge(self, number: int, *, head: str) -> PullRequest:
        """Merge it, if `head` is still the commit at its head: base and proposal move together, or neither does.

        Raises:
            StaleProposal: somebody pushed, closed or merged something else meanwhile.
            ForgeError: the two conflict.
        """
        for _ in range(_TRIES):
            self._repository.fetch()
            at, found = self._read(number)
            if found.head != head:
                raise StaleProposal(f"somebody pushed to proposal {number} meanwhile", hint="look at it again")
            if found.state is State.MERGED:
                return _shown(number, found)
            if found.state is State.CLOSED:
                raise StaleProposal(f"proposal {number} is closed meanwhile", hint="look at it and begin anew")
            tip = self._tip(found.base)
            merged = replace(found, state=State.MERGED)
            moves = {
                f"refs/heads/{found.base}": Move(self._merged(number, found, tip), tip),
                # The head moves nowhere, but it must be there: what is merged is what was looked at.
                f"refs/heads/{found.branch}": Move(head, head),
                _ref(number): Move(self._kept(merged, at), at),
            }
            if self._moved(moves):
                return _shown(number, merged)
        raise _busy(f"merge proposal {number}")

    async def status(self, commit: str, mark: Mark, *, context: str, words: str, url: str = "") -> None:
        """Set a commit status. Units: `words` at most 140 characters."""
        for _ in range(_TRIES):
            said = {**self.statuses(commit), context: Status(mark, words[:140], url)}
            at = self._repository.head(STATUSES + commit)
            text = _encoded({name: asdict(each) for name, each in said.items()})
            if self._moved({STATUSES + commit: Move(self._committed(_STATUS_FILE, text, at), at)}):
                return
        raise _busy(f"set the status of {commit[:12]}")

    def statuses(self, commit: str) -> Mapping[str, Status]:
        """Return what was said about a commit, by context."""
        self._repository.fetch()
        at = self._repository.head(STATUSES + commit)
        told = _decoded(self._repository.text(at, _STATUS_FILE)) if at else {}
        try:
            return {name: Status(Mark(each["mark"]), each["words"], each["url"]) for name, each in told.items()}
        except (KeyError, TypeError, ValueError):
            raise ForgeError(f"{STATUSES}{commit} is not as we write it") from None

    def comments(self, number: int) -> tuple[str, ...]:
        """Return what was said about a proposal."""
        self._repository.fetch()
        return self._read(number)[1].comments

    def _latest(self, branch: str) -> PullRequest | None:
        newest: PullRequest | None = None
        for number in sorted(self._numbers(), reverse=True):
            _, found = self._read(number)
            if found.branch != branch:
                continue
            if found.state is State.OPEN:
                return _shown(number, found)
            newest = newest or _shown(number, found)
        return newest

    def _numbers(self) -> list[int]:
        names = (name.removeprefix(PROPOSALS) for name in self._repository.refs(PROPOSALS))
        return [int(each) for each in names if each.isascii() and each.isdecimal()]

    def _read(self, number: int) -> tuple[str, _Proposal]:
        """Return the commit of a proposal, and what it says as things are now."""
        at = self._repository.head(_ref(number))
        if at is None:
            raise ForgeError(f"there is no proposal {number}")
        told = _decoded(self._repository.text(at, _FILE))
        try:
            lists = {name: tuple(map(str, told.pop(name))) for name in ("labels", "comments")}
            found = _Proposal(**{**told, **lists, "state": State(told["state"])})
        except (KeyError, TypeError, ValueError):
            raise ForgeError(f"{_ref(number)} is not as we write it") from None
        return at, self._now(found)

    def _now(self, found: _Proposal) -> _Proposal:
        """Return an open proposal with its branch's head; merged, where somebody did that by hand."""
        if found.state is not State.OPEN:
            return found
        head, tip = self._repository.head(found.branch), self._repository.head(found.base)
        live = replace(found, head=head or found.head)
        if tip and self._repository.has(live.head) and self._repository.is_ancestor(live.head, tip):
            return replace(live, state=State.MERGED)
        return live if head else replace(live, state=State.CLOSED)

    def _changed(self, number: int, change: Callable[[_Proposal], _Proposal]) -> PullRequest:
        for _ in range(_TRIES):
            self._repository.fetch()
            at, found = self._read(number)
            new = change(found)
            if new == found or self._moved({_ref(number): Move(self._kept(new, at), at)}):
                return _shown(number, new)
        raise _busy(f"change proposal {number}")

    def _ahead(self, branch: str, base: str) -> str:
        """Return the head of a branch that brings something new."""
        head, tip = self._tip(branch), self._tip(base)
        if self._repository.is_ancestor(head, tip):
            raise ForgeError(f"{branch} has nothing that {base} has not", hint="there is nothing to propose")
        return head

    def _tip(self, branch: str) -> str:
        found = self._repository.head(branch)
        if found is None:
            raise ForgeError(f"there is no branch {branch}", hint="push it first")
        return found

    def _merged(self, number: int, found: _Proposal, tip: str) -> str:
        merged = self._repository.merge(tip, found.head)
        if merged.conflicts:
            paths = ", ".join(merged.conflicts[:5])
            hint = "`agentops memory refresh` puts a dream on what main has now, `agentops memory sync` live edits"
            raise ForgeError(f"proposal {number} conflicts with {found.base} in {paths}", hint=hint)
        message = f"Merge proposal {number}: {found.title}"
        return self._repository.commit(
            commits.Draft(merged.tree, (tip, found.head), message, self._clock.now()),
        )

    def _kept(self, proposal: _Proposal, before: str | None) -> str:
        return self._committed(_FILE, _encoded(asdict(proposal)), before)

    def _committed(self, name: str, text: str, before: str | None) -> str:
        tree = self._repository.write(None, {name: text})
        parents = (before,) if before else ()
        return self._repository.commit(commits.Draft(tree, parents, f"Write {name}", self._clock.now()))

    def _moved(self, moves: Mapping[str, Move]) -> bool:
        """Tell whether the refs moved; they did not where somebody else was faster."""
        try:
            self._repository.push(moves)
        except StaleProposal:
            return False
        return True


def _ref(number: int) -> str:
    return f"{PROPOSALS}{number}"


def _shown(number: int, found: _Proposal) -> PullRequest:
    return PullRequest(
        number=number,
        url=_ref(number),
        state=found.state,
        branch=found.branch,
        base=found.base,
        title=found.title,
        body=found.body,
        head=found.head,
    )


def _encoded(told: Mapping[str, Any]) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _decoded(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ForgeError("a proposal of this repository is no JSON object")
    return found


def _busy(deed: str) -> StaleProposal:
    return StaleProposal(f"somebody else was faster, {_TRIES} times, to {deed}", hint="run the command again")
