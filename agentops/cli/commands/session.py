"""`agentops session`: what runs, what it did, and a word to it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from agentops.base.errors import UsageError
from agentops.base.paint import printable
from agentops.cli.models import ModelFlags, model_options
from agentops.cli.options import iterations_option, rubric_option
from agentops.cli.output import output_option, say, stdout_paint, stdout_width, write_json, write_lines
from agentops.cli.planning import target_option

if TYPE_CHECKING:
    from agentops.cli.sessions.ground import Ground
    from agentops.reconcile.target import Body

_STATUSES = ("running", "idle", "rescheduling", "terminated")
_LAST_EVENTS = 20


@click.group()
def session() -> None:
    """List, show, follow, answer and end sessions.

    SESSION is an id (sesn_…), or `last` for the newest. On the embedded target a session runs only while a command
    does: send, approve and tail take it up and show it until it rests.
    """


@session.command("list", short_help="List sessions, newest first.")
@click.option("--status", "statuses", type=click.Choice(_STATUSES), multiple=True, help="May be repeated.")
@click.option("--agent", metavar="AGENT", help="Only of this agent: a manifest's name or an id.")
@click.option("--archived", is_flag=True, help="Archived ones too.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@target_option
@output_option
def list_(
    statuses: tuple[str, ...], agent: str | None, archived: bool, limit: int, target: str | None, output: str
) -> None:
    """List sessions, newest first: id, status, agent, age, cost, title."""
    from agentops.cli.sessions import finding

    async def found(ground: "Ground") -> Sequence[Mapping[str, Any]]:
        query: dict[str, str | Sequence[str]] = {"limit": str(limit)}
        if statuses:
            query["statuses[]"] = statuses
        if archived:
            query["include_archived"] = "true"
        if agent:
            scope = finding.Scope.of(ground.tree, ground.target.label)
            lives = [] if finding.is_id(finding.AGENT, agent) else await ground.target.list(finding.AGENT.object) or []
            query["agent_id"] = agent if not lives else finding.named(finding.AGENT, agent, lives, scope)
        return await ground.sessions.latest(query)

    sessions = _looked(target, found, needs_tree=agent is not None)
    if output == "json":
        write_json({"format_version": 1, "sessions": sessions})
        return
    from agentops.base.clock import SystemClock
    from agentops.cli.sessions.listing import rows

    write_lines(rows(sessions, SystemClock().now(), stdout_paint()))


@session.command(short_help="Show its state, what it waits for, its last events.")
@click.argument("session_id", metavar="SESSION")
@target_option
@output_option
def show(session_id: str, target: str | None, output: str) -> None:
    """Show the state of SESSION, what it waits for, and its last events."""
    from agentops.cli.sessions import waiting

    async def found(ground: "Ground") -> "tuple[Ground, Mapping[str, Any], Any, Any, Any]":
        known = await ground.session(session_id)
        events = await ground.sessions.last_events(known["id"], _LAST_EVENTS)
        calls = await waiting.calls(ground.sessions, known)
        is_team = any(each.get("session_thread_id") for each in events)
        return ground, known, events, calls, await ground.sessions.threads(known["id"]) if is_team else ()

    seen, known, events, calls, threads = _looked(target, found)
    if output == "json":
        write_json({"format_version": 1, "session": known, "waits_for": calls, "last_events": events})
        return
    from agentops.base.clock import SystemClock
    from agentops.cli.sessions.listing import page
    from agentops.cli.sessions.transcript import Transcript

    transcript = Transcript(stdout_paint(), stdout_width())
    transcript.team.meet(threads)
    told = [line for each in events for line in transcript.tell(each)]
    write_lines([*page(known, SystemClock().now()), *(["", *told] if told else [])])
    waiting.explain(calls, seen.command("approve", known["id"]), transcript.said)


@session.command("tree", short_help="Show who ran in it, in which order and why.")
@click.argument("session_id", metavar="SESSION")
@target_option
@output_option
def tree_(session_id: str, target: str | None, output: str) -> None:
    """Show who ran in SESSION, in which order and why: threads, workflow runs and evaluations, with what each took."""
    from agentops.base.clock import SystemClock
    from agentops.cli.sessions.gathering import gather
    from agentops.cli.sessions.lineage import tree

    async def found(ground: "Ground") -> "tuple[Mapping[str, Any], Mapping[str, Any]]":
        known = await ground.session(session_id)
        return known, tree(await gather(ground.sessions, known), SystemClock().now())

    known, root = _looked(target, found)
    if output == "json":
        write_json({"format_version": 1, "session": known, "tree": root})
        return
    from agentops.cli.sessions.drawing import lines, total

    width = stdout_width()
    write_lines([*lines(root, stdout_paint(), width), *total(known, width)])


@session.command(short_help="Show what happened, and what happens until it rests.")
@click.argument("session_id", metavar="SESSION")
@click.option("--since", metavar="WHEN", help="Begin there: 10m, 2h, 3d ago, or a date and time.")
@click.option("--follow", is_flag=True, help="Go on when the session rests, until Ctrl-C.")
@target_option
@model_options
@output_option
@click.pass_context
def tail(
    ctx: click.Context,
    /,
    session_id: str,
    since: str | None,
    follow: bool,
    target: str | None,
    output: str,
    **model: Any,
) -> None:
    """Show what happened in SESSION, and what happens until it rests."""
    from agentops.base.clock import SystemClock, timestamp
    from agentops.cli.sessions import conducting
    from agentops.cli.sessions.moments import moment

    begin = timestamp(moment(since, SystemClock().now())) if since else None

    async def watch(ground: "Ground", known: "Body") -> int:
        return await conducting.watch(ground, known["id"], begin, output, is_endless=follow)

    ctx.exit(_driven(target, ModelFlags(**model), session_id, watch, needs_model=False))


@session.command(short_help="Send a message, or an outcome, and show what comes of it.")
@click.argument("session_id", metavar="SESSION")
@click.argument("text", required=False)
@click.option("--outcome", "description", metavar="TEXT", help="Instead of a message: what to work towards.")
@rubric_option
@iterations_option
@target_option
@model_options
@output_option
@click.pass_context
def send(
    ctx: click.Context,
    /,
    session_id: str,
    text: str | None,
    description: str | None,
    target: str | None,
    output: str,
    **options: Any,
) -> None:
    """Send TEXT to SESSION and show what comes of it.

    With --outcome and --rubric the work is graded and revised until it satisfies the rubric. The command then exits
    with 0 only when it does.
    """
    from agentops.cli.rubrics.outcomes import sent_event
    from agentops.cli.sessions import conducting, waiting

    rubric, most = options.pop("rubric"), options.pop("max_iterations")
    event = sent_event(text, description, rubric, most)

    async def conduct(ground: "Ground", known: "Body") -> int:
        if found := await waiting.calls(ground.sessions, known):
            waiting.explain(found, ground.command("approve", known["id"]))
            raise UsageError(f"{known['id']} takes no message while it waits for an answer")
        return await conducting.conduct(ground, known["id"], [event], output)

    ctx.exit(_driven(target, ModelFlags(**options), session_id, conduct))


@session.command(short_help="Allow, or --deny, the calls that it waits with.")
@click.argument("session_id", metavar="SESSION")
@click.argument("calls", nargs=-1, metavar="[CALL]…")
@click.option("--deny", metavar="REASON", help="Deny them, and tell the agent why.")
@target_option
@model_options
@output_option
@click.pass_context
def approve(
    ctx: click.Context,
    /,
    session_id: str,
    calls: tuple[str, ...],
    deny: str | None,
    target: str | None,
    output: str,
    **model: Any,
) -> None:
    """Allow the CALLs that SESSION waits with, or all of them; `session show` lists them."""
    from agentops.cli.sessions import conducting, waiting

    async def conduct(ground: "Ground", known: "Body") -> int:
        found = await waiting.calls(ground.sessions, known)
        answers = waiting.answers(found, calls, deny, known["id"])
        return await conducting.conduct(ground, known["id"], answers, output, found)

    ctx.exit(_driven(target, ModelFlags(**model), session_id, conduct))


@session.command(short_help="Stop what it does.")
@click.argument("session_id", metavar="SESSION")
@target_option
@model_options
@output_option
@click.pass_context
def interrupt(ctx: click.Context, /, session_id: str, target: str | None, output: str, **model: Any) -> None:
    """Stop what SESSION does; it can be sent something else afterwards."""
    from agentops.cli.sessions import conducting, waiting

    async def conduct(ground: "Ground", known: "Body") -> int:
        calls = await waiting.calls(ground.sessions, known)
        if known["status"] in ("idle", "terminated") and not calls:
            say(f"{known['id']} rests already")
            if output == "json":
                write_json({"format_version": 1, "session": known})
            return 0
        return await conducting.conduct(ground, known["id"], [{"type": "user.interrupt"}], output, calls)

    ctx.exit(_driven(target, ModelFlags(**model), session_id, conduct, needs_model=False))


@session.command(short_help="End it for good and keep its history.")
@click.argument("session_id", metavar="SESSION")
@target_option
@output_option
def archive(session_id: str, target: str | None, output: str) -> None:
    """End SESSION for good and keep its history."""

    async def end(ground: "Ground") -> Mapping[str, Any]:
        known = await ground.session(session_id)
        return await ground.sessions.archive(known["id"])

    ended = _looked(target, end)
    if output == "json":
        write_json({"format_version": 1, "session": ended})
    else:
        write_lines([f"{ended['id']} is archived."])


@session.command(short_help="Remove it with its history.")
@click.argument("session_id", metavar="SESSION")
@target_option
@output_option
def delete(session_id: str, target: str | None, output: str) -> None:
    """Remove SESSION with its history and the files that it wrote."""

    async def remove(ground: "Ground") -> str:
        known = await ground.session(session_id)
        await ground.sessions.delete(known["id"])
        return str(known["id"])

    gone = _looked(target, remove)
    if output == "json":
        write_json({"format_version": 1, "deleted": gone})
    else:
        write_lines([f"{printable(gone)} is deleted."])


def _looked(target: str | None, use: "Callable[[Ground], Awaitable[Any]]", *, needs_tree: bool = False) -> Any:
    """Return what comes of a look at sessions: nothing runs meanwhile."""
    import asyncio

    from agentops.cli.sessions.ground import ground

    async def look() -> Any:
        async with ground(target, needs_tree=needs_tree) as found:
            return await use(found)

    return asyncio.run(look())


def _driven(
    target: str | None,
    model: ModelFlags,
    session_id: str,
    use: "Callable[[Ground, Body], Awaitable[int]]",
    *,
    needs_model: bool = True,
) -> int:
    """Return what the command ends with, once the session rests."""
    from agentops.cli.sessions import conducting
    from agentops.cli.sessions.ground import ground, lacks_model, running_ground

    async def drive() -> int:
        if needs_model and lacks_model(target, model):
            # That there is no such session is said before what it would need.
            async with ground(target) as looked:
                await looked.session(session_id)
        async with running_ground(target, model, needs_model=needs_model) as found:
            return await use(found, await found.session(session_id))

    return conducting.run(drive())
