"""`agentops backup`: a server's database and what lies beside it, in one file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.wording import counted
from agentops.cli.environment import data_option, database_option, engine_settings
from agentops.cli.output import output_option, say, write_json, write_lines

if TYPE_CHECKING:
    from agentops.engine.backups.taking import Taken


@click.command()
@click.argument("dest", type=click.Path(path_type=Path))
@database_option
@data_option
@click.option("--without-keys", is_flag=True, help="Leave the key files out: then nobody who has the file has them.")
@click.option("--replace", is_flag=True, help="Replace DEST if it exists.")
@output_option
def backup(dest: Path, database: str | None, data: Path, without_keys: bool, replace: bool, output: str) -> None:
    """Write what a server on SQLite keeps to the file DEST; in a folder, to a new file named for the moment.

    The server need not be stopped: everything that it acknowledged before this began is in the backup. DEST is there
    once it is whole, and for you alone to read. What sandboxes hold and what can be made again is left out.

    Of Postgres, use its own tools: docs/operations.md shows how.
    """
    from agentops.base.clock import SystemClock, timestamp
    from agentops.engine.backups import places
    from agentops.engine.backups.taking import Wanted, take

    now = SystemClock().now()
    file = dest / f"agentops-{now:%Y%m%dT%H%M%SZ}.tar" if dest.is_dir() else dest
    wanted = Wanted(file, timestamp(now), with_keys=not without_keys, replaces=replace)
    taken = take(places.of(engine_settings(database=database, data=data)), wanted)
    if output == "json":
        write_json(_as_json(taken))
        return
    write_lines([f"{taken.file}: {taken.size_bytes:,} bytes, {counted(taken.manifest.blobs, 'blob')}."])
    for owner in taken.manifest.lost:
        say(f"warning: the bytes of {owner} are not on this server's disk, or damaged; the backup has not got them.")
    if not taken.has_vault_key:
        say(f"warning: vault key {taken.manifest.vault_key_id} is not in this backup. Keep it elsewhere:")
        say("  without it the secrets in the backup cannot be opened again, by anybody.")
    if without_keys:
        say("A server that is restored without its API key's file makes a new key, and the old one is void.")


def _as_json(taken: "Taken") -> dict[str, object]:
    return {
        "format_version": 1,
        "file": str(taken.file),
        "size_bytes": taken.size_bytes,
        "has_vault_key": taken.has_vault_key,
        "manifest": taken.manifest.model_dump(),
    }
