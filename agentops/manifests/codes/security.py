"""Codes about what must not stand in a repository."""

from agentops.base.diagnostics import Code, Severity

PLAIN_SECRET = Code(
    "security.plain-secret",
    "A secret stands in plain text",
    """\
What is in git is copied to every clone and stays in the history. Keys, tokens and passwords never stand in a manifest
or in a text that it brings in, not even in a comment. This text has the form of a secret; it is not repeated here.

Name where the secret is instead; it is read when it is sent, and never shown:

    token: {env: TRACKER_TOKEN}
    token: {file: /run/secrets/tracker-token}

If the secret was real, revoke it: removing the line does not remove it from the history. If it is an example, write it
so that it cannot be taken for a real one: `sk-ant-…`.
""",
)

SECRET_IN_TREE = Code(
    "security.secret-in-tree",
    "A secret is read from a file inside the tree",
    """\
`{file: path}` in the place of a secret names a file that is not in the repository, such as one that the machine's
secret store mounts. A file inside the tree would be committed sooner or later.

Wrong:

    token: {file: secrets/token.txt}

Right:

    token: {file: /run/secrets/tracker-token}
    token: {env: TRACKER_TOKEN}
""",
)

SECRET_FORM = Code(
    "security.secret-form",
    "A secret is neither {env: NAME} nor {file: path}",
    """\
This field holds a secret. A manifest says where the secret is, in one of two forms:

    token: {env: TRACKER_TOKEN}
    token: {file: /run/secrets/tracker-token}
""",
)

HIDDEN_TEXT = Code(
    "security.hidden-text",
    "Invisible characters change what a reader sees",
    """\
Characters that turn the direction of text, and invisible tag characters, make a line read differently to a person than
to a model: a reviewer approves one text and the agent follows another. Remove them, or, where a language really needs
them, write them as escapes in double quotes (`"\\u202e"`), so that they can be seen.

Source: CVE-2021-42574.
""",
    Severity.WARNING,
)
