"""Plain YAML, read line by line: taken whenever it is plain, and never as anything but what the parser makes of it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.base.diagnostics import Span
from agentops.manifests import plain, yaml
from agentops.manifests.marks import Text
from tests.manifests.given import Loads, codes

ROOT = Path(__file__).parents[2]

LEAD = """\
apiVersion: agentops/v1
kind: Agent
metadata:
  name: lead
spec:
  model: claude-opus-5-5
"""

WHOLE = """\
# A comment, and a blank line.

apiVersion: agentops/v1
metadata:
  name: reviewer   # behind a value
  labels: {team: search, tier: "1", of: x}
spec:
  description: >-
    Folded, of two
    lines: with a colon.

    And a paragraph.
  system: |   # kept
    First.
      Deeper.

    # no comment
  chomped: |-
    End.

  empty:
  same_column:
  - a
  - key: value
    other:
      - 1
      - 2
  quoted: 'a "word": b'
"""


def by_parser(text: str) -> list[tuple[Any, int]]:
    """What the parser makes of a text that has nothing doubtful in it."""
    stream = yaml.read(Text("agents.d/x.yaml", text))
    assert stream.complete
    assert not stream.diagnostics
    assert all(each.sound for each in stream.documents)
    return [(each.data, each.marks.start) for each in stream.documents]


def assert_alike(text: str) -> None:
    """Whatever is taken is the same as by the parser: values, their types, the order of keys, where documents begin."""
    found = plain.read(text)
    if found is not None:
        assert repr(list(map(tuple, found))) == repr(by_parser(text))


@pytest.fixture(params=["libyaml", "pure"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the two parsers that PyYAML may have."""
    if request.param == "pure":
        monkeypatch.setattr(yaml, "Parser", pyyaml.SafeLoader)


TAKEN = [
    WHOLE,
    "a: b\n",
    "a:\n",
    "a: # only a comment\n",
    "a: 'b'   # c\nb: \"#c\"\n",
    "a: b#c\nb: c # d\n",
    "a: http://x/y?z=1&u\n",
    "a: []\nb: {}\nc: [a,b, \"c, d\", 'e', 1]\nd: {a: b, c: 0.5,   d: 'x: y'}\ne: [[b], {c: {d: [ ] }}] # f\n",
    "a:\n- b\n- c: d\n  e: f\n-   g:\n      h: 1\nz: 1\n",
    "a: |\n  b\n\n\n\nc: d\n",
    "a: |-\n  b\n # less\nc: d\n",
    "a: |\n  b\n   c\n\n    d\n  e\n",
    "a: >\n  b\n  c\n\n  d\n\n\n  e\n",
    "a:\n  - |\n    b\n  - >-\n    c\n    d\n",
    "a: 1\nb: 010\nc: 0x1F\nd: 1e3\ne: +1\nf: .5\ng: 1.2.3\nh: 2026-11-21\ni: ~\nj: null\nk: True\nl: ~/x\n",
    "---\na: b\n",
    "# x\n---\n# y\n\na: b\n---\nx: y\n",
    "a: ü § 語 😀\n",
    "no_such_word: onward\n",
]
"""Plain texts, of each form one."""


@pytest.mark.parametrize("text", TAKEN)
@pytest.mark.usefixtures("parser")
def test_what_is_plain_is_taken(text: str) -> None:
    assert plain.read(text) is not None
    assert_alike(text)


