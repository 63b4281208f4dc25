"""Which target a command meets, where the embedded engine lives, and which address and credential a target gets."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.cli.context import Choice, _endpoint, chosen_target
from agentops.cli.models import ModelFlags
from agentops.cli.planning import home_of
from agentops.manifests.document import Tree
from agentops.manifests.load import load
from agentops.targets.endpoint import Endpoint

KEY = {"ANTHROPIC_API_KEY": "sk-of-the-test"}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    targets = "    production: {url: 'https://api.example.com/', workspace: wrkspc_01}\n    local: {url: http://127.0.0.1:1}\n"
    text = "apiVersion: agentops/v1\nkind: Project\nmetadata: {name: shop}\nspec:\n  targets:\n" + targets
    (tmp_path / "project.yaml").write_text(text)
    return load(tmp_path)


@pytest.mark.parametrize(
    ("flag", "environment", "name"),
    [
        ("production", {"AGENTOPS_TARGET": "local", **KEY}, "production"),
        (None, {"AGENTOPS_TARGET": "local", **KEY}, "local"),
        (None, KEY, ""),
        (None, {"ANTHROPIC_AUTH_TOKEN": "token-of-the-test"}, ""),
        (None, {"ANTHROPIC_BASE_URL": "http://127.0.0.1:8700"}, ""),
        (None, {"AGENTOPS_TARGET": "", "ANTHROPIC_BASE_URL": "", "ANTHROPIC_API_KEY": ""}, "embedded"),
        (None, {}, "embedded"),
    ],
    ids=[
        "the flag",
        "AGENTOPS_TARGET",
        "a key alone",
        "a token alone",
        "an address alone",
        "empty settings",
        "nothing",
    ],
)
def test_the_target_is_the_first_that_was_named(flag: str | None, environment: Mapping[str, str], name: str) -> None:
    assert chosen_target(flag, environment).name == name


def test_a_choice_says_why_it_was_made() -> None:
    assert chosen_target("local", {}) == Choice("local", "--target")
    assert chosen_target(None, {"AGENTOPS_TARGET": "local"}).reason == "AGENTOPS_TARGET"
    assert chosen_target(None, KEY).reason == "ANTHROPIC_API_KEY"
    assert chosen_target(None, {**KEY, "ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}).reason == (
        "ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY"
    )
    assert "default" in chosen_target(None, {}).reason


def test_the_embedded_engine_lives_beside_the_tree(tmp_path: Path) -> None:
    agents_d = tmp_path / "agents.d"
    agents_d.mkdir()
    manifest = agents_d / "project.yaml"
    manifest.touch()
    homes = {home_of(each) for each in (tmp_path, agents_d, manifest)}
    assert homes == {tmp_path / ".agentops"}


def test_the_home_of_a_relative_path_does_not_move_with_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_of(Path()) == tmp_path / ".agentops"


def test_inside_agents_d_the_engine_is_still_the_one_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "agents.d").mkdir()
    monkeypatch.chdir(tmp_path / "agents.d")
    assert home_of(Path()) == tmp_path / ".agentops"


def test_a_declared_target_gets_its_address_its_workspace_and_its_own_key(tree: Tree) -> None:
    endpoint = _endpoint("production", tree, {**KEY, "AGENTOPS_PRODUCTION_API_KEY": "of production"})
    assert isinstance(endpoint, Endpoint)
    assert (endpoint.url, endpoint.workspace) == ("https://api.example.com", "wrkspc_01")
    assert endpoint.label == "production (https://api.example.com, wrkspc_01)", "a plan's id is over its workspace"
    assert endpoint.credential.reveal() == "of production"


def test_the_key_of_the_sdk_goes_only_where_the_sdk_would_send_it(tree: Tree) -> None:
    with pytest.raises(UsageError, match="needs a credential"):
        _endpoint("production", tree, KEY)
    here = _endpoint("production", tree, {**KEY, "ANTHROPIC_BASE_URL": "https://api.example.com"})
    assert here.credential.reveal() == KEY["ANTHROPIC_API_KEY"]


def test_without_a_name_the_settings_of_the_sdk_decide(tree: Tree) -> None:
    assert _endpoint("", tree, KEY).url == "https://api.anthropic.com"
    here = _endpoint("", tree, {**KEY, "ANTHROPIC_BASE_URL": "http://127.0.0.1:8700/", "ANTHROPIC_WORKSPACE_ID": "w"})
    assert (here.url, here.workspace, here.label) == ("http://127.0.0.1:8700", "w", "http://127.0.0.1:8700 (w)")
    assert _endpoint("", tree, {"ANTHROPIC_AUTH_TOKEN": "token"}).credential.reveal() == "token"


def test_a_misspelt_target_names_the_one_that_was_meant(tree: Tree) -> None:
    with pytest.raises(UsageError, match="target `prodction` is not declared") as caught:
        _endpoint("prodction", tree, KEY)
    assert caught.value.hint == "did you mean `production`?"


def test_an_unknown_target_names_those_that_are_declared(tree: Tree) -> None:
    with pytest.raises(UsageError) as caught:
        _endpoint("xyz", tree, KEY)
    assert caught.value.hint == "declared targets: production, local, embedded"


@pytest.mark.parametrize("name", ["", "production"])
def test_a_target_without_a_credential_says_what_to_set(tree: Tree, name: str) -> None:
    with pytest.raises(UsageError, match="needs a credential and none is set") as caught:
        _endpoint(name, tree, {"ANTHROPIC_BASE_URL": "http://127.0.0.1:8700"})
    assert "_API_KEY" in caught.value.hint
    assert "--target embedded" in caught.value.hint


@pytest.mark.parametrize(
    "url", ["", "localhost", "127.0.0.1:8700", "ftp://example.com", "http:", "http://", "http://[::1", "http://a:b"]
)
def test_a_request_needs_the_address_of_a_server(url: str) -> None:
    with pytest.raises(UsageError, match="is no address of a server") as caught:
        Endpoint("the target", url, Secret("key"))
    assert "http://host:port" in caught.value.hint


def test_the_version_in_an_address_is_left_to_the_requests() -> None:
    with pytest.raises(UsageError, match="ends in /v1") as caught:
        Endpoint("http://127.0.0.1:8700/v1", "http://127.0.0.1:8700/v1", Secret("key"))
    assert caught.value.hint == "leave it out: http://127.0.0.1:8700"


def test_one_thing_says_what_the_model_answers() -> None:
    with pytest.raises(UsageError, match="--model-script and --replay"):
        ModelFlags(model_script=Path("script.yaml"), replay=Path("recording.jsonl"))
