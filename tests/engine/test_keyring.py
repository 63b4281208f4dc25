"""The vault keys of a server: configured ones or files, found by their ids."""

import stat
from base64 import b64encode
from pathlib import Path

import pytest

from agentops.base.errors import StorageError
from agentops.base.secrets import Secret
from agentops.engine.keyring import Keyring
from agentops.engine.sealing import VaultKey

ONE, TWO = VaultKey.new(), VaultKey.new()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "vault-key"


def configured(file: Path, *keys: VaultKey) -> Keyring:
    return Keyring(*(Secret(each.text) for each in keys[:1]), file, *(Secret(each.text) for each in keys[1:]))


def names(file: Path) -> set[str]:
    return {each.name for each in file.parent.iterdir()}


def test_the_key_file_is_made_by_the_first_use_for_its_owner_alone(file: Path) -> None:
    keyring = Keyring(None, file)
    assert not file.parent.exists()
    key = keyring.own()
    assert (Keyring(None, file).own(), keyring.named(key.id)) == (key, key)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert names(file) == {"vault-key"}


def test_a_configured_key_needs_no_file_and_is_not_written_down(file: Path) -> None:
    keyring = configured(file, ONE, TWO)
    assert keyring.own() == keyring.successor() == keyring.named(ONE.id) == ONE
    assert keyring.named(TWO.id) == TWO
    assert keyring.settle(ONE) is None
    assert not file.parent.exists()


def test_where_a_key_is_configured_the_file_is_not_asked(file: Path) -> None:
    in_file = Keyring(None, file).own()
    with pytest.raises(StorageError, match=f"vault key {in_file.id}; this server has {ONE.id} and {TWO.id}") as caught:
        configured(file, ONE, TWO).named(in_file.id)
    assert "AGENTOPS_VAULT_KEY_OLD" in caught.value.hint


def test_a_missing_key_is_missed_without_making_another(file: Path) -> None:
    with pytest.raises(StorageError, match=f"vault key {ONE.id}; this server has none") as caught:
        Keyring(None, file).named(ONE.id)
    assert str(file) in caught.value.hint
    assert not file.parent.exists()


def test_a_successor_is_found_by_its_id_before_and_after_it_is_in_the_key_file(file: Path) -> None:
    running, rotating = Keyring(None, file), Keyring(None, file)
    old, new = rotating.own(), rotating.successor()
    for settled in (False, True):
        if settled:
            assert rotating.settle(new) == file.with_name(f"vault-key.{old.id}")
        for keyring in (running, Keyring(None, file)):
            assert (keyring.named(old.id), keyring.named(new.id)) == (old, new)
    assert rotating.settle(new) is None
    assert Keyring(None, file).own() == new
    assert names(file) == {"vault-key", f"vault-key.{old.id}", f"vault-key.{new.id}"}
    assert {stat.S_IMODE(each.stat().st_mode) for each in file.parent.iterdir()} == {0o600}


def test_only_a_key_that_a_file_keeps_is_put_in_the_key_file(file: Path) -> None:
    keyring = Keyring(None, file, Secret(ONE.text))
    own = keyring.own()
    assert keyring.named(ONE.id) == ONE
    assert keyring.settle(ONE) is None
    assert Keyring(None, file).own() == own


@pytest.mark.parametrize("text", ["", "short", b64encode(b"x" * 31).decode(), "%" * 44])
def test_a_file_with_something_else_is_refused_without_repeating_it(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    for ask in (Keyring(None, file).own, lambda: Keyring(None, file).named(ONE.id)):
        with pytest.raises(StorageError, match="holds no vault key") as caught:
            ask()
        assert not text or text not in caught.value.message
