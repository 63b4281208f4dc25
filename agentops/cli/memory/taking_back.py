"""A person takes something back: a revert on main or in a pull request, or forgetting, everywhere and for good."""

import getpass
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentops.base.canonical import text_digest
from agentops.base.clock import SystemClock
from agentops.base.errors import TargetConflict, UsageError
from agentops.base.threads import in_thread
from agentops.cli.memory import working
from agentops.cli.memory.ground import Ground, ground
from agentops.cli.memory.tracing import head, holder
from agentops.memory.notes import Note
from agentops.memory_repo import layout
from agentops.memory_repo.commits import Move, Person
from agentops.memory_repo.forges.finding import ForgeKind
from agentops.memory_repo.forges.port import Draft, PullRequest
from agentops.memory_repo.forgetting import Wanted, forgotten, left
from agentops.memory_repo.proposals.committing import memory_at
from agentops.memory_repo.reverting import Stamp, commit_of, retired, reverted
from agentops.memory_repo.syncing.policy import Mode
from agentops.memory_repo.syncing.subject import Subject
from agentops.targets.memory import Memory

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Landed:
    """Where a commit went: to main, or to a pull request."""

    commit: str
    title: str
    request: PullRequest | None = None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten, and what remains."""

    landed: Landed | None
    was_held: bool
    """Whether a memory, on main or live, held it."""

    memories: tuple[str, ...]
    redacted: int
    left: Mapping[str, tuple[str, ...]]
    """Files that still hold it, by the ref that has them at its head; `live` and `versions` for the store itself."""

    in_history: int
    """In how many commits of git's history it was written or taken out."""


def stamp() -> Stamp:
    """Return who is at the terminal, and now. Source: git(1), GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL."""
    name = os.environ.get("GIT_AUTHOR_NAME") or _user()
    return Stamp(Person(name, os.environ.get("GIT_AUTHOR_EMAIL") or f"{name}@localhost"), SystemClock().now())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


async def revert(what: str, flag: str | None) -> Landed:
    """Take a commit of main, or a note, back.

    Raises:
        UsageError: it names neither, or a note whose file the repository does not write live.
        RepositoryError: later commits changed the same lines.
    """
    async with ground(flag) as here:
        main = head(here.repository, here.declared)
        found = holder(here.repository, main, here.declared, what.removeprefix("^"))
        if found is not None:
            store, note = found
            _check_has_effect(here.subjects([store])[0], note)
            made = await in_thread(retired, here.repository, main, store, note.anchor, stamp())
        else:
            commit = await in_thread(commit_of, here.repository, main, what)
            made = await in_thread(reverted, here.repository, main, commit, stamp())
        return await _land(here, main, made, f"agentops/revert/{made[:12]}")


def _check_has_effect(subject: Subject, note: Note) -> None:
    """Refuse what the next sync would propose to take back again: the live store has the last word there."""
    if note.path in subject.policies.seeded:
        hint = "take it out of the seed file and run `agentops apply`: the repository follows"
        raise UsageError(f"{note.path} is a seed of MemoryStore/{subject.store}, which the manifests write", hint=hint)
    if subject.policies.mode(note.path) is Mode.LIVE:
        hint = "let an agent take it out, or give the path another mode in the MemoryStore's policy"
        raise UsageError(f"the live store has the last word on {note.path}: the policy says so", hint=hint)


async def _land(here: Ground, main: str, made: str, branch: str) -> Landed:
    """Bring a commit to main where the repository is its own forge, else into a pull request."""
    title = here.repository.show(made).subject
    if here.declared.place().kind is ForgeKind.LOCAL:
        await in_thread(here.repository.push, {here.declared.branch: Move(made, main)})
        return Landed(made, title)
    await in_thread(here.repository.push, {branch: Move(made, here.repository.head(branch))})
    forge = await here.forge()
    draft = Draft(branch, here.declared.branch, title, "A person asked for this with `agentops memory`.")
    return Landed(made, title, await forge.open(draft))


