"""Codes about a document: its envelope, its identity, and whether its spec is a request that the API takes."""

from agentops.base.diagnostics import Code

NOT_A_MANIFEST = Code(
    "manifest.not-a-manifest",
    "A document is not a manifest",
    """\
A manifest is a mapping of four fields, as below. A document that is a list or a single value, or has neither
`apiVersion` nor `kind`, is most often a file that was put into `agents.d` by mistake.

    apiVersion: agentops/v1
    kind: Agent
    metadata:
      name: reviewer
    spec:
      model: claude-opus-5-5
""",
)

API_VERSION = Code(
    "manifest.api-version",
    "The apiVersion is not agentops/v1",
    """\
`apiVersion` says which rules a document follows. There is one version so far:

    apiVersion: agentops/v1
""",
)

UNKNOWN_KIND = Code(
    "manifest.unknown-kind",
    "The kind does not exist",
    """\
The kinds are Project, Agent, Team, Rubric, Environment, MemoryStore, DreamSchedule, Deployment, Skill, Vault and
Webhook, spelt with these capitals.
""",
)

BAD_NAME = Code(
    "manifest.bad-name",
    "The name is not a DNS label",
    """\
`metadata.name` is the identity of a document: it is used in addresses (`Agent/reviewer`), in branch names and in marks
on live objects. It has 1 to 63 characters, lower-case letters, digits and hyphens, and neither begins nor ends with a
hyphen. What people see in the console is `spec.name`, which may hold anything.

Wrong:

    metadata: {name: Code Reviewer}

Right:

    metadata: {name: code-reviewer}
    spec: {name: Code Reviewer}
""",
)

DUPLICATE = Code(
    "manifest.duplicate",
    "Two documents have one identity",
    """\
Kind and name together are the identity of a document, whatever file it stands in. Two documents with one identity
would both claim one live object. Rename one or remove it.
""",
)

UNKNOWN_FIELD = Code(
    "manifest.unknown-field",
    "A field does not exist here",
    """\
The envelope has `apiVersion`, `kind`, `metadata` and `spec`; `spec` has exactly the fields of the API's create request.
A field that is not known is refused, because a misspelt permission that is silently ignored is a permission not set.

Wrong:

    spec:
      modell: claude-opus-5-5

Right:

    spec:
      model: claude-opus-5-5

`agentops schema --kind Agent` prints what a kind takes.
""",
)

MISSING_FIELD = Code(
    "manifest.missing-field",
    "A required field is missing",
    """\
The API, or the envelope, needs this field. `agentops schema --kind Agent` prints what a kind takes and which of it is
required.

    apiVersion: agentops/v1
    kind: Agent
    metadata:
      name: reviewer
    spec:
      model: claude-opus-5-5
""",
)

WRONG_TYPE = Code(
    "manifest.wrong-type",
    "A value has the wrong type",
    """\
Nothing is converted: a number is not text, and one value is not a list of one. Quotes make text; a dash makes a list.

Wrong:

    metadata:
      cost_center: 4200
    tools: agent_toolset_20260401

Right:

    metadata:
      cost_center: "4200"
    tools:
      - type: agent_toolset_20260401
""",
)

INVALID_VALUE = Code(
    "manifest.invalid-value",
    "A value is not one of those allowed",
    """\
The field takes a closed choice of words, or a number within bounds.

Wrong:

    permission_policy: {type: ask}

Right:

    permission_policy: {type: always_ask}
""",
)

TOO_LONG = Code(
    "manifest.too-long",
    "A text is longer than the API takes",
    """\
The API counts characters, after `{file: …}` was replaced by the file's text. An Agent's `name` has at most 256,
`description` 2,048, `system` 100,000; a metadata key 64 and a metadata value 512.

Move what the agent needs only sometimes from `system` into a Skill: its text is read when it is needed.
""",
)

TOO_SHORT = Code(
    "manifest.too-short",
    "A text is shorter than the API takes",
    """\
Most often the text is empty. Leave an optional field out instead of giving it an empty text.

Wrong:

    spec:
      name: ""

Right, because an Agent without `name` is called by its `metadata.name`:

    metadata: {name: reviewer}
    spec: {model: claude-opus-5-5}
""",
)

TOO_MANY = Code(
    "manifest.too-many",
    "A list or a mapping has more entries than allowed",
    """\
The API's own limits, checked before anything is sent: 20 members in a roster, 20 MCP servers, 50 initial events, 16
metadata pairs.

Of the 16 metadata pairs, five belong to agentops: it writes its marks there (who owns the object, which manifest it
came from). So a manifest may set eleven.
""",
)

TOO_FEW = Code(
    "manifest.too-few",
    "A list or a mapping has fewer entries than required",
    """\
Most often the list is empty. Leave an optional list out, or give it an entry.

Wrong, because a Team without specialists is an Agent:

    kind: Team
    spec: {lead: coordinator, specialists: []}
""",
)

BAD_FORMAT = Code(
    "manifest.bad-format",
    "A text does not have the form that is required",
    """\
Some texts are read by machines and have a form: names of tools, hosts, memory paths, cron expressions, time zones.

A schedule has five cron fields (minute, hour, day of month, month, day of week) and an IANA time zone:

    schedule: {type: cron, expression: "0 7 * * 1-5", timezone: Europe/Berlin}

There are no seconds, no names such as `@daily`, and no `L`, `W`, `#` or `?`.
""",
)

NOT_UNIQUE = Code(
    "manifest.not-unique",
    "Two entries have the same name",
    """\
Entries of this list are told apart by a name or an id, so each may appear once: tools, MCP servers, members of a
roster.

Resources of a Deployment are told apart by where they are mounted. A repository without `mount_path` goes to
`/workspace/<its name>`, so two of one name need places of their own, and none may lie inside another:

    resources:
      - {type: github_repository, url: "https://github.com/acme/docs"}
      - {type: github_repository, url: "https://github.com/other/docs", mount_path: /workspace/other-docs}
""",
)

BAD_COMBINATION = Code(
    "manifest.bad-combination",
    "Two fields do not go together",
    """\
Each field is right alone, but not beside the other. An `mcp_toolset` needs the server that it names, and each server
needs a toolset that uses it:

    tools:
      - type: mcp_toolset
        mcp_server_name: tracker
    mcp_servers:
      - {type: url, name: tracker, url: "https://mcp.example.com/tracker"}
""",
)

RESERVED_KEY = Code(
    "manifest.reserved-key",
    "A metadata key is reserved",
    """\
Metadata keys that begin with `agentops_` are the marks that agentops writes on live objects: who owns the object, which
manifest it came from, which fields it set. A manifest that wrote them could claim somebody else's objects.
""",
)
