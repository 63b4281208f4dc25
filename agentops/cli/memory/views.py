"""What memory commands tell: lines for people, JSON for programs; pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agentops.base.paint import Paint, printable
from agentops.base.wording import counted
from agentops.cli.memory.beginning import Begun
from agentops.cli.memory.working import Done
from agentops.memory_repo.commits import Commit
from agentops.memory_repo.proposals.publishing import Outcome as Fate
from agentops.memory_repo.syncing.acting import Outcome
from agentops.memory_repo.syncing.planning import Finding
from agentops.memory_repo.syncing.versions import SESSION

_SHORT = 9
_LIVE = (Finding.LIVE_AHEAD, Finding.KEPT)
_MAIN = (Finding.MAIN_AHEAD, Finding.TURNED_BACK)


def state(outcome: Outcome) -> str:
    """Return how a store stands to the repository, in one line."""
    comparison = outcome.comparison
    if comparison.main is None:
        return "not begun: `agentops memory init` makes the first commit"
    counts = {
        "live ahead by": len(comparison.paths(*_LIVE)),
        "main ahead by": len(comparison.paths(*_MAIN)),
        "to be merged": len(comparison.paths(Finding.MERGED)),
    }
    told = [f"{words} {count}" for words, count in counts.items() if count]
    told += [counted(len(comparison.conflicts), "conflict")] if comparison.conflicts else []
    told += [f"{counted(len(comparison.unfit), 'file')} that no memory can be"] if comparison.unfit else []
    return ", ".join(told) or "in step"


def status(found: Sequence[tuple[Outcome, str]], paint: Paint) -> Iterator[str]:
    """Yield a line for each store, and below it the paths that a person must look at."""
    cells = [(each.store, state(each), commit[:_SHORT] or "never") for each, commit in found]
    heads = ("STORE", "STATE", "LAST SYNC")
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    yield "  ".join(each.ljust(width) for each, width in zip(heads, widths, strict=True)).rstrip()
    for row, (outcome, _) in zip(cells, found, strict=True):
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        padded[1] = paint(_colour(outcome), padded[1])
        yield "  ".join(padded).rstrip()
        yield from _details(outcome)


def _colour(outcome: Outcome) -> str:
    if outcome.comparison.conflicts or outcome.comparison.unfit:
        return "red"
    return "yellow" if outcome.comparison.decisions else "green"


def _details(outcome: Outcome) -> Iterator[str]:
    for path in outcome.comparison.conflicts:
        yield f"  conflict  {printable(path)} changed here and in the live store"
    for path, reason in outcome.comparison.unfit.items():
        yield f"  unfit     {printable(path)} {printable(reason)}"
    for path, reason in outcome.refused.items():
        yield f"  refused   {printable(path)}: {printable(reason)}"
    for path in outcome.moving:
        yield f"  moving    {printable(path)} was written at the same moment: the next sync takes it"


def done(each: Done) -> Iterator[str]:
    """Yield what became of one store."""
    outcome = each.outcome
    sessions = dict.fromkeys(version.session for version in outcome.taken_in if version.session)
    told = []
    if outcome.taken_in:
        by = f" of {', '.join(sessions)}" if sessions else ""
        told.append(f"{counted(len(outcome.taken_in), 'version')}{by} taken in")
    if outcome.written:
        told.append(f"{counted(len(outcome.written), 'memory')} written to the live store")
    yield f"{outcome.store}: {printable('; '.join(told)) or 'nothing new'}"
    yield from _details(outcome)
    yield from (f"  {line}" for line in _fate(each))


def _fate(each: Done) -> Iterator[str]:
    if each.waits_for_dream and each.prepared is not None:
        refresh = f"`agentops memory refresh {each.outcome.store}`"
        yield "the open proposal is a dream's or a person's, and has to be merged first;"
        yield f"into a dream's {refresh} takes the live edits along"
    if each.published is None or each.published.outcome is Fate.NOTHING:
        return
    request = each.published.request
    place = f"#{request.number} {request.url}".rstrip() if request else ""
    yield printable(f"proposal {each.published.outcome.value}: {place}")


def done_json(each: Done) -> Mapping[str, Any]:
    """Return what became of one store."""
    request = each.published.request if each.published else None
    return {
        **outcome_json(each.outcome),
        "proposal": each.published
        and {
            "outcome": each.published.outcome.value,
            "number": request and request.number,
            "url": request and request.url,
        },
    }


def outcome_json(outcome: Outcome) -> Mapping[str, Any]:
    """Return how a store stands to the repository, and what a sync did."""
    comparison = outcome.comparison
    return {
        "store": outcome.store,
        "state": state(outcome),
        "commit": outcome.commit,
        "main": comparison.main,
        "taken_in": [
            {"version": each.id, "path": each.path, "session": each.session, "author": each.author.name}
            for each in outcome.taken_in
        ],
        "written": [{"version": each.version, "path": each.path} for each in outcome.written],
        "differences": [{"path": each.path, "finding": each.finding.value} for each in comparison.decisions],
        "conflicts": list(comparison.conflicts),
        "unfit": dict(comparison.unfit),
        "refused": dict(outcome.refused),
        "moving": list(outcome.moving),
    }


def begun(found: Begun) -> Iterator[str]:
    """Yield what `init` made."""
    if not found.is_new:
        yield f"{printable(found.address)} is a memory repository already; `agentops memory sync` keeps it in step."
        return
    yield f"{printable(found.address)} is a memory repository now."
    for store, count in found.exported:
        yield f"  {store}: {counted(count, 'memory')} from the live store"
    for store in found.absent:
        yield f"  {store}: not on the target yet; `agentops apply` makes it"


def history(commits: Sequence[Commit], waiting: frozenset[str], paint: Paint) -> Iterator[str]:
    """Yield a line for each commit: when, which, who, what."""
    if not commits:
        yield "No history."
    for each in commits:
        session = each.value(SESSION)
        who = session or each.author.name
        mark = paint("yellow", " (live)") if each.sha in waiting else ""
        when = each.at.strftime("%Y-%m-%d %H:%M")
        yield f"{when}  {each.sha[:_SHORT]}  {printable(who):<24}  {printable(each.subject)}{mark}"


def commit_json(commit: Commit, *, is_waiting: bool) -> Mapping[str, Any]:
    """Return one commit."""
    return {
        "commit": commit.sha,
        "at": commit.at.isoformat(),
        "author": commit.author.name,
        "session": commit.value(SESSION),
        "subject": commit.subject,
        "trailers": [list(each) for each in commit.trailers],
        "is_live_only": is_waiting,
    }
