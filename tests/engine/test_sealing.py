"""Sealing: what is sealed opens in its own place only, with its own key only, and shows nothing."""

from base64 import b64encode

import pytest

from agentops.base.errors import StorageError
from agentops.base.secrets import Secret
from agentops.engine import sealing
from agentops.engine.sealing import Box, DataKey, VaultKey

BOX = Box("w", "vlt_1")
TEXT = Secret("marked-secret ü")


@pytest.fixture
def vault_key() -> VaultKey:
    return VaultKey.new()


@pytest.fixture
def data_key(vault_key: VaultKey) -> DataKey:
    return vault_key.new_data_key(BOX)[0]


def test_what_was_sealed_opens_again(vault_key: VaultKey) -> None:
    key, wrapped = vault_key.new_data_key(BOX)
    sealed = key.seal(TEXT, "vcrd_1", "token")
    assert vault_key.data_key(BOX, wrapped).open(sealed, "vcrd_1", "token") == TEXT
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
def test_a_data_key_opens_for_its_own_box_only(vault_key: VaultKey, box: Box) -> None:
    key, wrapped = vault_key.new_data_key(BOX)
    with pytest.raises(StorageError):
        vault_key.data_key(box, wrapped)
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


def test_another_vault_key_opens_nothing() -> None:
    one, other = VaultKey.new(), VaultKey.new()
    _, wrapped = one.new_data_key(BOX)
    assert other.id != one.id
    with pytest.raises(StorageError, match="another key"):
        other.data_key(BOX, wrapped)


def test_a_data_key_is_the_same_under_another_vault_key() -> None:
    one, other = VaultKey.new(), VaultKey.new()
    data_key, _ = one.new_data_key(BOX)
    assert other.data_key(BOX, other.wrapped(data_key)) == data_key


def test_a_vault_key_is_what_its_text_spells_and_shows_nothing_of_it() -> None:
    key = VaultKey.new()
    assert VaultKey.of(key.text) == key
    assert VaultKey.of(sealing.generate()) not in (None, key)
    assert key.text not in repr(key)
    assert len(key.id) == 16


@pytest.mark.parametrize("text", ["", "short", b64encode(b"x" * 31).decode(), "%" * 44])
def test_what_is_not_32_bytes_in_base64_is_no_vault_key(text: str) -> None:
    assert VaultKey.of(text) is None
