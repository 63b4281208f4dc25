"""The lines that go in and out: whatever comes in, each is answered once, and the server goes on."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import agentops.engine.sandbox.inside as program

MODULES = sorted(Path(program.__file__).parent.glob("*.py"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**10) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ["file_path", "content", "old_string", "new_string", "view_range", "path", "data", "mode", "limit", "restart"]
FUZZED = ["read", "write", "edit", "put", "get", "list", "cancel", "bash", "none", ""]


@pytest.mark.parametrize(
    "line", [b"", b"x", b"[]", b"null", b"{}", b'{"id": null}', b'{"id": [1]}', b"[" * 5000, b"\xff\xfe"]
)
def test_a_line_that_is_no_request_is_answered_without_an_id(inside: Any, line: bytes) -> None:
    inside.say(line)
    heard = inside.hear()
    assert heard["id"] is None
    assert heard["error"]


def test_an_id_is_used_by_one_call_at_a_time(inside: Any) -> None:
    inside.say(json.dumps({"id": "a", "op": "bash", "command": "sleep 100"}).encode())
    inside.say(json.dumps({"id": "a", "op": "read", "file_path": "x"}).encode())
    assert inside.hear() == {"id": "a", "error": "this id is in use"}
    inside.ok("cancel", target="a")
    assert inside.answer("a")["ok"]["end"] == "cancelled"


def test_calls_under_way_have_a_bound(inside: Any) -> None:
    sent = [inside.send("bash", command="sleep 100", shell="busy") for _ in range(65)]
    assert "64 calls are under way" in inside.answer(sent[64])["error"]
    for each in sent[:64]:
        inside.send("cancel", target=each)
    ends = [inside.answer(each) for each in sent[:64]]
    assert sum("ok" in each for each in ends) == 1


def test_a_short_call_overtakes_a_long_one(inside: Any) -> None:
    long = inside.send("bash", command="sleep 100", shell="long")
    assert inside.run("echo short", shell="short") == "short\n"
    inside.ok("cancel", target=long)
    assert inside.answer(long)["ok"]["end"] == "cancelled"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(op=st.sampled_from(FUZZED) | VALUES, fields=st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5))
def test_any_fields_are_answered_in_words(inside: Any, op: Any, fields: dict[str, Any]) -> None:
    answer = inside.ask(op, **fields)
    assert ("ok" in answer) != ("error" in answer)
    assert "the tool itself failed" not in str(answer)
    assert "Traceback" not in str(answer)


@pytest.mark.parametrize("module", MODULES, ids=lambda each: each.name)
def test_it_is_written_for_the_oldest_python_that_a_sandbox_may_have(module: Path) -> None:
    tree = ast.parse(module.read_text(), feature_version=(3, 9))
    imported = [each for each in ast.walk(tree) if isinstance(each, ast.Import | ast.ImportFrom)]
    names = [each.module or "" for each in imported if isinstance(each, ast.ImportFrom) and not each.level]
    names += [alias.name for each in imported if isinstance(each, ast.Import) for alias in each.names]
    import sys

    assert {each.partition(".")[0] for each in names} <= sys.stdlib_module_names
