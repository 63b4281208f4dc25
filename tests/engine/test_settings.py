"""Settings: what cannot work, or would be unsafe, is refused before anything starts."""

from pathlib import Path

import pytest

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.engine.settings import Settings, is_loopback


def settings(host: str = "127.0.0.1", key: str | None = None) -> Settings:
    return Settings("sqlite:///x", Path("data"), host=host, api_key=None if key is None else Secret(key))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_loopback_needs_no_configured_key(host: str) -> None:
    assert is_loopback(host)
    settings(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.com", "", "localhost.example.com"])
def test_an_address_that_others_reach_needs_a_configured_key(host: str) -> None:
    with pytest.raises(UsageError, match="no API key is configured") as caught:
        settings(host)
    assert "AGENTOPS_API_KEY" in caught.value.hint
    settings(host, "a-key-that-somebody-chose")


@pytest.mark.parametrize(
    "key", ["", "short", "has a space in the middle", "schlüssel-mit-umlaut", "tab\tin-the-middle"]
)
def test_a_key_that_could_be_guessed_or_not_be_sent_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings(key=key)
    assert not key or key not in str(caught.value)


def test_settings_do_not_show_the_key() -> None:
    assert "somebody" not in repr(settings(key="a-key-that-somebody-chose"))


@pytest.mark.parametrize("key", ["", "short", "c2hvcnQ=", "x" * 44])
def test_a_vault_key_that_is_none_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(UsageError, match="vault key") as caught:
        Settings("sqlite:///x", Path("data"), vault_key=Secret(key))
    assert not key or key not in str(caught.value) + caught.value.hint
    with pytest.raises(UsageError, match="AGENTOPS_VAULT_KEY_OLD"):
        Settings("sqlite:///x", Path("data"), vault_key_old=Secret(key))
