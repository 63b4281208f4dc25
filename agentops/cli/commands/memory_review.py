"""`agentops memory review` and `refresh`: a person's word on what is proposed."""

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from agentops.base.errors import UsageError
from agentops.base.wording import counted
from agentops.cli.output import output_option, say, stdout_paint, stdout_width, write_json, write_lines

if TYPE_CHECKING:
    from agentops.cli.proposals.judging import Decision
    from agentops.cli.proposals.reviewing import Case, Desk
    from agentops.cli.proposals.showing import Screen
    from agentops.memory_repo.proposals.letter import Lesson


@click.command(short_help="Show what is proposed, judge each operation, merge.")
@click.argument("store", required=False)
@click.option("--accept", multiple=True, metavar="ID|NUMBER|all", help="Keep this operation. May be repeated.")
@click.option("--reject", multiple=True, metavar="ID|NUMBER|all", help="Drop this operation. May be repeated.")
@click.option("--merge", is_flag=True, help="Merge what is left, without asking.")
@click.option("--despite-gates", is_flag=True, help="Merge although a gate forbids it.")
@output_option
def review(
    *,
    store: str | None,
    accept: tuple[str, ...],
    reject: tuple[str, ...],
    merge: bool,
    despite_gates: bool,
    output: str,
) -> None:
    """Show the proposal for STORE with its evidence, accept or reject each operation, and merge what is left.

    At a terminal it asks; elsewhere it does what the flags say, and without any it only shows. What is rejected is
    remembered in the ledger, and no dream proposes it again.
    """
    asyncio.run(_reviewed(store, _Flags(accept, reject, merge=merge, despite_gates=despite_gates), output))


@click.command(short_help="Drop what was unticked in the pull requests.")
@click.argument("stores", nargs=-1, metavar="[STORE]…")
@output_option
def refresh(stores: tuple[str, ...], output: str) -> None:
    """Drop the operations whose boxes somebody unticked, and put the rest on what holds now."""
    asyncio.run(_refreshed(stores, output))


class _Flags:
    def __init__(self, accept: tuple[str, ...], reject: tuple[str, ...], *, merge: bool, despite_gates: bool) -> None:
        self.accept = accept
        self.reject = reject
        self.merge = merge
        self.despite_gates = despite_gates

    @property
    def are_given(self) -> bool:
        return bool(self.accept or self.reject or self.merge)


async def _reviewed(store: str | None, flags: _Flags, output: str) -> None:
    from agentops.cli.proposals import reviewing
    from agentops.cli.proposals.showing import Screen
    from agentops.memory_repo.proposals import record

    async with reviewing.desk() as desk:
        case = await desk.the(store)
        screen = Screen(stdout_paint(), stdout_width())
        asks = not flags.are_given and output == "text" and sys.stdin.isatty()
        if not flags.are_given and not asks:
            shown = record.said(case.letter)
            write_json(shown) if output == "json" else write_lines(screen.letter(case.letter))
            return
        decision = _asked(case, screen) if asks else _told(case, flags)
        if decision is None:
            say("nothing was changed")
            return
        if decision.rejected:
            await desk.without(case, decision.rejected)
            case = await desk.the(case.subject.store)
        merged = await _merged(desk, case, decision, flags, asks=asks)
    if output == "json":
        write_json({"format_version": 1, "rejected": sorted(decision.rejected), "merged": merged})
    else:
        write_lines(_outcome(case, decision, is_merged=merged))


def _told(case: "Case", flags: _Flags) -> "Decision":
    from agentops.cli.proposals import judging

    decision = judging.from_flags(case.letter, flags.accept, flags.reject)
    if flags.merge and not decision.is_final and flags.accept:
        raise UsageError(
            "some operations are neither accepted nor rejected",
            hint="name the rest, or give --accept all: what is rejected stays rejected",
        )
    return decision


def _asked(case: "Case", screen: "Screen") -> "Decision | None":
    from agentops.cli.proposals import judging

    write_lines(screen.head(case.letter))
    write_lines(screen.gates(case.letter))

    def show(number: int, lesson: "Lesson") -> None:
        write_lines(["", *screen.lesson(number, lesson)])

    return judging.asked(case.letter, input, show)


async def _merged(desk: "Desk", case: "Case", decision: "Decision", flags: _Flags, *, asks: bool) -> bool:
    """Merge where it was asked for, or a person says so now."""
    wants = flags.merge or (asks and _says_yes(f"merge {_left(case, decision)}?"))
    if wants:
        await desk.merged(case, despite_gates=flags.despite_gates)
    return wants


async def _refreshed(stores: tuple[str, ...], output: str) -> None:
    from agentops.cli.proposals import reviewing

    told = []
    async with reviewing.desk() as desk:
        for case in await desk.cases(stores):
            if case.standing is None:
                continue
            rejected = await desk.ticked_off(case)
            published = await desk.without(case, rejected)
            told.append((case.subject.store, sorted(rejected), published.outcome.value))
    if output == "json":
        said = [{"store": store, "rejected": rejected, "outcome": outcome} for store, rejected, outcome in told]
        write_json({"format_version": 1, "stores": said})
    elif not told:
        say("no dream is proposed")
    else:
        write_lines(f"{store}: {outcome}, {len(rejected)} unticked and dropped" for store, rejected, outcome in told)


def _outcome(case: "Case", decision: "Decision", *, is_merged: bool) -> list[str]:
    store, dropped = case.subject.store, len(decision.rejected)
    lines = [f"{dropped} rejected, and not proposed again"] if dropped else []
    where = case.request.url if case.request else ""
    if is_merged:
        return [*lines, f"merged {where}; `agentops memory push {store}` writes it to the live store"]
    if dropped and not case.letter.lessons and not case.letter.live:
        return [*lines, f"{where} proposes nothing else; `agentops memory review {store} --merge` keeps that on main"]
    return [*lines, f"{where} is open; `agentops memory review {store} --merge` merges it"]


def _left(case: "Case", decision: "Decision") -> str:

    kept = sum(each.operation.id not in decision.rejected for each in case.letter.lessons)
    return f"{counted(kept, 'operation')} into {case.subject.branch}"


def _says_yes(question: str) -> bool:
    return click.confirm(question, default=False, err=True)
