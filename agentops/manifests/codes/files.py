"""Codes about files: what must hold before a file's text can be read as YAML, or taken as text by `{file: …}`."""

from agentops.base.diagnostics import Code, Severity

UNREADABLE = Code(
    "file.unreadable",
    "A file cannot be read",
    """\
The operating system did not hand out the file: it has no read permission, it is a link to nothing, or it is not a
regular file (a pipe, a socket, a device). A tree with an unread file is never taken for the whole tree.

    chmod u+r agents.d/reviewer.yaml
""",
)

EXTENSION = Code(
    "file.extension",
    "A file is passed over that looks like a manifest",
    """\
Below `agents.d` the files that end in `.yaml` or `.yml` are manifests, and every other file is passed over. An ending
that is almost one of these is most often a slip of the keyboard, or an editor that added `.txt`: what the file declares
would not exist, and would even be removed by a prune.

    git mv agents.d/reviewer.ymal agents.d/reviewer.yaml

A file that is to lie there and is no manifest: give it another ending, or hide it with a dot before its name.
""",
    Severity.WARNING,
)

TOO_LARGE = Code(
    "file.too-large",
    "A file is larger than 1 MiB",
    """\
Manifests, and texts that `{file: …}` brings in, are written and reviewed by people; 1 MiB is far more than anybody
reviews. Larger files are refused before they are read, so that a wrong file cannot take the machine down.

Split a manifest into several files: their names and folders carry no meaning.
""",
)

NOT_UTF8 = Code(
    "file.not-utf8",
    "A file is not UTF-8",
    """\
All text is UTF-8, with or without a byte order mark. A byte that is no UTF-8 most often comes from an editor that
saved as Latin-1 or UTF-16.

    iconv -f latin1 -t utf-8 old.yaml > new.yaml
""",
)

CONTROL_CHARACTER = Code(
    "file.control-character",
    "A file holds a control character",
    """\
YAML files hold printable text, tabs and line ends. A NUL or an escape character is invisible in review and can do
things to a terminal, so such a file is refused as a whole.

When a text must hold such a character, write it as an escape in double quotes:

    separator: "\\x1f"
""",
)

LINK_OUTSIDE = Code(
    "file.link-outside",
    "A link leads out of the tree",
    """\
What is reviewed in the repository must be what is applied. A link to a place outside the tree would bring in text
that no reviewer saw and that is different on every machine. Links inside the tree are followed.

Copy the file into the tree, or remove the link.
""",
)

OUTSIDE_TREE = Code(
    "file.outside-tree",
    "A {file: …} leads out of the tree",
    """\
`{file: path}` brings a text of the repository into a field. The path is relative to the manifest, and after following
every link it must still be inside the tree: what is reviewed must be what is applied.

Wrong:

    system: {file: ../../../home/me/prompt.md}
    system: {file: /etc/prompt.md}

Right, with the text next to `agents.d`:

    system: {file: ../prompts/reviewer.md}
""",
)

MISSING = Code(
    "file.missing",
    "A path names a file that does not exist",
    """\
A `{file: path}` is looked up from the folder of the manifest that holds it, not from the folder where the command runs.

    agents.d/team/reviewer.yaml    system: {file: prompts/reviewer.md}
    agents.d/team/prompts/reviewer.md

A Skill's `folder` and a MemoryStore's `seed.folder` are looked up in the same way.
""",
)

FILE_FORM = Code(
    "file.form",
    "A {file: …} is not written in its one form",
    """\
In place of a long text a manifest may name a file: a mapping with the single key `file` and a relative path.

Wrong:

    system: {file: reviewer.md, encoding: latin1}
    system: {file: [a.md, b.md]}

Right:

    system: {file: reviewer.md}
""",
)

NAME = Code(
    "file.name",
    "A file of a folder has a name that no server takes",
    """\
The files of a skill are unpacked elsewhere, on file systems that know no case or have other separators. Their names
hold no backslash, no control character and no drive letter, differ in more than case, and are not longer than 255
bytes; a whole path has at most 1024.

Wrong:

    skills/triage/Notes.md
    skills/triage/notes.md

Rename the file. A file that begins with a dot is left out.
""",
)
