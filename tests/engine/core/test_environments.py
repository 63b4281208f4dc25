"""What an environment becomes when it is created or updated."""

from typing import Any

from agentops.engine.core import environments

NONE_INSTALLED: dict[str, Any] = {"type": "packages", "apt": [], "cargo": [], "gem": [], "go": [], "npm": [], "pip": []}
LIMITED = {"type": "limited", "allowed_hosts": ["a.com"], "allow_mcp_servers": True, "allow_package_managers": True}


def cloud(**config: Any) -> dict[str, Any]:
    return environments.created({"name": "e", "config": {"type": "cloud", **config}})


def test_a_name_is_enough_and_the_whole_configuration_is_shown() -> None:
    assert environments.created({"name": "e", "config": None}) == {
        "name": "e",
        "description": None,
        "config": {"type": "cloud", "networking": {"type": "unrestricted"}, "packages": NONE_INSTALLED},
        "metadata": {},
        "scope": "organization",
    }


def test_a_self_hosted_configuration_is_its_type() -> None:
    assert environments.created({"name": "e", "config": {"type": "self_hosted"}})["config"] == {"type": "self_hosted"}


def test_a_limited_network_shows_all_its_switches() -> None:
    assert cloud(networking={"type": "limited"})["config"]["networking"] == {
        "type": "limited",
        "allowed_hosts": [],
        "allow_mcp_servers": False,
        "allow_package_managers": False,
    }


def test_an_update_keeps_what_it_omits_at_every_level() -> None:
    stored = cloud(networking=LIMITED, packages={"pip": ["httpx"], "npm": ["left-pad"]})
    changed = environments.updated(
        stored,
        {
            "config": {
                "type": "cloud",
                "networking": {"type": "limited", "allow_mcp_servers": False, "allowed_hosts": None},
                "packages": {"pip": [], "npm": None},
            }
        },
    )
    assert changed["config"]["networking"] == {**LIMITED, "allow_mcp_servers": False}
    assert changed["config"]["packages"] == {**NONE_INSTALLED, "npm": ["left-pad"]}
    assert environments.updated(stored, {"config": {"type": "cloud"}}) == stored
    assert environments.updated(stored, {"config": None, "name": None}) == stored


def test_another_kind_of_network_replaces_the_stored_one() -> None:
    opened = environments.updated(
        cloud(networking=LIMITED), {"config": {"type": "cloud", "networking": {"type": "unrestricted"}}}
    )
    assert opened["config"]["networking"] == {"type": "unrestricted"}
    closed = environments.updated(opened, {"config": {"type": "cloud", "networking": {"type": "limited"}}})
    assert closed["config"]["networking"]["allowed_hosts"] == []


def test_null_clears_a_description_and_an_empty_text_is_kept() -> None:
    stored = environments.created({"name": "e", "description": "d"})
    assert environments.updated(stored, {})["description"] == "d"
    assert environments.updated(stored, {"description": None})["description"] is None
    assert environments.updated(stored, {"description": ""})["description"] == ""


def test_null_and_an_empty_text_delete_a_metadata_key() -> None:
    stored = environments.created({"name": "e", "metadata": {"a": "1", "b": "2", "c": ""}})
    assert environments.updated(stored, {"metadata": {"a": None, "b": ""}})["metadata"] == {"c": ""}
