"""`agentops memory`: what agents learn, under git."""

import asyncio
from typing import TYPE_CHECKING, Any

import click

from agentops.base.errors import EXIT_PROBLEMS
from agentops.cli.commands.memory_review import refresh, review
from agentops.cli.output import output_option, stdout_paint, write_json, write_lines
from agentops.cli.planning import target_option

if TYPE_CHECKING:
    from agentops.cli.memory.working import Done

_stores = click.argument("stores", nargs=-1, metavar="[STORE]…")


@click.group()
def memory() -> None:
    """Keep what agents learn in git: reviewed, traced, taken back.

    STORE is the name of a MemoryStore of the manifests; without one, every store. The repository is the Project's
    memory_repository. Agents' edits become commits and a pull request; what is merged is written to the live store.
    """


@memory.command(short_help="Make the memory repository, with what the live stores hold.")
@target_option
@output_option
def init(target: str | None, output: str) -> None:
    """Make the Project's memory repository, if there is none, with everything that the live stores hold."""
    from dataclasses import asdict

    from agentops.cli.memory import beginning, views

    found = asyncio.run(beginning.begin(target))
    if output == "json":
        write_json({"format_version": 1, **asdict(found), "exported": dict(found.exported)})
    else:
        write_lines(views.begun(found))


@memory.command(short_help="Tell how stores and the repository stand to each other.")
@_stores
@target_option
@output_option
def status(stores: tuple[str, ...], target: str | None, output: str) -> None:
    """Tell for each STORE whether live store and repository are in step. Nothing is changed."""
    from agentops.cli.memory import views, working

    found = asyncio.run(working.compared(stores, target))
    if output == "json":
        write_json({"format_version": 1, "stores": [views.outcome_json(each) for each, _ in found]})
    else:
        write_lines(views.status(found, stdout_paint()))


@memory.command(short_help="Bring live stores and the repository in step, both ways.")
@_stores
@target_option
@output_option
@click.pass_context
def sync(ctx: click.Context, /, stores: tuple[str, ...], target: str | None, output: str) -> None:
    """Take in what agents wrote, propose it, and write what was merged to the live STOREs.

    Exits with 1 when something could not be brought in step; a conflict waits in the pull request and is no failure.
    """
    ctx.exit(_tell(_synced(stores, target, writes=True, proposes=True), output))


@memory.command(short_help="Take in what agents wrote, and propose it.")
@_stores
@target_option
@output_option
@click.pass_context
def pull(ctx: click.Context, /, stores: tuple[str, ...], target: str | None, output: str) -> None:
    """Take in what agents wrote to the live STOREs, and propose it: the first half of `sync`."""
    ctx.exit(_tell(_synced(stores, target, writes=False, proposes=True), output))


@memory.command(short_help="Write what was merged to the live stores.")
@_stores
@target_option
@output_option
@click.pass_context
def push(ctx: click.Context, /, stores: tuple[str, ...], target: str | None, output: str) -> None:
    """Write what was merged to the live STOREs, never over what an agent wrote: the second half of `sync`."""
    ctx.exit(_tell(_synced(stores, target, writes=True, proposes=False), output))


@memory.command(short_help="Show what happened to a store, with the sessions.")
@click.argument("store", required=False)
@click.option("-n", "--limit", type=click.IntRange(1, 10_000), default=30, show_default=True)
@output_option
def log(store: str | None, limit: int, output: str) -> None:
    """Show the history of STORE, newest first: agents' edits with their sessions, dreams, people's commits.

    STORE may be left out where the manifests declare one alone.
    """
    from agentops.cli.memory import tracing, views

    found = tracing.history(store, limit)
    if output == "json":
        commits = [views.commit_json(each, is_waiting=each.sha in found.waiting) for each in found.commits]
        write_json({"format_version": 1, "store": found.store, "commits": commits})
    else:
        write_lines(views.history(found.commits, found.waiting, stdout_paint()))


