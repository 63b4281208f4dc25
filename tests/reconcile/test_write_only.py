"""What a secret is compared by tells where it belongs apart, costs something, and is shown to nobody."""

import pytest

from agentops.base.canonical import canonical_json
from agentops.base.secrets import Secret
from agentops.reconcile.write_only import compared, shown, write_only

TOKEN, KEY = Secret("token-5hK2pQ8vW1zR7nT4"), Secret("kept by the operator")


def tag(text: str = TOKEN.reveal(), place: str = "here", key: Secret = KEY) -> str:
    return write_only(Secret(text), place, key).tag


def test_the_same_secret_at_the_same_place_has_the_same_tag_on_every_machine() -> None:
    assert tag() == tag() == "a273f10e0a9440fea5ea83ca"


@pytest.mark.parametrize("other", [{"text": "token-5hK2pQ8vW1zR7nT5"}, {"place": "there"}, {"key": Secret("")}])
def test_another_secret_place_or_key_has_another_tag(other: dict[str, object]) -> None:
    assert tag(**other) != tag()  # type: ignore[arg-type] # one of each kind


def test_a_secret_that_nobody_could_type_has_a_tag_too() -> None:
    assert tag("ü\n\x00") != tag("ü\n"), "although scrypt alone would take them for one"


def test_neither_the_value_nor_its_print_holds_the_secret_and_what_is_shown_not_even_the_tag() -> None:
    value = write_only(TOKEN, "here", KEY)
    assert TOKEN.reveal() not in f"{value} {value!r}" + canonical_json(compared(value))
    assert compared(value) == {"$secret": value.tag}
    assert shown(compared(value)) == {"$secret": True}
    assert shown({"type": "x"}) == {"type": "x"}
