"""API keys: made, recognised, kept."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.errors import StorageError
from agentops.engine import keys
from agentops.engine.keys import Credential


def test_a_key_is_recognised_by_its_prefix_and_checksum() -> None:
    key = keys.generate().reveal()
    assert key.startswith("agentops_key_")
    assert len(key) == len("agentops_key_") + 43 + 6
    assert keys.could_be_key(key)


@given(st.integers(0, 48), st.characters(codec="ascii", categories=["L", "N"]))
def test_a_changed_character_is_noticed_without_a_database(place: int, character: str) -> None:
    key = keys.generate().reveal()
    index = len(keys.PREFIX) + place
    changed = key[:index] + character + key[index + 1 :]
    assert keys.could_be_key(changed) == (changed == key)


@given(st.text(max_size=80))
def test_random_texts_behind_the_prefix_are_no_keys(text: str) -> None:
    assert not keys.could_be_key(keys.PREFIX + text)


def test_a_key_of_somebodys_own_choice_is_worth_looking_up() -> None:
    assert keys.could_be_key("sk-ant-whatever")


@pytest.mark.parametrize(
    ("prefix", "kind", "mistyped"),
    [
        (keys.PREFIX, Credential.API_KEY, None),
        (keys.TOKEN_PREFIX, Credential.SESSION_TOKEN, None),
        # The prefix is the vendor's: an API key of somebody's choice may begin with it.
        (keys.ENVIRONMENT_PREFIX, Credential.ENVIRONMENT_KEY, Credential.API_KEY),
    ],
)
def test_the_prefix_and_the_checksum_tell_what_a_credential_is(
    prefix: str, kind: Credential, mistyped: Credential | None
) -> None:
    made = keys.generate(prefix).reveal()
    assert keys.kind(made) is kind
    assert keys.kind(made[:-1] + ("a" if made[-1] != "a" else "b")) is mistyped


def test_no_key_is_made_twice_and_its_digest_tells_nothing() -> None:
    made = {keys.generate().reveal() for _ in range(100)}
    assert len(made) == 100
    assert len({keys.digest(each) for each in made}) == 100


def test_the_file_is_written_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "api-key"
    first = keys.kept_in(file)
    assert keys.kept_in(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [each.name for each in file.parent.iterdir()] == ["api-key"]


def test_many_who_start_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: keys.kept_in(tmp_path / "data" / "api-key").reveal(), range(32)))
    assert len(set(found)) == 1


@pytest.mark.parametrize("content", ["", "something else", "agentops_key_short", "\0"])
def test_a_file_with_something_else_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "api-key"
    file.write_text(content)
    with pytest.raises(StorageError, match="holds no API key"):
        keys.kept_in(file)


def test_a_file_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be used"):
        keys.kept_in(tmp_path / "data" / "api-key")


def test_a_draft_is_never_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_source: Path, _target: Path) -> None:
        raise PermissionError(13, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(StorageError):
        keys.kept_in(tmp_path / "api-key")
    assert list(tmp_path.iterdir()) == []