LEFT = [
    "",
    "a: b",
    "a: |\n  b",
    "a: b\r\n",
    "a:\tb\n",
    "a: \x00\n",
    "a: \u2028\n",
    "a: b\na: c\n",
    "a: {b: c, b: d}\n",
    "a: on\n",
    "on: a\n",
    "a: [no]\n",
    "a: &b c\n",
    "a: *b\n",
    "a: !!str b\n",
    "<<: {a: b}\n",
    "a: .inf\n",
    "a: 99999999999999999999\n",
    "a: b\n  c\n",
    "a: 'b'\n  c: d\n",
    "a: b: c\n",
    "a: b:\n",
    "a: 'b\n  c'\n",
    'a: "\\n"\n',
    "a: 'it''s'\n",
    "a: [[[[[[b]]]]]]\n",
    "a: [b]c\n",
    "a: [b]#c\n",
    "a: {b: c]\n",
    "a: {b}\n",
    "a: [b: c]\n",
    "a: [b,]\n",
    "a: [b,\n  c]\n",
    "a: |+\n  b\n",
    "a: |2\n   b\n",
    "a: |\n\n  b\n",
    "a: |\nb: c\n",
    "a: |\n---\nb: c\n",
    "a: |\n  b\n c: d\n",
    "a: >\n  b\n   c\n",
    "- a\n",
    "a\n",
    " a: b\n",
    "a:\n  b: c\n d: e\n",
    "a:\n - b\n  - c\n",
    "a:\n  b\n",
    "a:\n- b\nc\n",
    "a:\n-\n  b: c\n",
    "a: b\n- c\n",
    "a:\n  - b\n  c: d\n",
    "? a\n: b\n",
    "%YAML 1.2\n---\na: b\n",
    "a: b\n...\n",
    "a: b\n--- # x\nc: d\n",
    f"{'k' * 2000}: a\n",
    "".join(f"{'  ' * level}a:\n" for level in range(70)),
]
"""Texts that are wrong, doubtful, or not worth a form of their own."""


@pytest.mark.parametrize("text", LEFT)
def test_all_else_is_left_to_the_parser(text: str) -> None:
    assert plain.read(text) is None


FILES = [*sorted((ROOT / "agents.d").rglob("*.yaml")), *sorted((ROOT / "examples").rglob("agents.d/**/*.yaml"))]


def test_manifests_as_people_write_them_are_plain() -> None:
    texts = {each.name: each.read_text(encoding="utf-8") for each in FILES if ".test." not in each.name}
    assert texts
    assert [name for name, text in texts.items() if plain.read(text) is None] == []
    for text in texts.values():
        assert_alike(text)


def test_plain_manifests_are_judged_without_the_parser(loads: Loads) -> None:
    assert codes(loads({"agents.d/lead.yaml": LEAD})) == []
    script = "import sys; from pathlib import Path; from agentops.manifests.load import load;"
    script += "print(len(load(Path()).documents), 'yaml' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["2", "False"]


def test_what_is_wrong_in_a_plain_manifest_is_told_at_its_place(loads: Loads) -> None:
    text = f"{LEAD}---\n{LEAD.replace('lead', 'other').replace('model:', 'modle:')}"
    (found,) = loads({"agents.d/lead.yaml": text}).report.diagnostics
    assert plain.read(text) is not None
    assert (found.code.slug, found.label) == ("manifest.unknown-field", "did you mean model?")
    assert found.span == Span("agents.d/lead.yaml", 13, 3, 13, 8)


PIECES = [
    *("a", "b: ", "key:", "kind: ", "- ", "  ", "    ", "\n", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "|", ">-", ">"),
    *("{", "}", "[", "]", ", ", "'", '"', "#", " # c", ": ", ":", "on", "null", "1", "-5", "0x1F", ".", "~", "---\n"),
    *("...", "&x", "*x", "!t", "?", "%", "@", "\\", "é", "\t", "x y", "<<", "|\n    text\n", ">-\n    a\n    b\n\n"),
]
"""What texts that are nearly plain are made of."""


@given(st.lists(st.sampled_from(PIECES), max_size=24))
def test_no_text_is_taken_for_anything_else(pieces: list[str]) -> None:
    assert_alike("".join(pieces) + "\n")


@given(at=st.integers(0, len(WHOLE)), cut=st.integers(0, 4), piece=st.sampled_from(["", *PIECES]))
def test_no_slip_in_a_plain_text_is_taken_for_anything_else(at: int, cut: int, piece: str) -> None:
    assert_alike(WHOLE[:at] + piece + WHOLE[at + cut :])


scalars = (
    st.text(max_size=12) | st.text("abn:#-'\" {}[],|>~1.\n", max_size=12) | st.integers() | st.booleans() | st.none()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abon1_", max_size=4), inner, max_size=3),
)


@settings(deadline=None)
@given(
    data=st.dictionaries(st.text("abon1_", min_size=1, max_size=4), values, max_size=4),
    style=st.sampled_from([None, False]),
)
def test_what_was_dumped_is_taken_as_it_was(data: dict[str, Any], style: bool | None) -> None:
    text = pyyaml.safe_dump(data, default_flow_style=style, allow_unicode=True, sort_keys=False)
    found = plain.read(text)
    if found is not None and data:
        assert repr([each.data for each in found]) == repr([data])
