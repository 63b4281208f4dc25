"""`agentops webhook`: who is told of events in a target's workspace."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from agentops.base.errors import UsageError
from agentops.base.paint import printable
from agentops.cli.commands.webhook_deliveries import deliveries, replay, test
from agentops.cli.output import output_option, say, write_json, write_lines
from agentops.cli.planning import owner_here, target_option, with_target

if TYPE_CHECKING:
    from agentops.targets.live import LiveTarget


@click.group()
def webhook() -> None:
    """Register who is told of events in the target's workspace, see what they were told, and tell them again.

    An endpoint that manifests should keep track of is declared as a Webhook: `agentops apply` registers it, and
    `agentops webhook rotate Webhook/NAME` makes the secret that its receiver checks signatures with.
    """


@webhook.command()
@click.argument("url")
@click.option("--event", "events", metavar="TYPE", multiple=True, help="Tell of this type only; may be repeated.")
@click.option("--description", metavar="TEXT", help="What the endpoint is for.")
@click.option(
    "--format", "form", type=click.Choice(["standard", "slack"]), help="slack posts a line of text to a chat."
)
@target_option
@output_option
def add(
    url: str, events: tuple[str, ...], description: str | None, form: str | None, target: str | None, output: str
) -> None:
    """Register URL and print its signing secret."""
    from agentops.targets import webhooks

    request = _checked(url, events, description, form)

    async def register(found: "LiveTarget") -> tuple[Mapping[str, Any], str]:
        made = await webhooks.register(found, request)
        return made, await webhooks.rotate(found, made)

    made, secret = with_target(target, register)
    fact = f"{made['id']} tells {printable(url)} of {_counted(made['events'])}. Its signing secret:"
    _tell_secret(made, secret, fact, output)


@webhook.command("list")
@target_option
@output_option
def list_(target: str | None, output: str) -> None:
    """List the endpoints of the workspace, newest first."""
    from agentops.targets import webhooks

    found = with_target(target, webhooks.every)
    if output == "json":
        write_json({"format_version": 1, "webhooks": found})
    else:
        write_lines(_listed(found))


@webhook.command()
@click.argument("endpoint")
@target_option
@output_option
def rotate(endpoint: str, target: str | None, output: str) -> None:
    """Print a new signing secret for ENDPOINT.

    The old one is void at once. ENDPOINT is an id, a URL, or the name of a declared one: Webhook/alerts.
    """
    from agentops.targets import webhooks

    async def renew(found: "LiveTarget") -> tuple[Mapping[str, Any], str]:
        live = await webhooks.the(found, endpoint, owner_here())
        return live, await webhooks.rotate(found, live)

    live, secret = with_target(target, renew)
    _tell_secret(live, secret, f"{live['id']} signs with a new secret from now on:", output)


@webhook.command(short_help="Tell ENDPOINT things again.")
@click.argument("endpoint")
@target_option
@output_option
def enable(endpoint: str, target: str | None, output: str) -> None:
    """Tell ENDPOINT things again, whoever disabled it; what happened meanwhile is not made up for."""
    _set_state(endpoint, target, output, is_enabled=True)


@webhook.command()
@click.argument("endpoint")
@target_option
@output_option
def disable(endpoint: str, target: str | None, output: str) -> None:
    """Tell ENDPOINT nothing any more; what waits is dropped."""
    _set_state(endpoint, target, output, is_enabled=False)


@webhook.command()
@click.argument("endpoint")
@target_option
@output_option
def remove(endpoint: str, target: str | None, output: str) -> None:
    """Remove ENDPOINT and its secret.

    ENDPOINT is an id, a URL, or the name of a declared one: Webhook/alerts.
    """
    from agentops.targets import webhooks

    async def take_out(found: "LiveTarget") -> Mapping[str, Any]:
        live = await webhooks.the(found, endpoint, owner_here())
        await webhooks.remove(found, live)
        return live

    gone = with_target(target, take_out)
    if output == "json":
        write_json({"format_version": 1, "removed": gone})
        return
    write_lines([f"{gone['id']} is removed."])
    if declared := webhooks.declared_by(gone):
        say(f"{printable(declared)} declares it: the next apply registers it anew, unless the manifest goes too.")


for each in (deliveries, replay, test):
    webhook.add_command(each)


def _set_state(endpoint: str, target: str | None, output: str, *, is_enabled: bool) -> None:
    from agentops.targets import webhooks

    async def put(found: "LiveTarget") -> Mapping[str, Any]:
        return await webhooks.enable(found, await webhooks.the(found, endpoint, owner_here()), is_enabled=is_enabled)

    now = with_target(target, put)
    if output == "json":
        write_json({"format_version": 1, "webhook": now})
    else:
        write_lines([f"{now['id']} is {now['state']}."])


def _tell_secret(endpoint: Mapping[str, Any], secret: str, fact: str, output: str) -> None:
    """Print a secret, alone on standard output where a person or a script reads it."""
    if output == "json":
        write_json({"format_version": 1, "webhook": endpoint, "signing_secret": secret})
        return
    say(fact)
    write_lines([secret])
    say(f"It is shown this once; `agentops webhook rotate {endpoint['id']}` makes another.")


def _checked(url: str, events: tuple[str, ...], description: str | None, form: str | None) -> dict[str, Any]:
    """Return the request, or say what is wrong with it before a target is asked."""
    from typing import get_args

    from agentops.base.names import nearest
    from agentops.wire.problems import check
    from agentops.wire.webhooks import WorkspaceEvent, WorkspaceWebhookCreate

    types = get_args(WorkspaceEvent)
    optional = {name: each for name, each in (("description", description), ("format", form)) if each is not None}
    request = {"url": url, "events": list(events or types), **optional}
    for each in events:
        if each not in types:
            near = nearest(each, types)
            hint = f"did you mean {near}?" if near else f"there are: {', '.join(types)}"
            raise UsageError(f"there is no event type `{each}`", hint=hint)
    for problem in check(WorkspaceWebhookCreate, request)[1]:
        raise UsageError(f"{problem.path[0]} {problem.message}")
    return request


def _listed(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    from agentops.targets import webhooks

    for each in found:
        declared = webhooks.declared_by(each)
        tail = f"  ({printable(declared)})" if declared else ""
        yield f"{each['id']}  {printable(each['url'])}  {printable(_counted(each['events']))}{_state(each)}{tail}"
    if not found:
        yield "No webhook endpoints."


def _state(endpoint: Mapping[str, Any]) -> str:
    """Return what is to be known of how it stands; an older server says nothing of it."""
    if endpoint.get("state", "enabled") == "enabled":
        return ""
    return f"  {printable(endpoint['disabled_reason'] or endpoint['state'])}"


def _counted(events: Sequence[str]) -> str:
    return events[0] if len(events) == 1 else f"{len(events)} event types"
