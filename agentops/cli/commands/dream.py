"""`agentops dream`: what sessions taught, as a pull request to the memory repository."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.errors import EXIT_PROBLEMS, UsageError
from agentops.cli.output import output_option, say, stdout_paint, stdout_width, write_json, write_lines
from agentops.cli.planning import load_valid, target_option

if TYPE_CHECKING:
    from agentops.cli.dreams.wish import Wish
    from agentops.cli.dreams.working import Order, Result


@click.group()
def dream() -> None:
    """Learn from sessions: run dreams, list schedules, show what they propose.

    A dream reads sessions and the memory, and proposes operations with evidence, as one pull request a store. It writes
    to no live store; that is what `agentops memory push` does after the merge.
    """


@dream.command(short_help="Dream now, or whatever is due.")
@click.argument("names", nargs=-1, metavar="[SCHEDULE]...")
@click.option("--due", is_flag=True, help="Every schedule whose time has come, once: for cron and CI.")
@click.option("--store", metavar="STORE", help="Dream over this MemoryStore without a schedule.")
@click.option("--engine", type=click.Choice(["lexical", "messages", "hosted"]), help="Instead of the schedule's.")
@click.option("--model", metavar="ID", help="Instead of the schedule's.")
@click.option("--session", "session_ids", multiple=True, metavar="ID", help="Read this session. May be repeated.")
@click.option(
    "--transcripts", "logs", multiple=True, metavar="[KIND:]FILE", help="Read a log from elsewhere. May be repeated."
)
@click.option("--only-transcripts", is_flag=True, help="Read no session of the target.")
@click.option("--replay", is_flag=True, help="Play the project's tests with the memory before and after, and tell.")
@click.option("--dry-run", is_flag=True, help="Show what would be proposed; write nothing anywhere.")
@target_option
@output_option
def run(
    *,
    names: tuple[str, ...],
    due: bool,
    store: str | None,
    engine: str | None,
    model: str | None,
    session_ids: tuple[str, ...],
    logs: tuple[str, ...],
    only_transcripts: bool,
    replay: bool,
    dry_run: bool,
    target: str | None,
    output: str,
) -> None:
    """Dream by SCHEDULE, and open or update the store's pull request. Nothing to learn is a success that says so.

    KIND of a log is openai-chat, claude-code, swe-agent or managed-agents; without it, what the file holds tells.
    """
    from agentops.cli.dreams import reading, wish
    from agentops.cli.dreams.working import Order

    if sum((bool(names), due, store is not None)) != 1:
        raise UsageError("say what to dream", hint="name schedules, or give --due, or --store STORE")
    tree = load_valid(Path())
    documents = [wish.named(tree, each) for each in names] if names else wish.schedules(tree)
    wishes = [wish.wish(each) for each in documents] if store is None else [wish.Wish("", _plain(store))]
    wishes = [wish.instead(each, engine, model) for each in wishes]
    sources = tuple(map(reading.source, logs))
    order = Order(sources, session_ids, only_logs=only_transcripts, is_trial=dry_run, replays=replay)
    results = asyncio.run(_dreamt(wishes, order, target, is_due=due))
    _show(results, output, is_trial=dry_run, is_due=due)
    if any(each.failure for each in results):
        raise SystemExit(EXIT_PROBLEMS)


@dream.command("list", short_help="List the schedules: last and next dream, and what is proposed.")
@output_option
def list_(output: str) -> None:
    """List dream schedules: when they dreamt last, when they do next, and where the proposal stands."""
    from agentops.base.clock import SystemClock
    from agentops.cli.dreams import listing

    rows = asyncio.run(listing.rows(SystemClock().now()))
    if output == "json":
        write_json({"format_version": 1, "schedules": [listing.as_json(each) for each in rows]})
    else:
        write_lines(listing.lines(rows, stdout_paint()))


@dream.command(short_help="Show what a dream proposes or proposed, with evidence and gates.")
@click.argument("name", metavar="SCHEDULE|STORE|DREAM")
@output_option
def show(name: str, output: str) -> None:
    """Show what is proposed for a schedule or a store, or was merged last; or a dream of the ledger by its id."""
    from agentops.cli.dreams import listing
    from agentops.cli.proposals.showing import Screen
    from agentops.memory_repo.proposals import record

    found = listing.shown(name)
    if output == "json":
        write_json({**record.said(found.letter), "is_merged": found.is_merged})
    else:
        screen = Screen(stdout_paint(), stdout_width())
        write_lines([*screen.letter(found.letter), "", listing.standing_line(found)])


async def _dreamt(wishes: "list[Wish]", order: "Order", target: str | None, *, is_due: bool) -> "list[Result]":
    from agentops.base.clock import SystemClock
    from agentops.cli.dreams.working import Worker
    from agentops.cli.memory.ground import ground

    async with ground(target) as open_ground:
        worker = Worker(open_ground, order, SystemClock(), say)
        return await worker.due(wishes) if is_due else [await worker.now(each) for each in wishes]


def _show(results: "list[Result]", output: str, *, is_trial: bool, is_due: bool) -> None:
    from agentops.cli.dreams import told

    if output == "json":
        write_json({"format_version": 1, "dreams": [told.as_json(each) for each in results]})
        return
    if not results:
        say("nothing is due" if is_due else "there is no schedule")
    for each in results:
        write_lines(told.lines(each, stdout_paint(), stdout_width(), is_trial=is_trial))


def _plain(store: str) -> str:
    return store.removeprefix("MemoryStore/")
