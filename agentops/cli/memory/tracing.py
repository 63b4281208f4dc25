"""Where memory comes from: the history of a store, who wrote each line, and which notes answer a question."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from agentops.base.errors import UsageError
from agentops.base.names import nearest
from agentops.base.paint import Paint, printable
from agentops.cli.memory.ground import Declared, repository
from agentops.memory import operation_lines
from agentops.memory.anchors import AT_END
from agentops.memory.files import bullets_of
from agentops.memory.notes import Memory, Note
from agentops.memory.operations import Operation
from agentops.memory.recall import Recalled
from agentops.memory.recall import search as recalled
from agentops.memory.tracing import Trace, trace
from agentops.memory_repo import layout
from agentops.memory_repo.commits import BlamedLine, Commit
from agentops.memory_repo.git import Repository
from agentops.memory_repo.proposals.committing import memory_at, operations_folder
from agentops.memory_repo.syncing.side import Side

_MOST_CITED = 5
_SHORT = 9


@dataclass(frozen=True, slots=True)
class History:
    """The commits of a store, newest first."""

    store: str
    commits: tuple[Commit, ...]
    waiting: frozenset[str]
    """Those that main does not have."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line, the commit that wrote it, and where its note comes from."""

    line: BlamedLine
    commit: Commit
    trace: Trace | None


def history(store: str | None, most: int) -> History:
    """Return what happened to a store, or to the only one, on main and live.

    Raises:
        UsageError: there is no such store, or none is named and there are several.
    """
    declared = Declared.here()
    document = declared.the(store)
    with repository(declared) as found:
        main, live = found.head(declared.branch), found.head(layout.live_branch(document.name))
        tips = [each for each in (main, live) if each]
        if not tips:
            return History(document.name, (), frozenset())
        commits = found.log(tips, most=most, under=layout.folder(document.name))
        waiting = found.log([live, *([f"^{main}"] if main else [])]) if live else []
        return History(document.name, tuple(commits), frozenset(each.sha for each in waiting))


def blamed(store: str, place: str) -> tuple[str, tuple[Told, ...]]:
    """Return a memory's path, and its lines, or the one that `PATH:LINE` or an anchor names.

    Raises:
        UsageError: there is none.
    """
    declared = Declared.here()
    (document,) = declared.chosen([store])
    with repository(declared) as found:
        main = head(found, declared)
        memory = memory_at(found, main, document.name)
        path, number = located(memory, place, document.name)
        name = Side(found, main, document.name).names[path]
        lines = found.blame(main, f"{layout.folder(document.name)}/{name}")
        commits = {each: found.show(each) for each in {line.commit for line in lines}}
        log = operations(found, main, document.name)
        wanted = [each for each in lines if number in {None, each.number}]
        if not wanted and number is not None:
            raise UsageError(f"{path} has no line {number}", hint=f"its last one is {len(lines)}")
        return path, tuple(Told(each, commits[each.commit], _trace(memory, each.text, log)) for each in wanted)


def head(found: Repository, declared: Declared) -> str:
    """Return the head of main.

    Raises:
        UsageError: there is nothing yet.
    """
    main = found.head(declared.branch)
    if main is None:
        raise UsageError(
            f"{declared.address} has no branch {declared.branch}", hint="`agentops memory init` makes the first commit"
        )
    return main


def located(memory: Memory, place: str, store: str) -> tuple[str, int | None]:
    """Return the path and the line (None: all of them) that a person means.

    Raises:
        UsageError: there is no such memory, line or note.
    """
    path, colon, number = place.rpartition(":")
    if not (colon and number.isdecimal()):
        path, number = place, ""
    for each in (path, f"/{path}"):
        if each in memory.files:
            return each, int(number) if number else None
    anchor = place.removeprefix("^")
    for where, bullet in bullets_of(memory):
        if bullet.note.anchor == anchor:
            lines = memory.files[where].split("\n")
            line = next(
                at for at, text in enumerate(lines, 1) if text.endswith(f"^{anchor}") or bullet.note.text in text
            )
            return where, line
    near = nearest(place, [*memory.files, *(each.removeprefix("/") for each in memory.files)])
    hint = f"did you mean `{near}`?" if near else "`agentops memory search WORDS` shows notes with their anchors"
    raise UsageError(f"{store} has no memory and no note `{place}` on main", hint=hint)


