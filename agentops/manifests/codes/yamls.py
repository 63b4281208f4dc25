"""Codes about YAML: what the text must be before it is a document."""

from agentops.base.diagnostics import Code, Severity

SYNTAX = Code(
    "yaml.syntax",
    "The text is not YAML",
    """\
The parser cannot go on from this place, so nothing behind it in the file was read. The most frequent causes:

- a value with `: ` or ` #` in it, or one that begins with `*`, `&`, `!`, `@`, `%` or a backtick: put it in quotes;
- a line whose indentation fits no line above;
- a quote or a bracket that is never closed.

Wrong:

    description: Note: reviews pull requests

Right:

    description: "Note: reviews pull requests"
""",
)

TAB = Code(
    "yaml.tab",
    "A tab is used for indentation",
    """\
YAML indents with spaces only, because the width of a tab is a matter of taste. Inside texts tabs are fine.

Two spaces a level are the custom. Editors can be told once:

    # .editorconfig
    [*.{yaml,yml}]
    indent_style = space
    indent_size = 2
""",
)

TOO_DEEP = Code(
    "yaml.too-deep",
    "The nesting is deeper than 64 levels",
    """\
No manifest needs more than a dozen levels. Deeper text is an accident or an attack on the parser, and is refused while
it is being read, before it can cost time or memory.
""",
)

DUPLICATE_KEY = Code(
    "yaml.duplicate-key",
    "A mapping has the same key twice",
    """\
Many YAML readers silently keep the last of two equal keys, so a reviewer who sees the first one is misled. Keep one.

Wrong:

    spec:
      model: claude-opus-5-5
      system: Review with care.
      model: claude-haiku-5-5
""",
)

ALIAS = Code(
    "yaml.alias",
    "An anchor or an alias is used",
    """\
Anchors (`&name`) and aliases (`*name`) make a field's value stand somewhere else in the file, where a diff does not
show what it changes, and nested aliases can grow a small file to gigabytes. A manifest says each thing where it stands.

A value that only looks like one needs quotes:

    allowed_hosts: ["*.example.com"]
""",
)

MERGE_KEY = Code(
    "yaml.merge-key",
    "A merge key is used",
    """\
`<<: *base` copies fields from elsewhere in the file. It belongs to YAML 1.1, works only with aliases, and hides what a
document says. Write the fields where they belong; long texts can be shared by `{file: …}`.
""",
)

TAG = Code(
    "yaml.tag",
    "A tag is used",
    """\
Tags such as `!include` or `!!python/object` ask a reader to do something special with a value. Manifests are plain
data: text, numbers, true, false, null, lists and mappings.

For a number that must be text, quotes are enough:

    cost_center: "0042"
""",
)

KEY_NOT_TEXT = Code(
    "yaml.key-not-text",
    "A key is not text",
    """\
The API speaks JSON, where keys are text. An unquoted `1`, `true` or `null` is not text in YAML; a list or a mapping as
a key exists in no other format. `{{ name }}` is read as such a mapping: templates are not expanded here.

    metadata:
      "2026": reviewed
""",
)

NUMBER = Code(
    "yaml.number",
    "A number that JSON cannot carry",
    """\
Integers beyond 64 bits are rounded by many JSON readers, and JSON has no word for infinity or not-a-number. An id made
of digits is text: put it in quotes.

    account: "340282366920938463463374607431768211456"
""",
)

LOOK_ALIKE = Code(
    "yaml.look-alike",
    "A word that older YAML reads as true or false",
    """\
In YAML 1.2, which is used here, unquoted `yes`, `no`, `on` and `off` are text. Readers of YAML 1.1 take them for true
and false, and many people expect that. Write which one you mean.

    enabled: true       # the truth value
    answer: "yes"       # the word
""",
    Severity.WARNING,
)
