"""`agentops vault-key`: the key that seals the secrets in an engine's database."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.wording import counted
from agentops.cli.environment import data_option, database_option, engine_settings
from agentops.cli.output import output_option, say, write_json, write_lines

if TYPE_CHECKING:
    from agentops.engine.rotation import Rotation


@click.group("vault-key")
def vault_key() -> None:
    """Rotate the key that seals the secrets in an engine's database."""


@vault_key.command()
@database_option
@data_option
@click.option("--reseal", is_flag=True, help="Seal each secret anew too, not only the keys of their vaults.")
@output_option
def rotate(database: str | None, data: Path, reseal: bool, output: str) -> None:
    """Seal what the database holds with a new key, in one transaction.

    The engine need not be stopped. With a key file, the new key is made and put there, and the old one is kept beside
    it. With AGENTOPS_VAULT_KEY, set that to the new key and AGENTOPS_VAULT_KEY_OLD to the one before, for the servers
    too; once this is done, they no longer need the old one. It can be killed at any time and run again.
    """
    import asyncio

    from agentops.base.clock import SystemClock
    from agentops.engine.rotation import rotate as run

    found = asyncio.run(run(engine_settings(database=database, data=data), SystemClock(), reseal=reseal))
    if output == "json":
        write_json({"format_version": 1, "rotation": _as_json(found) if found else None})
    elif found is None:
        write_lines(["The database holds no secrets; there is nothing to rotate."])
    else:
        _tell(found)


def _tell(rotation: "Rotation") -> None:
    done = rotation.done
    if done.old_id == rotation.new_id and not done.boxes:
        write_lines([f"Vault key {rotation.new_id} is in use already."])
    else:
        secrets = f" and {counted(done.secrets, 'secret')}" if done.secrets else ""
        sealed = f"sealed {counted(done.boxes, 'data key')}{secrets} anew"
        write_lines([f"Vault key {done.old_id} → {rotation.new_id}: {sealed}."])
    if rotation.file is None:
        say("Servers no longer need AGENTOPS_VAULT_KEY_OLD; backups from before do.")
        return
    say(f"The new key is in {rotation.file}; running servers find it there.")
    if rotation.old_file:
        say(f"The old one is kept in {rotation.old_file}. Remove it once you no longer need the backups from before.")


def _as_json(rotation: "Rotation") -> dict[str, str | int | None]:
    return {
        "old_id": rotation.done.old_id,
        "new_id": rotation.new_id,
        "data_keys": rotation.done.boxes,
        "secrets": rotation.done.secrets,
        "key_file": str(rotation.file) if rotation.file else None,
        "old_key_file": str(rotation.old_file) if rotation.old_file else None,
    }
