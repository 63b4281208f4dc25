"""Dream schedules and dreams as the memory repository knows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agentops.base.errors import UsageError
from agentops.base.paint import Paint
from agentops.base.threads import in_thread
from agentops.base.wording import counted
from agentops.cli.dreams import claims, slots, wish
from agentops.cli.dreams.wish import Wish
from agentops.cli.memory.ground import Declared, repository
from agentops.cli.rubrics.views import aligned
from agentops.memory_repo import layout
from agentops.memory_repo.git import Repository
from agentops.memory_repo.proposals.committing import letter_at, operations_folder
from agentops.memory_repo.proposals.letter import Letter
from agentops.memory_repo.proposals.refreshing import standing


@dataclass(frozen=True, slots=True)
class Row:
    """One schedule."""

    wish: Wish
    last: claims.Claim | None
    upcoming: datetime | None
    proposal: Letter | None


async def rows(now: datetime) -> Sequence[Row]:
    """Return the schedules of the manifests at hand.

    Raises:
        UsageError: the Project names no memory repository.
    """
    return await in_thread(_rows, now)


def _rows(now: datetime) -> Sequence[Row]:
    declared = Declared.here()
    found = [wish.wish(each) for each in wish.schedules(declared.tree)]
    with repository(declared) as opened:
        opened.fetch()
        return [_row(opened, each, declared.branch, now) for each in found]


def _row(opened: Repository, found: Wish, main: str, now: datetime) -> Row:
    upcoming = found.rhythm.upcoming(now)
    return Row(found, claims.last(opened, found.schedule), upcoming, _proposal(opened, found.store, main))


@dataclass(frozen=True, slots=True)
class Shown:
    """A dream that the repository knows."""

    letter: Letter
    is_merged: bool
    """Whether main has it; else it is proposed."""


def shown(name: str) -> Shown:
    """Return what a schedule's or a store's dream proposes now, or a dream that the ledger knows by its id.

    Raises:
        UsageError: there is none.
    """
    declared = Declared.here()
    stores = [each.name for each in declared.stores]
    schedules = {each.name: wish.wish(each).store for each in wish.schedules(declared.tree)}
    with repository(declared) as opened:
        opened.fetch()
        if name.startswith("dream-"):
            found = next(filter(None, (_by_id(opened, declared.branch, each, name) for each in stores)), None)
        else:
            found = _newest(opened, declared, _store(name, stores, schedules))
    if found is None:
        hint = "`agentops dream run` dreams, `agentops dream list` shows what is proposed"
        raise UsageError(f"no dream is known for `{name}`", hint=hint)
    return found


def standing_line(found: Shown) -> str:
    """Return where a dream stands, and what comes next."""
    store = found.letter.store
    if found.is_merged:
        return f"merged; `agentops memory status {store}` tells whether the live store has it"
    return f"proposed; `agentops memory review {store}` judges it"


def _store(name: str, stores: Sequence[str], schedules: Mapping[str, str]) -> str:
    plain = name.partition("/")[2] or name
    if plain in schedules:
        return schedules[plain]
    if plain in stores:
        return plain
    raise UsageError(
        f"`{name}` is no schedule, no store and no dream",
        hint=f"there are: {', '.join([*schedules, *stores]) or 'none'}",
    )


def _by_id(opened: Repository, main: str, store: str, dream_id: str) -> Shown | None:
    for tip in (main, layout.proposal_branch(store)):
        if found := _known(opened, tip, store, dream_id):
            return Shown(found, is_merged=tip == main)
    return None


def _newest(opened: Repository, declared: Declared, store: str) -> Shown | None:
    """Return what is proposed for a store, or what was merged last."""
    if found := _proposal(opened, store, declared.branch):
        return Shown(found, is_merged=False)
    tip = opened.head(declared.branch)
    names = opened.blobs(tip, operations_folder(store)) if tip else {}
    dreams = [each.removesuffix(".json") for each in names if each.endswith(".json")]
    merged = filter(None, (_known(opened, declared.branch, store, each) for each in dreams))
    last = max(merged, key=lambda each: (each.generation, each.dream_id), default=None)
    return Shown(last, is_merged=True) if last else None


def _proposal(opened: Repository, store: str, main: str) -> Letter | None:
    found = standing(opened, store, main=main)
    return found.letter if found else None


def _known(opened: Repository, branch: str, store: str, dream_id: str) -> Letter | None:
    tip = opened.head(branch)
    return letter_at(opened, tip, store, dream_id) if tip else None


def lines(found: Sequence[Row], paint: Paint) -> Iterator[str]:
    """Yield the rows for a terminal."""
    if not found:
        yield "the manifests declare no DreamSchedule"
        return
    head = ["schedule", "store", "engine", "last", "next", "proposed"]
    table = [head, *(_cells(each) for each in found)]
    for index, cells in enumerate(aligned(table)):
        text = "  ".join(cells).rstrip()
        yield paint("dim", text) if index == 0 else text


def _cells(row: Row) -> list[str]:
    last = f"{_short(row.last.slot)} {row.last.state}" if row.last else "-"
    after = f"after {row.wish.after_sessions} sessions" if row.wish.after_sessions else "-"
    upcoming = _short(row.upcoming) if row.upcoming else after
    proposed = counted(len(row.proposal.lessons), "operation") if row.proposal else "-"
    return [row.wish.schedule, row.wish.store, row.wish.engine, last, upcoming, proposed]


def as_json(row: Row) -> Mapping[str, Any]:
    """Return a row as plain data."""
    return {
        "schedule": row.wish.schedule,
        "store": row.wish.store,
        "engine": row.wish.engine,
        "last": row.last and {"slot": slots.spelled(row.last.slot), "state": row.last.state.value},
        "next": row.upcoming and slots.spelled(row.upcoming),
        "dream": row.proposal and row.proposal.dream_id,
        "operations": len(row.proposal.lessons) if row.proposal else 0,
    }


def _short(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"
