"""`agentops webhook test|deliveries|replay`: what an endpoint was told, and having it told again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from agentops.base.errors import EXIT_PROBLEMS, TargetError
from agentops.base.paint import printable
from agentops.cli.output import output_option, write_json, write_lines
from agentops.cli.planning import owner_here, target_option, with_target

if TYPE_CHECKING:
    from agentops.targets.live import LiveTarget

_PAUSE_S = 0.25
_LOOKS = 60
"""How long to wait for the first attempt: a receiver has ten seconds to answer it."""


@click.command(short_help="Send ENDPOINT an event that did not happen.")
@click.argument("endpoint")
@click.option("--event", metavar="TYPE", help="Send an event of this type; else of the first that it asks for.")
@target_option
@output_option
@click.pass_context
def test(ctx: click.Context, /, endpoint: str, event: str | None, target: str | None, output: str) -> None:
    """Send ENDPOINT an event that did not happen, and tell whether it arrived.

    The event's object is the endpoint itself. ENDPOINT is an id, a URL, or the name of a declared one: Webhook/alerts.
    """
    from agentops.targets import webhooks

    async def send(found: "LiveTarget") -> Mapping[str, Any]:
        live = await webhooks.the(found, endpoint, owner_here())
        delivery = await webhooks.try_out(found, live, event)
        for _ in range(_LOOKS):
            if delivery["status"] != "pending" or delivery["attempts"]:
                break
            await found.pages.pause(_PAUSE_S)
            delivery = await webhooks.delivery(found, live, delivery["id"])
        return delivery

    sent = with_target(target, send)
    if output == "json":
        write_json({"format_version": 1, "delivery": sent})
        if sent["status"] != "delivered":
            ctx.exit(EXIT_PROBLEMS)
        return
    write_lines(_whole(sent))
    _judge(sent)


@click.command(short_help="List what ENDPOINT was told.")
@click.argument("endpoint")
@click.argument("delivery", required=False)
@click.option("--status", type=click.Choice(["pending", "delivered", "failed", "dropped"]), help="Only those.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, newest first.")
@target_option
@output_option
def deliveries(
    endpoint: str, delivery: str | None, status: str | None, limit: int, target: str | None, output: str
) -> None:
    """List what ENDPOINT was told, newest first, or show one DELIVERY with its attempts."""
    from agentops.targets import webhooks

    async def look(found: "LiveTarget") -> Sequence[Mapping[str, Any]]:
        live = await webhooks.the(found, endpoint, owner_here())
        if delivery is not None:
            return [await webhooks.delivery(found, live, delivery)]
        return await webhooks.deliveries(found, live, status, limit)

    listed = with_target(target, look)
    if output == "json":
        write_json({"format_version": 1, "deliveries": listed})
    elif delivery is not None:
        write_lines(_whole(listed[0]))
    else:
        write_lines(map(_line, listed) if listed else ["No deliveries."])


@click.command(short_help="Send ENDPOINT events once more.")
@click.argument("endpoint")
@click.argument("delivery", nargs=-1)
@click.option("--failed", is_flag=True, help="Every event that no delivery brought: failed and dropped ones.")
@target_option
@output_option
def replay(endpoint: str, delivery: tuple[str, ...], failed: bool, target: str | None, output: str) -> None:
    """Send ENDPOINT events once more, under their own ids: a receiver that knows an event already can pass it over."""
    from agentops.targets import webhooks

    if bool(delivery) == failed:
        raise click.UsageError("name deliveries (`agentops webhook deliveries` lists them), or --failed")

    async def again(found: "LiveTarget") -> Sequence[Mapping[str, Any]]:
        live = await webhooks.the(found, endpoint, owner_here())
        wanted = delivery or await webhooks.undelivered(found, live)
        return [await webhooks.replay(found, live, each) for each in wanted]

    sent = with_target(target, again)
    if output == "json":
        write_json({"format_version": 1, "deliveries": sent})
        return
    write_lines(map(_line, sent) if sent else ["There is nothing to replay."])


def _judge(sent: Mapping[str, Any]) -> None:
    if sent["status"] == "delivered":
        return
    if not sent["attempts"] and sent["status"] == "pending":
        raise TargetError(
            f"{sent['endpoint_id']} was not told anything yet",
            hint="a server that runs (`agentops serve`) sends what waits; `agentops webhook deliveries` shows whether",
        )
    hint = "it is tried again; `agentops webhook deliveries` shows how that goes"
    problem = sent["attempts"][-1]["problem"] if sent["attempts"] else sent["reason"]
    mended = "`agentops webhook list` shows whether it is disabled; `agentops webhook enable` once it is mended"
    raise TargetError(
        f"{sent['endpoint_id']} was not reached: {printable(problem)}",
        hint=hint if sent["status"] == "pending" else mended,
    )


def _line(each: Mapping[str, Any]) -> str:
    count = each["attempt_count"]
    tried = "" if not count else ", one attempt" if count == 1 else f", {count} attempts"
    why = f": {each['reason']}" if each["reason"] else ""
    return f"{each['id']}  {each['created_at']}  {each['event_type']}  {each['status']}{tried}{printable(why)}"


def _whole(delivery: Mapping[str, Any]) -> Iterator[str]:
    yield _line(delivery)
    for each in delivery["attempts"]:
        said = each["problem"] or f"answered {each['status']}"
        yield f"  {each['number']}. {each['at']}  {printable(said)}, after {each['took_ms']} ms"
