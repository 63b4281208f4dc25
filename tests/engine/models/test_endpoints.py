"""Which model is asked for where, and what an address may be."""

import pytest

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.engine.models.endpoints import Endpoint, Endpoints

DEFAULT, LOCAL, EXACT = (Endpoint(f"http://{each}.test:1/base/") for each in ("default", "local", "exact"))


@pytest.mark.parametrize(
    ("model", "expected"),
    [("gemma-3", LOCAL), ("gemma-3-270m", EXACT), ("claude-opus-5", DEFAULT), ("Gemma-3", DEFAULT), ("gem", DEFAULT)],
)
def test_the_longest_route_that_fits_counts(model: str, expected: Endpoint) -> None:
    routes = {"gem*": DEFAULT, "gemma*": LOCAL, "gemma-3-270m": EXACT, "gemma-3-270m*": LOCAL}
    assert Endpoints(DEFAULT, routes).of(model) is expected


def test_without_a_default_only_routes_lead_anywhere() -> None:
    assert Endpoints(None, {"a*": LOCAL}).of("b") is None
    assert Endpoints(None, {"*": LOCAL}).of("b") is LOCAL


def test_a_server_may_call_models_by_other_names() -> None:
    endpoint = Endpoint("http://x", models={"claude-*": "local", "claude-opus-5": "big"})
    assert [endpoint.name_of(each) for each in ("claude-opus-5", "claude-haiku-5-5", "other")] == [
        "big",
        "local",
        "other",
    ]


def test_the_path_is_appended_to_the_address() -> None:
    assert DEFAULT.url == "http://default.test:1/base/v1/messages"
    assert DEFAULT.origin == "http://default.test:1"


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://x", "http://", "http://user:pass@x", "http://x?key=1", "http://x#y", "http://x:port", "http://[::1",
     "http://x\n", "http://x y", "https://x:0"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError, match="model server's address") as caught:
        Endpoint(url)
    assert "pass" not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize("key", ["two\nlines", "with space", "ключ", ""])
def test_a_credential_that_no_header_can_carry_is_refused(key: str) -> None:
    if not key:
        assert Endpoint("http://x", api_key=None).credential == ()
        return
    with pytest.raises(UsageError, match="credential"):
        Endpoint("http://x", api_key=Secret(key))


def test_one_credential_is_enough() -> None:
    with pytest.raises(UsageError, match="two credentials"):
        Endpoint("http://x", Secret("a"), Secret("b"))


def test_an_endpoint_prints_no_credential() -> None:
    assert "hidden" not in f"{Endpoint('http://x', api_key=Secret('hidden'))!r}"