async def forget(store: str, what: str, flag: str | None, agrees: Callable[[list[str]], bool]) -> Forgotten | None:
    """Forget words, or a note, in repository and live store; None where the person thinks better of it.

    Main goes first, so that nothing is written back; then the store; then the versions that held it.
    """
    async with ground(flag) as here:
        (subject,) = here.subjects([store])
        main = head(here.repository, here.declared)
        live, moment = await here.live(subject.store), stamp()
        found = holder(here.repository, main, here.declared, what.removeprefix("^"))
        wanted = Wanted.of(found[1].text if found else what, subject.store, moment)
        held = await _held(here, main, subject.store, live, wanted)
        if not agrees(held):
            return None
        made = await in_thread(forgotten, here.repository, main, subject.store, wanted, moment)
        landed = await _land(here, main, made, f"agentops/forget/{made[:12]}") if made else None
        known = await in_thread(_rewritten, here, subject.store, main, made)
        paths = await _unwritten(live, wanted, known)
        redacted = await _redacted(live, wanted)
        done = await working.one(here, subject)
        if not done.waits_for_dream and done.prepared is None:
            await in_thread(_unbranched, here, subject.store, wanted)
        remains = {**await in_thread(left, here.repository, wanted), **await _live_rest(live, wanted)}
        tips = list(here.repository.refs("refs/heads/").values())
        history = await in_thread(here.repository.mentions, tips, found[1].text if found else what)
        return Forgotten(landed, bool(held), paths, redacted, remains, len(history))


def _unbranched(here: Ground, store: str, wanted: Wanted) -> None:
    """Take away the branch of a proposal that proposes nothing any more and still holds it, unless it is a person's."""
    branch, main = layout.proposal_branch(store), here.repository.head(here.declared.branch)
    found = here.repository.head(branch)
    if found is None or f"refs/heads/{branch}" not in left(here.repository, wanted):
        return
    if all(each.is_ours for each in here.repository.commits_between(main, found)):
        here.repository.push({branch: Move(None, found)})


async def _held(here: Ground, main: str, store: str, live: Memory, wanted: Wanted) -> list[str]:
    """Return the lines that hold it, each with where it stands."""
    memory = memory_at(here.repository, main, store)
    texts = {f"main {path}": text for path, text in memory.files.items()}
    texts |= {f"live {each['path']}": each.get("content") or "" for each in await live.memories(full=True)}
    lines = [f"{place}: {line}" for place, text in texts.items() for line in text.splitlines() if wanted.is_line(line)]
    if not lines and not any(map(wanted.is_in, texts.values())):
        return []
    return lines or [place for place, text in texts.items() if wanted.is_in(text)]


def _rewritten(here: Ground, store: str, main: str, made: str | None) -> Mapping[tuple[str, str], str]:
    """Return the text that each file has now, by its path and the text that it had."""
    before = memory_at(here.repository, main, store).files
    after = memory_at(here.repository, made or main, store).files
    return {(path, text): after.get(path, "") for path, text in before.items()}


async def _unwritten(live: Memory, wanted: Wanted, known: Mapping[tuple[str, str], str]) -> tuple[str, ...]:
    """Take it out of every live memory, each only as it was read, and again where somebody writes meanwhile."""
    paths: dict[str, None] = {}
    for _ in range(_TRIES):
        holding = [each for each in await live.memories(full=True) if wanted.is_in(each.get("content") or "")]
        if not holding:
            return tuple(paths)
        for each in holding:
            paths[str(each["path"])] = None
            held = str(each["content"])
            text = known.get((str(each["path"]), held)) or wanted.without(held)
            expected = text_digest(held)
            try:
                if text.strip():
                    await live.update(str(each["id"]), text, expected=expected)
                else:
                    await live.delete(str(each["id"]), expected=expected)
            except TargetConflict:
                continue
    raise UsageError("agents write it again and again", hint="pause the sessions that use the store, then forget")


async def _redacted(live: Memory, wanted: Wanted) -> int:
    heads = {each["memory_version_id"] for each in await live.memories(full=False)}
    count = 0
    async for each in live.versions({}):
        if each["id"] not in heads and wanted.is_in(each.get("content") or ""):
            await live.redact(str(each["id"]))
            count += 1
    return count


async def _live_rest(live: Memory, wanted: Wanted) -> Mapping[str, tuple[str, ...]]:
    held = tuple(
        str(each["path"]) for each in await live.memories(full=True) if wanted.is_in(each.get("content") or "")
    )
    versions = [str(each["id"]) async for each in live.versions({}) if wanted.is_in(each.get("content") or "")]
    return {name: found for name, found in (("live", held), ("versions", tuple(versions))) if found}
