"""`agentops environment-key`: what the workers of a self-hosted environment come with."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agentops.base.paint import printable
from agentops.cli.output import output_option, say, write_json, write_lines
from agentops.cli.planning import target_option, tree_here, with_target

if TYPE_CHECKING:
    from agentops.targets.live import LiveTarget


T = TypeVar("T")

_environment = click.argument("environment", metavar="ENVIRONMENT")


@click.group("environment-key")
def environment_key() -> None:
    """Make, list and revoke keys for the workers of a self-hosted environment.

    A worker is given its key as ANTHROPIC_ENVIRONMENT_KEY. It opens the environment's work queue and the sessions in
    it, and nothing else of the workspace. An ENVIRONMENT is named as its manifest is, or by its id.
    """


@environment_key.command(short_help="Make a key and print it.")
@_environment
@click.option("--name", metavar="TEXT", default="", help="What the key is for.")
@target_option
@output_option
def create(environment: str, name: str, target: str | None, output: str) -> None:
    """Make a key for the workers of ENVIRONMENT and print it."""
    from agentops.targets import environment_keys

    made = dict(_of(target, environment, lambda found, its_id: environment_keys.create(found, its_id, name)))
    key = made.pop("key")
    if output == "json":
        write_json({"format_version": 1, "environment_key": made, "key": key})
        return
    say(f"{made['id']} lets workers of {environment} in:")
    write_lines([key])
    say(f"It is shown this once; `agentops environment-key revoke {environment} {made['id']}` makes it void.")


@environment_key.command("list", short_help="List keys, newest first.")
@_environment
@target_option
@output_option
def list_(environment: str, target: str | None, output: str) -> None:
    """List the keys of ENVIRONMENT, newest first, without what they are."""
    from agentops.targets import environment_keys

    found = _of(target, environment, environment_keys.every)
    if output == "json":
        write_json({"format_version": 1, "environment_keys": found})
    else:
        write_lines(_listed(found))


@environment_key.command(short_help="Make a key void at once.")
@_environment
@click.argument("key_id")
@target_option
@output_option
def revoke(environment: str, key_id: str, target: str | None, output: str) -> None:
    """Make KEY_ID of ENVIRONMENT void at once; `list` shows the ids of keys."""
    from agentops.targets import environment_keys

    gone = _of(target, environment, lambda found, its_id: environment_keys.revoke(found, its_id, key_id))
    if output == "json":
        write_json({"format_version": 1, "environment_key": gone})
    else:
        write_lines([f"{gone['id']} is void since {gone['revoked_at']}."])


def _of(target: str | None, environment: str, use: "Callable[[LiveTarget, str], Awaitable[T]]") -> T:
    """Return what comes of using the target of the command with the id of an environment."""
    from agentops.cli.sessions import finding

    async def used(found: "LiveTarget") -> T:
        return await use(found, await finding.identity(finding.ENVIRONMENT, environment, found, tree_here()))

    return with_target(target, used)


def _listed(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for each in found:
        name = f"  {printable(each['name'])}" if each["name"] else ""
        fate = f"void since {each['revoked_at']}" if each["revoked_at"] else "good"
        yield f"{each['id']}  {each['created_at']}  {fate}{name}"
    if not found:
        yield "No keys."
