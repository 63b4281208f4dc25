"""What a tool server says, when it is no tool server any more."""

import pytest

from agentops.engine.sandbox.entrance import faults
from agentops.engine.sandbox.lines import Garbled, answer, is_greeting, parsed

GOOD = {
    "strays": 0, "capabilities": 0, "has_new_privileges": False, "filters_calls": True, "writes_kernel_settings": False,
    "writes_root": False, "uid": 1000,
}  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        b"", b"null", b"[]", b"1", b"{", b"\xff", b"{}", b'{"id":1}', b'{"id":"1","ok":{}}', b'{"id":true,"ok":{}}',
        b'{"id":1,"ok":[]}', b'{"id":1,"ok":null}', b'{"id":1,"error":1}', b'{"id":1.0,"ok":{}}',
        b'{"id":1,"ok":{"a":NaN}}', b'{"id":1,"ok":{"a":-Infinity}}', b'{"id":1,"ok":{"a":' + b"9" * 5000 + b"}}",
        b"[" * 100_000, b'{"a":' * 100_000, b"\0" * 10,
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_and_nothing_else_happens(line: bytes) -> None:
    with pytest.raises(Garbled):
        answer(line)


def test_an_answer_is_ok_or_an_error() -> None:
    assert answer(b'{"id":3,"ok":{"a":1},"more":2}') == (3, {"ok": {"a": 1}})
    assert answer(b'{"id":3,"error":"no"}') == (3, {"error": "no"})


def test_text_that_could_not_be_written_down_again_is_changed() -> None:
    assert answer(b'{"id":1,"ok":{"a":"\\ud800x","b":"\\ud83d\\ude00"}}') == (1, {"ok": {"a": "?x", "b": "\U0001f600"}})


def test_a_line_of_many_small_parts_is_refused_before_it_becomes_memory() -> None:
    with pytest.raises(Garbled, match="parts"):
        parsed(b'{"a":[' + b"[]," * 1_100_000 + b"0]}")


def test_a_greeting_is_one_word() -> None:
    assert is_greeting(b'{"ready":true}')
    assert not is_greeting(b'{"ready":1}')


def test_walls_that_stand_have_no_faults() -> None:
    assert list(faults(GOOD)) == []


@pytest.mark.parametrize("name", GOOD)
def test_what_was_not_looked_at_does_not_stand(name: str) -> None:
    assert len(list(faults({key: value for key, value in GOOD.items() if key != name}))) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("strays", 1), ("strays", False), ("capabilities", 1), ("has_new_privileges", True), ("filters_calls", False),
     ("filters_calls", 1), ("writes_kernel_settings", True), ("writes_root", True), ("uid", 0)],
)  # fmt: skip
def test_each_wall_that_does_not_stand_is_named(name: str, value: object) -> None:
    assert len(list(faults({**GOOD, name: value}))) == 1
