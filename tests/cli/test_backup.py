"""`agentops backup` and `restore`: what they say, above all of the key without which a backup is of little use."""

import asyncio
import json
from pathlib import Path

import pytest

from agentops.cli.failure import run
from agentops.cli.table import cli
from agentops.engine.keyring import Keyring
from tests.engine.backups.furnished import Ground


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    for name in ("DATABASE", "API_KEY", "VAULT_KEY", "VAULT_KEY_OLD"):
        monkeypatch.delenv(f"AGENTOPS_{name}", raising=False)
        monkeypatch.delenv(f"AGENTOPS_{name}_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    made = Ground(tmp_path / ".agentops")
    asyncio.run(made.furnish())
    return made


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> tuple[str, str]:
    code = run(cli, list(arguments))
    out, err = capsys.readouterr()
    assert code == status, err
    return out, err


def test_a_backup_in_a_folder_is_named_for_the_moment(
    ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "backups").mkdir()
    out, err = said(capsys, "backup", "backups")
    (file,) = (tmp_path / "backups").iterdir()
    assert file.name.startswith("agentops-20")
    assert out == f"backups/{file.name}: {file.stat().st_size:,} bytes, 2 blobs.\n"
    assert err == ""
    out, err = said(capsys, "restore", str(file), "--data", "other")
    assert out.startswith(f"{tmp_path / 'other'}: as it was at 20")
    assert err == ""


def test_a_backup_without_its_key_says_so_twice(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    key = Keyring(None, ground.data / "vault-key").own()
    _, err = said(capsys, "backup", "b.tar", "--without-keys")
    assert f"warning: vault key {key.id} is not in this backup. Keep it elsewhere" in err
    assert "a server that is restored without its api key" in err.lower()
    _, err = said(capsys, "restore", "b.tar", "--data", "other")
    assert f"warning: vault key {key.id} is not here; the server will not start without it." in err
    assert key.text not in err


def test_a_configured_key_is_never_in_a_backup_and_is_told(
    ground: Ground, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Keyring(None, ground.data / "vault-key").own()
    (ground.data / "vault-key").unlink()
    monkeypatch.setenv("AGENTOPS_VAULT_KEY", key.text)
    out, _ = said(capsys, "backup", "b.tar", "-o", "json")
    told = json.loads(out)
    assert (told["has_vault_key"], told["manifest"]["vault_key_id"]) == (False, key.id)
    assert key.text.encode() not in Path("b.tar").read_bytes()
    out, _ = said(capsys, "restore", "b.tar", "--data", "other", "-o", "json")
    assert json.loads(out)["has_vault_key"]


def test_what_was_there_is_found_where_it_says(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "backup", "b.tar")
    _, err = said(capsys, "restore", "b.tar", status=2)
    assert "engine.db exists: a server's data is here." in err
    out, _ = said(capsys, "restore", "b.tar", "--replace", "-o", "json")
    aside = Path(json.loads(out)["replaced"])
    assert {each.name for each in aside.iterdir()} == {"api-key", "blobs", "engine.db", "vault-key"}