@memory.command(short_help="Show who wrote each line, and what it rests on.")
@click.argument("store")
@click.argument("place", metavar="PATH[:LINE]|ANCHOR")
@output_option
def blame(store: str, place: str, output: str) -> None:
    """Show for each line of a memory of STORE which commit and session wrote it, and a note's evidence."""
    from agentops.cli.memory import tracing

    path, found = tracing.blamed(store, place)
    if output == "json":
        lines = [tracing.blame_json(each) for each in found]
        write_json({"format_version": 1, "store": store, "path": path, "lines": lines})
    else:
        write_lines([path, *tracing.blame_lines(found, stdout_paint())])


@memory.command(short_help="Find the notes that answer a question.")
@click.argument("words", nargs=-1, required=True)
@click.option("--store", "stores", multiple=True, metavar="STORE", help="Only in this store; may be repeated.")
@click.option("-n", "--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@output_option
def search(words: tuple[str, ...], stores: tuple[str, ...], limit: int, output: str) -> None:
    """Find the notes on main that answer WORDS best, without a model."""
    from agentops.base.clock import SystemClock
    from agentops.base.paint import printable
    from agentops.cli.memory import tracing

    found = tracing.searched(stores, " ".join(words), limit, SystemClock().now().date())
    if output == "json":
        notes = [tracing.found_json(store, each) for store, each in found]
        write_json({"format_version": 1, "notes": notes})
        return
    lines = [f"{store}{each.note.path}  ^{each.note.anchor}\n  {printable(each.note.text)}" for store, each in found]
    write_lines(lines or ["No note answers."])


@memory.command(short_help="Take a commit, or a note, back.")
@click.argument("what", metavar="COMMIT|ANCHOR")
@target_option
@output_option
def revert(what: str, target: str | None, output: str) -> None:
    """Take a commit of main, or the note with an ANCHOR, back.

    On a repository on this machine main gets the revert; on a forge it is a pull request. The next `sync` takes it out
    of the live store. What a reverted dream proposed is not proposed again.
    """
    from agentops.cli.memory import taking_back

    found = asyncio.run(taking_back.revert(what, target))
    request = found.request
    if output == "json":
        pull_request = request and {"number": request.number, "url": request.url}
        write_json({"format_version": 1, "commit": found.commit, "title": found.title, "pull_request": pull_request})
        return
    place = f"pull request #{request.number} {request.url}" if request else "on main"
    after = "once it is merged, " if request else ""
    write_lines(
        [f"{found.title}: {found.commit[:9]}, {place}", f"{after}`agentops memory sync` takes it out of the live store"]
    )


@memory.command(short_help="Forget words everywhere, for good.")
@click.argument("store")
@click.argument("what", metavar="WORDS|ANCHOR", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@target_option
@output_option
@click.pass_context
def forget(
    ctx: click.Context, /, store: str, what: tuple[str, ...], yes: bool, target: str | None, output: str
) -> None:
    """Take what says WORDS, or the note with an ANCHOR, out of STORE: files, ledger, live store and its versions.

    A salted digest stays behind, so that no dream learns it again. Git's history still has it; docs/memory.md tells
    how to purge that. Exits with 1 when something remains elsewhere.
    """
    from agentops.cli.memory import forgetting_views, taking_back

    asked = forgetting_views.asking(is_agreed=yes)
    found = asyncio.run(taking_back.forget(store, " ".join(what), target, asked))
    if found is None:
        ctx.exit(EXIT_PROBLEMS)
    if output == "json":
        write_json({"format_version": 1, "store": store, **forgetting_views.as_json(found)})
    else:
        write_lines(forgetting_views.lines(found))
    ctx.exit(EXIT_PROBLEMS if found.left else 0)


def _synced(stores: tuple[str, ...], target: str | None, **options: bool) -> "tuple[Done, ...]":
    from agentops.cli.memory import working

    return asyncio.run(working.synced(stores, target, **options))


def _tell(found: "tuple[Done, ...]", output: str) -> int:
    from agentops.cli.memory import views

    if output == "json":
        said: list[Any] = [views.done_json(each) for each in found]
        write_json({"format_version": 1, "stores": said})
    else:
        write_lines(line for each in found for line in views.done(each))
    problems = any(each.outcome.comparison.unfit or each.outcome.refused for each in found)
    return EXIT_PROBLEMS if problems else 0


memory.add_command(review)
memory.add_command(refresh)
