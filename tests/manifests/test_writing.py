"""A manifest that is written is read as what it says, whatever that is."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.base.names import Kind
from agentops.manifests import yaml
from agentops.manifests.marks import Text
from agentops.manifests.writing import manifest

_WORDS = (
    "",
    "on",
    "yes",
    "~",
    "null",
    "010",
    "0o17",
    "1e3",
    ".5",
    "-",
    "- a",
    "a: b",
    "a #b",
    "x:",
    "%",
    "@a",
    "`",
    "!x",
)
_LINES = (
    "&a",
    "*a",
    "|",
    "[",
    "a\r\nb",
    "a \nb\n",
    "\n",
    "a\n\nb\n\n",
    "\ta\nb",
    "\x00",
    "a\u2028b",
    "\ufeffx",
    "---\nx",
)
_TRAPS = st.sampled_from((*_WORDS, *_LINES))
_TEXTS = _TRAPS | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_KEYS = _TEXTS.filter(lambda key: key != "<<")
_PLAIN = (
    _TEXTS | st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
)
_VALUES = st.recursive(
    _PLAIN, lambda below: st.lists(below, max_size=3) | st.dictionaries(_KEYS, below, max_size=3), max_leaves=8
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=3))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_as_it_was(spec: dict[str, Any]) -> None:
    (found,) = yaml.read(Text("x.yaml", manifest(Kind.AGENT, "x", spec, "../x.json", {}))).documents
    assert found.data["spec"] == spec


def test_people_could_have_written_it() -> None:
    spec = {
        "name": "Code reviewer",
        "system": {"file": "prompts/reviewer.md"},
        "description": "Two lines\nof text.\n",
        "tools": [{"type": "custom", "configs": []}, "010"],
    }
    assert manifest(Kind.AGENT, "reviewer", spec, "../s/Agent.json", {"protect": "true"}) == (
        "# yaml-language-server: $schema=../s/Agent.json\n"
        "apiVersion: agentops/v1\n"
        "kind: Agent\n"
        "metadata:\n"
        "  name: reviewer\n"
        "  annotations:\n"
        '    protect: "true"\n'
        "spec:\n"
        "  name: Code reviewer\n"
        "  system: {file: prompts/reviewer.md}\n"
        "  description: |\n"
        "    Two lines\n"
        "    of text.\n"
        "  tools:\n"
        "    - type: custom\n"
        "      configs: []\n"
        '    - "010"\n'
    )


@pytest.mark.parametrize("spec", [{"<<": 1}, {"a": "\ud800"}, {"a": 2**63}])
def test_what_no_manifest_can_say_is_refused(spec: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cannot be said in YAML"):
        manifest(Kind.AGENT, "x", spec, "", {})
