"""`agentops vault-key rotate`: what it says, and that it never says a key."""

import asyncio
import json
from pathlib import Path

import pytest

from agentops.base.clock import SystemClock, timestamp
from agentops.base.secrets import Secret
from agentops.cli.failure import run
from agentops.cli.table import cli
from agentops.engine.keyring import Keyring
from agentops.engine.sealing import Box, VaultKey
from agentops.engine.store.choice import database
from agentops.engine.store.secrets import Secrets


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE", "API_KEY", "VAULT_KEY", "VAULT_KEY_OLD"):
        monkeypatch.delenv(f"AGENTOPS_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".agentops" / "vault-key"


def keep_a_secret(file: Path) -> None:
    async def keep() -> None:
        store = database(f"sqlite:///{file.parent / 'engine.db'}")
        at = timestamp(SystemClock().now())
        await store.open(at)
        box = Box("w", "vlt_1")
        await store.write(lambda tx: Secrets(tx, box, Keyring(None, file)).put("a", {"token": Secret("t")}, at))
        await store.close()

    asyncio.run(keep())


def rotate(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> tuple[str, str]:
    code = run(cli, ["vault-key", "rotate", *arguments])
    said = capsys.readouterr()
    assert code == status, said.err
    return said.out, said.err


def test_it_says_which_key_took_the_place_of_which_and_where_they_are(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_a_secret(file)
    old = Keyring(None, file).own()
    out, hints = rotate(capsys)
    new = Keyring(None, file).own()
    assert out == f"Vault key {old.id} → {new.id}: sealed 1 data key anew.\n"
    assert f"The new key is in {file};" in hints
    assert f"The old one is kept in {file}.{old.id}." in hints
    assert not any(each in out + hints for each in (old.text, new.text))
    out, _ = rotate(capsys, "--reseal", "-o", "json")
    newest = Keyring(None, file).own()
    assert json.loads(out) == {
        "format_version": 1,
        "rotation": {
            "old_id": new.id,
            "new_id": newest.id,
            "data_keys": 1,
            "secrets": 1,
            "key_file": str(file),
            "old_key_file": f"{file}.{new.id}",
        },
    }


def test_a_configured_key_asks_for_the_one_before(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_a_secret(file)
    old, new = Keyring(None, file).own(), VaultKey.new()
    monkeypatch.setenv("AGENTOPS_VAULT_KEY", new.text)
    _, said = rotate(capsys, status=2)
    assert "AGENTOPS_VAULT_KEY_OLD" in said
    monkeypatch.setenv("AGENTOPS_VAULT_KEY_OLD", old.text)
    assert rotate(capsys) == (
        f"Vault key {old.id} → {new.id}: sealed 1 data key anew.\n",
        "Servers no longer need AGENTOPS_VAULT_KEY_OLD; backups from before do.\n",
    )
    assert rotate(capsys)[0] == f"Vault key {new.id} is in use already.\n"


def test_where_there_is_no_database_none_is_made(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, said = rotate(capsys, status=2)
    assert f"There is no database {file.parent / 'engine.db'}." in said
    assert not file.parent.exists()


def test_where_there_is_nothing_sealed_there_is_nothing_to_do(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.parent.mkdir()
    (file.parent / "engine.db").touch()
    assert rotate(capsys)[0] == "The database holds no secrets; there is nothing to rotate.\n"
    assert not file.exists()
