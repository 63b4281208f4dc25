"""What an edit does to a text: it changes what it names, and every other byte stays."""

import difflib
from typing import Any

import pytest

from agentops.base.absent import ABSENT
from agentops.base.errors import CannotEdit
from agentops.manifests import yaml
from agentops.manifests.editing import Edit, edited
from agentops.manifests.marks import Text

TEXT = """\
# yaml-language-server: $schema=Agent.json
apiVersion: agentops/v1
kind: Agent
metadata: {name: reviewer}   # who
spec:
  # the model
  model: claude-opus-5-5   # dear
  description: "Reads."
  system: |   # the prompt
    You are.

    Be kind.

  # tools
  tools:
    # the shell
    - type: agent_toolset_20260401   # all of it
      configs:
        # careful
        - {name: bash, enabled: true}
        - {name: read, enabled: false}  # why?
    - type: custom
      name: rm
      # danger
      description: Removes.
      input_schema: {type: object}
  mcp_servers: []
---
b: 2
"""
SHELL = {"type": "agent_toolset_20260401"}
REMOVER = {"type": "custom", "name": "rm", "description": "Removes.", "input_schema": {"type": "object"}}

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a line of a prompt": (
        {"system": "You are.\n\nBe rude.\n"},
        """\
-    Be kind.
+    Be rude.
""",
    ),
    "a prompt of one line keeps the comment behind it": (
        {"system": "Be."},
        """\
-  system: |   # the prompt
-    You are.
-
-    Be kind.
+  system: Be.   # the prompt
""",
    ),
    "a field that becomes an object keeps the comment behind it": (
        {"model": {"id": "claude-opus-5-5", "effort": "low"}},
        """\
-  model: claude-opus-5-5   # dear
+  model:   # dear
+    id: claude-opus-5-5
+    effort: low
""",
    ),
    "quotes stay quotes": (
        {"description": 'Reads "it".'},
        """\
-  description: "Reads."
+  description: "Reads \\"it\\"."
""",
    ),
    "a text of more lines": (
        {"description": "Reads.\nWrites."},
        """\
-  description: "Reads."
+  description: |-
+    Reads.
+    Writes.
""",
    ),
    "a field goes, the comment above it stays": (
        {"model": ABSENT},
        """\
-  model: claude-opus-5-5   # dear
""",
    ),
    "a new field is the last one": (
        {"metadata": {"on": "yes", "build": "010"}},
        """\
+  metadata:
+    "on": "yes"
+    build: "010"
""",
    ),
    "an empty list gets an item": (
        {"mcp_servers": [{"type": "url", "name": "tickets", "url": "https://example.com/mcp"}]},
        """\
-  mcp_servers: []
+  mcp_servers:
+    - type: url
+      name: tickets
+      url: https://example.com/mcp
""",
    ),
    "an item changes, another one comes, a third one goes": (
        {
            "tools": [
                {**SHELL, "configs": [{"name": "read", "enabled": True}, {"name": "grep", "enabled": True}]},
                REMOVER,
            ]
        },
        """\
-        - {name: bash, enabled: true}
-        - {name: read, enabled: false}  # why?
+        - {name: read, enabled: true}  # why?
+        - {name: grep, enabled: true}
""",
    ),
    "another order keeps each item's comments": (
        {"tools": [{**REMOVER, "description": "Deletes."}, SHELL]},
        """\
-    - type: agent_toolset_20260401   # all of it
-      configs:
-        # careful
-        - {name: bash, enabled: true}
-        - {name: read, enabled: false}  # why?
-      description: Removes.
+      description: Deletes.
+    - type: agent_toolset_20260401   # all of it
""",
    ),
    "nothing is in a list any more, the comment above its first item stays": (
        {"tools": []},
        """\
-  tools:
-    - type: agent_toolset_20260401   # all of it
-      configs:
-        # careful
-        - {name: bash, enabled: true}
-        - {name: read, enabled: false}  # why?
-    - type: custom
-      name: rm
-      # danger
-      description: Removes.
-      input_schema: {type: object}
+  tools: []
""",
    ),
}


def difference(before: str, after: str) -> str:
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    changed = [f"{line[0]}{line[2:]}" for line in lines if line[0] in "+-"]
    return "".join(sorted(changed, key=lambda line: line[0] == "+"))