def operations(found: Repository, main: str, store: str) -> Mapping[str, Sequence[Operation]]:
    """Return what each dream of a store did."""
    logs = found.tree(main, operations_folder(store))
    return {
        name.removesuffix(".jsonl"): operation_lines.read_log(text)
        for name, text in sorted(logs.items())
        if name.endswith(".jsonl")
    }


def searched(names: Sequence[str], words: str, most: int, today: date) -> tuple[tuple[str, Recalled], ...]:
    """Return the notes that answer best, each with its store."""
    declared = Declared.here()
    with repository(declared) as found:
        main = head(found, declared)
        every = [
            (document.name, each)
            for document in declared.chosen(names)
            for each in recalled(memory_at(found, main, document.name), words, most, today=today)
        ]
    return tuple(sorted(every, key=lambda each: (-each[1].score, each[0])))[:most]


def holder(found: Repository, main: str, declared: Declared, anchor: str) -> tuple[str, Note] | None:
    """Return the store with a note, and the note; None where no store has one of that anchor."""
    for document in declared.stores:
        for _, bullet in bullets_of(memory_at(found, main, document.name)):
            if bullet.note.anchor == anchor:
                return document.name, bullet.note
    return None


def blame_lines(told: Sequence[Told], paint: Paint) -> Iterator[str]:
    """Yield each line behind its commit, and below a note where it comes from."""
    for each in told:
        who = each.commit.value("Agentops-Session") or each.commit.author.name
        start = paint("dim", f"{each.commit.sha[:_SHORT]}  {printable(who)[:24]:<24}  {each.line.number:>4}")
        yield f"{start}  {printable(each.line.text)}".rstrip()
        if each.trace is not None:
            yield from (f"    {line}" for line in _origin(each.trace))


def _origin(found: Trace) -> Iterator[str]:
    record = found.record
    if record is not None and record.evidence:
        cited = ", ".join(map(str, found.evidence[:_MOST_CITED]))
        more = f" and {len(found.evidence) - _MOST_CITED} more" if len(found.evidence) > _MOST_CITED else ""
        yield f"{record.trust.value} in {record.support.sessions} sessions: {cited}{more}"
    for dream, operation in found.operations:
        yield printable(f"{operation.verb.value} by {dream}: {operation.reason}")


def blame_json(each: Told) -> Mapping[str, Any]:
    """Return one line."""
    return {
        "line": each.line.number,
        "text": each.line.text,
        "commit": each.commit.sha,
        "at": each.commit.at.isoformat(),
        "author": each.commit.author.name,
        "session": each.commit.value("Agentops-Session"),
        "anchor": each.trace.anchor if each.trace else "",
        "evidence": [str(one) for one in each.trace.evidence] if each.trace else [],
        "operations": [
            {"dream": dream, "id": operation.id, "verb": operation.verb.value, "reason": operation.reason}
            for dream, operation in (each.trace.operations if each.trace else ())
        ],
    }


def found_json(store: str, found: Recalled) -> Mapping[str, Any]:
    """Return one note that answers."""
    return {
        "store": store,
        "path": found.note.path,
        "anchor": found.note.anchor,
        "text": found.note.text,
        "status": found.record.status.value,
        "score": round(found.score, 4),
    }


def _trace(memory: Memory, line: str, log: Mapping[str, Sequence[Operation]]) -> Trace | None:
    found = AT_END.search(line)
    if found is None:
        return None
    return trace(memory, found[1], log)
