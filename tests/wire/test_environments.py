from typing import Any

import pytest

from agentops.wire.environments import EnvironmentCreate, EnvironmentUpdate
from agentops.wire.problems import check


def said(**config: Any) -> list[tuple[Any, ...]]:
    problems = check(EnvironmentCreate, {"name": "e", "config": {"type": "cloud", **config}})[1]
    return [(*each.path[1:], each.kind) for each in problems]


def limited(**fields: Any) -> dict[str, Any]:
    return {"type": "limited", **fields}


def test_a_name_is_enough() -> None:
    assert check(EnvironmentCreate, {"name": "e"})[1] == ()
    assert check(EnvironmentCreate, {"name": "e", "config": None, "scope": "organization"})[1] == ()


def test_packages_under_a_limited_network_need_their_registries() -> None:
    packages = {"pip": ["requests==2.0"]}
    assert said(networking=limited(), packages=packages) == [
        ("networking", "allow_package_managers", "bad-combination")
    ]
    assert said(networking=limited(allow_package_managers=True), packages=packages) == []
    assert said(networking=limited(), packages={"pip": []}) == []
    assert said(networking={"type": "unrestricted"}, packages=packages) == []


def test_an_update_may_allow_the_registries_in_another_request() -> None:
    config = {"type": "cloud", "networking": limited(), "packages": {"apt": ["git"]}}
    assert check(EnvironmentUpdate, {"config": config})[1] == ()


@pytest.mark.parametrize("host", ["example.com", "*.example.com", "a", "192.0.2.1", "A-b.c"])
def test_a_host_is_a_bare_name(host: str) -> None:
    assert said(networking=limited(allowed_hosts=[host])) == []


@pytest.mark.parametrize(
    "host", ["https://a.com", "a.com:443", "a.com/x", "*", "*.", "a.*.com", "a..b", "-a", "", "a b"]
)
def test_a_host_has_no_scheme_port_or_path(host: str) -> None:
    assert said(networking=limited(allowed_hosts=[host])) == [("networking", "allowed_hosts", 0, "bad-format")]


@pytest.mark.parametrize("package", ["--index-url=x", "a b", ""])
def test_a_package_is_not_an_option(package: str) -> None:
    assert said(packages={"pip": [package]}) == [("packages", "pip", 0, "bad-format")]


def test_a_self_hosted_environment_configures_nothing() -> None:
    problems = check(EnvironmentCreate, {"name": "e", "config": {"type": "self_hosted", "packages": {}}})[1]
    assert [(*each.path, each.kind) for each in problems] == [("config", "packages", "unknown-field")]


def test_an_update_deletes_metadata_with_null_or_nothing() -> None:
    assert check(EnvironmentUpdate, {"metadata": {"a": None, "b": ""}, "name": None, "description": None})[1] == ()
    assert check(EnvironmentUpdate, {"metadata": None})[1][0].path == ("metadata",)