@pytest.mark.parametrize("what", CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_edit_changes_what_it_names(what: str, newline: str) -> None:
    fields, expected = CASES[what]
    text = TEXT.replace("\n", newline)
    found = edited(text, 0, [Edit(("spec", key), value) for key, value in fields.items()])
    assert found.count("\n") == found.count(newline)
    assert difference(text, found).replace("\r", "") == expected
    assert found.endswith(text[text.index("---") :])


def test_the_other_document_is_the_one_that_changes() -> None:
    assert edited(TEXT, 1, [Edit(("b",), "2")]) == TEXT.replace("b: 2", 'b: "2"')


def test_empty_documents_do_not_count() -> None:
    assert edited("---\n# nothing\n---\n---\na: 1\n", 0, [Edit(("a",), 2)]) == "---\n# nothing\n---\n---\na: 2\n"


def test_what_is_missing_on_the_way_is_made() -> None:
    found = edited(TEXT, 0, [Edit(("metadata", "annotations", "protect"), "true")])
    assert found == TEXT.replace("{name: reviewer}", '{name: reviewer, annotations: {protect: "true"}}')


def test_a_file_without_a_last_line_end_gets_one_only_where_its_text_needs_it() -> None:
    assert edited("a: 1\nb: 2", 0, [Edit(("b",), 3)]) == "a: 1\nb: 3"
    assert edited("a: 1\nb: 2", 0, [Edit(("a",), ABSENT)]) == "b: 2"
    assert edited("a: 1\nb: 2", 0, [Edit(("b",), ABSENT)]) == "a: 1"
    assert edited("a: 1\nb: 2", 0, [Edit(("b",), "x\ny\n")]) == "a: 1\nb: |\n  x\n  y\n"


def test_a_list_is_indented_as_the_lists_of_its_file() -> None:
    assert edited("a:\n- x\nb: []\n", 0, [Edit(("b",), ["y"])]) == "a:\n- x\nb:\n- y\n"


def test_brackets_over_several_lines_keep_their_comments() -> None:
    text = "a: [\n  one, # 1\n  two, # 2\n  three # 3\n]\n"
    assert edited(text, 0, [Edit(("a",), ["one", "three"])]) == "a: [\n  one, # 1\n  three # 3\n]\n"
    assert edited(text, 0, [Edit(("a",), ["one", "two"])]) == "a: [\n  one, # 1\n  two, # 2\n   # 3\n]\n"
    assert "three, four # 3" in edited(text, 0, [Edit(("a",), ["one", "two", "three", "four"])])


def test_an_edit_that_changes_nothing_changes_nothing() -> None:
    assert edited(TEXT, 0, [Edit(("spec", "mcp_servers"), []), Edit(("spec", "skills"), ABSENT)]) == TEXT


@pytest.mark.parametrize("value", [True, 1, 1.5, None, "true", "1", "1.5", "null", "", " x ", "\n", "\n\n", "- a", "#"])
@pytest.mark.parametrize(
    "text", ["a: x\n", "a: 'x'\n", "a: {b: x}\n", "a: [x]\n", "a: |\n  x\n", "a:\n  b: x\n", "a:\n"]
)
def test_each_value_can_stand_for_each_other(text: str, value: Any) -> None:
    assert edited(text, 0, [Edit(("a",), value)])
    assert edited(text, 0, [Edit(("a",), [value, {"b": value}])])


@pytest.mark.parametrize("text", ["a: x\n", "a: 'x'\n", "a: {b: x}\n", "a: |\n  x\n", "a:\n  - x\n", "b: x\n"])
def test_what_nobody_sees_is_written_as_an_escape(text: str) -> None:
    unseen = "x\u202ey\u200b\ufeff \U000e0041\u061c\u2028\x1b[2J"
    for value in (unseen, f"one\n{unseen}\n", [unseen], {unseen: "new\nline"}):
        found = edited(text, 0, [Edit(("a",), value)])
        assert found.replace("\n", "").isprintable()
        assert yaml.read(Text("", found)).documents[0].data["a"] == value


@pytest.mark.parametrize("text", ["a: &x 1\n", "a: 1\na: 2\n", "a: [1\n", "<<: {a: 1}\n"])
def test_what_no_tree_takes_is_not_rewritten(text: str) -> None:
    with pytest.raises(CannotEdit, match="not one that `agentops validate` takes"):
        edited(text, 0, [Edit(("a",), 5)])


def test_a_place_that_cannot_be_is_said() -> None:
    with pytest.raises(CannotEdit, match=r"no place `spec\.model\.id`"):
        edited(TEXT, 0, [Edit(("spec", "model", "id"), "x")])
    with pytest.raises(CannotEdit, match="none is number 3"):
        edited(TEXT, 2, [Edit(("b",), 1)])
