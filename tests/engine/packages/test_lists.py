"""The same list finds the same layer, and nothing in a list is taken for something else."""

import shlex

import pytest

from agentops.engine.core.json import Json
from agentops.engine.packages.lists import Lack, Layer, Wanted, key, refused, suspects, wanted
from agentops.engine.packages.managers import MANAGERS, PACKAGE_HOSTS, environment, hosts, script

LISTED = Wanted("pip", ("httpx", "rich==1.0"))


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        (None, ()),
        ({}, ()),
        ({"type": "packages", "pip": [], "npm": None}, ()),
        ({"pip": ["b", "a", "b"], "apt": ["git"]}, (Wanted("apt", ("git",)), Wanted("pip", ("b", "a")))),
    ],
)
def test_managers_take_turns_in_the_alphabet_s_order(packages: Json | None, expected: tuple[Wanted, ...]) -> None:
    assert wanted(packages) == expected
    assert list(MANAGERS) == sorted(MANAGERS)


def test_a_layer_is_named_after_its_list_what_is_below_it_and_the_host() -> None:
    name = key(LISTED, (), "host")
    assert name == key(Wanted("pip", ("rich==1.0", "httpx")), (), "host")
    others = {
        key(Wanted("npm", LISTED.specs), (), "host"),
        key(Wanted("pip", ("httpx",)), (), "host"),
        key(LISTED, (Layer("apt", "a"),), "host"),
        key(LISTED, (), "another host"),
    }
    assert len(others | {name}) == 5


@pytest.mark.parametrize("spec", ["--index-url=http://x", "-r", "", "a b", "a\nb", "a\0b", "a" * 301])
def test_what_could_be_an_option_is_never_passed_on(spec: str) -> None:
    lack = refused(Wanted("pip", ("rich", spec)))
    assert lack is not None
    assert lack.specs == (spec[:300],)


def test_there_is_an_end_to_a_list() -> None:
    assert refused(Wanted("npm", tuple(map(str, range(100))))) is None
    assert refused(Wanted("npm", tuple(map(str, range(101))))) is not None


@pytest.mark.parametrize("manager", MANAGERS)
def test_no_package_says_anything_to_the_shell(manager: str) -> None:
    spec = "x;touch${IFS}y$(z)`w`'v\"u"
    assert shlex.quote(spec) in script(manager, [spec])
    assert spec not in script(manager, [spec]).replace(shlex.quote(spec), "")


def test_a_complaint_names_who_is_to_blame() -> None:
    specs = ["rich", "Absent==9", "@scope/gone@^1", "gem:1"]
    complaint = "No matching distribution found for absent==9; 404 for @scope/gone"
    assert suspects(specs, complaint) == ["Absent==9", "@scope/gone@^1"]


def test_a_sentence_stays_short() -> None:
    said = Lack("npm", tuple(f"package-{number}" for number in range(100)), "no network.").sentence
    assert said.startswith("npm could not install package-0, ")
    assert said.endswith("package-9, 90 more: no network.")


def test_what_came_last_is_found_first() -> None:
    found = dict(environment(["apt", "gem", "pip"]))
    assert found["PATH"].startswith("/opt/packages/pip/bin:/opt/packages/gem/bin:/opt/packages/apt/usr/sbin:")
    assert found["PATH"].endswith(":/opt/agentops/bin")
    assert found["PYTHONPATH"] == "/opt/packages/pip:/opt/packages/apt/usr/lib/python3/dist-packages"
    assert found["GEM_PATH"] == "/opt/packages/gem:"
    assert environment([]) == ()


def test_a_manager_reaches_its_own_registries_or_the_index_that_it_is_told() -> None:
    assert hosts("npm", {}) == ("registry.npmjs.org",)
    assert set(hosts("apt", {})) < set(PACKAGE_HOSTS)
    indexes = {"pip": "https://mirror.test/simple", "apt": "deb [trusted=yes] http://debs.test/x ./"}
    assert hosts("pip", indexes) == ("mirror.test",)
    assert hosts("apt", indexes) == ("debs.test",)
