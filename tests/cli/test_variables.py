"""Secrets as files: where services find theirs."""

from base64 import b64encode
from pathlib import Path

import pytest

from agentops.base.errors import UsageError
from agentops.cli.environment import engine_settings
from agentops.cli.models import endpoints
from agentops.cli.variables import SECRETS, secret, variable


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def test_every_secret_of_the_server_may_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {name: f"text-of-{name.lower()}" for name in SECRETS}
    texts |= {name: b64encode(bytes(32)).decode() for name in SECRETS if "VAULT" in name}
    texts["AGENTOPS_DATABASE"] = "postgresql://somebody:something@host/name"
    for name, text in texts.items():
        (tmp_path / name).write_text(f"{text}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    settings = engine_settings(database=None, data=tmp_path)
    assert settings.database == texts["AGENTOPS_DATABASE"]
    read = [settings.api_key, settings.vault_key, settings.vault_key_old]
    assert [each.reveal() for each in read if each] == [texts[name] for name in SECRETS[:3]]
    for name in SECRETS[-2:]:
        monkeypatch.delenv(f"{name}_FILE")
    for name in SECRETS[-2:]:
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
        endpoint = endpoints(is_embedded=False).default
        assert endpoint is not None
        found = [each.reveal() for each in (endpoint.api_key, endpoint.auth_token) if each]
        assert found == [texts[name]]
        monkeypatch.delenv(f"{name}_FILE")


def test_a_variable_alone_is_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTOPS_API_KEY", " sixteen-characters ")
    assert variable("AGENTOPS_API_KEY") == "sixteen-characters"
    assert secret("AGENTOPS_VAULT_KEY") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        (b"", "holds no secret"),
        (b" \n", "holds no secret"),
        (b"\xff\xfe", "is not text"),
        (b"x" * 70_000, "holds no secret"),
        (b"a\0b", "holds no secret"),
    ],
)
def test_a_file_without_a_secret_is_told_and_not_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, said: str
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("AGENTOPS_API_KEY_FILE", str(file))
    with pytest.raises(UsageError, match=said) as refused:
        secret("AGENTOPS_API_KEY")
    assert "xxx" not in refused.value.message


def test_one_of_two_places_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTOPS_API_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("AGENTOPS_API_KEY", "sixteen-characters")
    with pytest.raises(UsageError, match="Both AGENTOPS_API_KEY and AGENTOPS_API_KEY_FILE are set"):
        secret("AGENTOPS_API_KEY")


def test_what_is_no_secret_is_not_read_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "name").write_text("model")
    monkeypatch.setenv("AGENTOPS_MODEL_NAME_FILE", str(tmp_path / "name"))
    assert variable("AGENTOPS_MODEL_NAME") == ""
