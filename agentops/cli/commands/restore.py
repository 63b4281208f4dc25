"""`agentops restore`: a server's data from the file of a backup."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.wording import counted
from agentops.cli.environment import data_option, database_option, engine_settings
from agentops.cli.output import output_option, say, write_json, write_lines

if TYPE_CHECKING:
    from agentops.engine.backups.restoring import Restored


@click.command()
@click.argument("source", metavar="SRC", type=click.Path(path_type=Path))
@database_option
@data_option
@click.option("--replace", is_flag=True, help="Set aside what is there: it goes to a folder `replaced-…` beside it.")
@output_option
def restore(source: Path, database: str | None, data: Path, replace: bool, output: str) -> None:
    """Make a backup the data of a server that does not run.

    Everything is verified first: digests, the database's integrity, that this version knows its schema. A restored
    server is the server of that moment: sessions go on, schedules fire, webhooks are told. Never run it beside the
    one that it is a copy of.
    """
    from agentops.base.clock import SystemClock
    from agentops.engine.backups import places
    from agentops.engine.backups.restoring import restore as run

    settings = engine_settings(database=database, data=data)
    stamp = f"{SystemClock().now():%Y%m%dT%H%M%S.%fZ}"
    restored = run(places.of(settings), source, stamp=stamp, replaces=replace)
    opens = restored.has_vault_key or settings.vault_key is not None
    if output == "json":
        write_json(_as_json(restored, opens))
        return
    manifest = restored.manifest
    blobs = counted(manifest.blobs, "blob")
    write_lines([f"{settings.data}: as it was at {manifest.taken_at}, with {blobs}."])
    if restored.aside:
        say(f"What was here before is in {restored.aside}.")
    for owner in manifest.lost:
        say(f"warning: the bytes of {owner} were lost before the backup was taken.")
    if not opens:
        say(f"warning: vault key {manifest.vault_key_id} is not here; the server will not start without it.")
        say("  Set AGENTOPS_VAULT_KEY to it, or put its file vault-key into the data folder.")


def _as_json(restored: "Restored", opens: bool) -> dict[str, object]:
    return {
        "format_version": 1,
        "taken_at": restored.manifest.taken_at,
        "blobs": restored.manifest.blobs,
        "lost": restored.manifest.lost,
        "replaced": str(restored.aside) if restored.aside else None,
        "has_vault_key": opens,
    }
