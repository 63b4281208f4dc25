"""Sealing: what is sealed opens in its own place only, with its own key only, and shows nothing."""

import stat
from base64 import b64encode
from pathlib import Path

import pytest

from agentops.base.errors import StorageError
from agentops.base.secrets import Secret
from agentops.engine import sealing
from agentops.engine.sealing import Box, DataKey, Keyring

BOX = Box("w", "vlt_1")
TEXT = Secret("marked-secret ü")


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(None, tmp_path / "data" / "vault-key")


@pytest.fixture
def data_key(keyring: Keyring) -> DataKey:
    return keyring.new_data_key(BOX)[0]


def test_what_was_sealed_opens_again(keyring: Keyring) -> None:
    key, wrapped = keyring.new_data_key(BOX)
    sealed = key.seal(TEXT, "vcrd_1", "token")
    assert keyring.data_key(BOX, wrapped).open(sealed, "vcrd_1", "token") == TEXT
    assert "marked" not in sealed
    assert "marked" not in repr(key)
    assert key.key.hex() not in repr(key)


def test_the_same_text_is_never_sealed_the_same_way(data_key: DataKey) -> None:
    assert data_key.seal(TEXT, "c", "token") != data_key.seal(TEXT, "c", "token")


@pytest.mark.parametrize(("holder", "name"), [("vcrd_2", "token"), ("vcrd_1", "access_token"), ("vcrd_1t", "oken")])
def test_a_seal_does_not_open_in_another_place(data_key: DataKey, holder: str, name: str) -> None:
    sealed = data_key.seal(TEXT, "vcrd_1", "token")
    with pytest.raises(StorageError, match="sealed for another place"):
        data_key.open(sealed, holder, name)


@pytest.mark.parametrize("box", [Box("other", "vlt_1"), Box("w", "vlt_2"), Box("wv", "lt_1")])
def test_a_data_key_opens_for_its_own_box_only(keyring: Keyring, box: Box) -> None:
    key, wrapped = keyring.new_data_key(BOX)
    with pytest.raises(StorageError):
        keyring.data_key(box, wrapped)
    sealed = key.seal(TEXT, "c", "token")
    with pytest.raises(StorageError):
        DataKey(box, key.key).open(sealed, "c", "token")


@pytest.mark.parametrize("place", [0, 3, 12, -1])
def test_a_changed_seal_does_not_open_and_is_not_shown(data_key: DataKey, place: int) -> None:
    sealed = data_key.seal(TEXT, "c", "token")
    changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place:][1:]
    with pytest.raises(StorageError) as caught:
        data_key.open(changed, "c", "token")
    assert caught.value.__cause__ is None
    assert sealed not in caught.value.message


def test_another_server_key_opens_nothing(keyring: Keyring, tmp_path: Path) -> None:
    other = Keyring(Secret(sealing.generate()), tmp_path / "none")
    _, wrapped = keyring.new_data_key(BOX)
    assert other.id != keyring.id
    with pytest.raises(StorageError, match="another key"):
        other.data_key(BOX, wrapped)
    assert not (tmp_path / "none").exists()


def test_the_key_file_is_made_by_the_first_use_for_its_owner_alone(keyring: Keyring, tmp_path: Path) -> None:
    file = tmp_path / "data" / "vault-key"
    assert not file.exists()
    assert Keyring(None, file).id == keyring.id
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Keyring(Secret(file.read_text().strip()), tmp_path / "none").id == keyring.id


@pytest.mark.parametrize("text", ["", "short", b64encode(b"x" * 31).decode(), "%" * 44])
def test_a_file_with_something_else_is_refused_without_repeating_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "vault-key").write_text(text)
    with pytest.raises(StorageError, match="holds no vault key") as caught:
        _ = Keyring(None, tmp_path / "vault-key").id
    assert not text or text not in caught.value.message
