"""`agentops environment-key`: what the workers of a self-hosted environment come with."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from agentops.base.paint import printable
from agentops.cli.output import output_option, say, write_json, write_lines
from agentops.cli.planning import target_option, with_target


@click.group("environment-key")
def environment_key() -> None:
    """Make, list and revoke keys for the workers of a self-hosted environment.

    A worker is given its key as ANTHROPIC_ENVIRONMENT_KEY. It opens the environment's work queue and the sessions in
    it, and nothing else of the workspace.
    """


@environment_key.command(short_help="Make a key and print it.")
@click.argument("environment_id")
@click.option("--name", metavar="TEXT", default="", help="What the key is for.")
@target_option
@output_option
def create(environment_id: str, name: str, target: str | None, output: str) -> None:
    """Make a key for the workers of ENVIRONMENT_ID and print it."""
    from agentops.targets import environment_keys

    made = dict(with_target(target, lambda found: environment_keys.create(found, environment_id, name)))
    key = made.pop("key")
    if output == "json":
        write_json({"format_version": 1, "environment_key": made, "key": key})
        return
    say(f"{made['id']} lets workers of {environment_id} in:")
    write_lines([key])
    say(f"It is shown this once; `agentops environment-key revoke {environment_id} {made['id']}` makes it void.")


@environment_key.command("list", short_help="List keys, newest first.")
@click.argument("environment_id")
@target_option
@output_option
def list_(environment_id: str, target: str | None, output: str) -> None:
    """List the keys of ENVIRONMENT_ID, newest first, without what they are."""
    from agentops.targets import environment_keys

    found = with_target(target, lambda reached: environment_keys.every(reached, environment_id))
    if output == "json":
        write_json({"format_version": 1, "environment_keys": found})
    else:
        write_lines(_listed(found))


@environment_key.command(short_help="Make a key void at once.")
@click.argument("environment_id")
@click.argument("key_id")
@target_option
@output_option
def revoke(environment_id: str, key_id: str, target: str | None, output: str) -> None:
    """Make KEY_ID of ENVIRONMENT_ID void at once; `list` shows the ids of keys."""
    from agentops.targets import environment_keys

    gone = with_target(target, lambda found: environment_keys.revoke(found, environment_id, key_id))
    if output == "json":
        write_json({"format_version": 1, "environment_key": gone})
    else:
        write_lines([f"{gone['id']} is void since {gone['revoked_at']}."])


def _listed(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for each in found:
        name = f"  {printable(each['name'])}" if each["name"] else ""
        fate = f"void since {each['revoked_at']}" if each["revoked_at"] else "good"
        yield f"{each['id']}  {each['created_at']}  {fate}{name}"
    if not found:
        yield "No keys."
