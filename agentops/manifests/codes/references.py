"""Codes about names: who names whom, and whether that can work."""

from agentops.base.diagnostics import Code

DANGLING = Code(
    "reference.dangling",
    "A name that nothing in the tree has",
    """\
Where the API wants an id, a manifest writes the `metadata.name` of another document of the tree. Nothing has this name.

    kind: Team
    spec:
      lead: coordinator
      specialists: [reviewer]     # needs a document of kind Agent with metadata.name: reviewer

An object that is not in the tree is named by its id: `agent_01…`, `env_01…`, `memstore_01…`, `vlt_01…`, `skill_01…`.
""",
)

WRONG_KIND = Code(
    "reference.wrong-kind",
    "A name that a document of another kind has",
    """\
The name exists, but what has it cannot stand here: a session runs in an Environment, a roster is made of Agents.
""",
)

CYCLIC = Code(
    "reference.cyclic",
    "Documents name each other in a circle",
    """\
Objects are created in the order of their references, each after those it names. In a circle none can be first.

Wrong:

    Agent/a   multiagent: {type: coordinator, agents: [b]}
    Agent/b   multiagent: {type: coordinator, agents: [a]}

To let an agent start copies of itself, name `self`:

    multiagent: {type: coordinator, agents: [{type: self}]}
""",
)

NESTED_ROSTER = Code(
    "reference.nested-roster",
    "A member of a roster has a roster of its own",
    """\
Delegation is one level deep: the lead starts threads of its specialists, and a specialist's thread starts none. So a
member of a roster must not have `multiagent` set, and a Team cannot be a member.

List the specialists of the inner roster in the outer one.
""",
)

BLOCKED_SERVER = Code(
    "reference.blocked-server",
    "A deployment's environment blocks an MCP server of its agents",
    """\
An Environment with `type: limited` networking lets agents reach the hosts it lists and no others, MCP servers included.
A Deployment of an agent that uses another one could never start a session: the server refuses it.

Wrong:

    kind: Environment
    spec: {config: {type: cloud, networking: {type: limited, allowed_hosts: ["*.example.com"]}}}
    ---
    kind: Agent
    spec:
      mcp_servers: [{type: url, name: tracker, url: "https://tracker.example.org/mcp"}]

Allow the host, or every MCP server that an agent names. `*.example.org` means what is below `example.org`, not itself:

    networking: {type: limited, allowed_hosts: ["tracker.example.org"]}
    networking: {type: limited, allow_mcp_servers: true}
""",
)

UNMOUNTABLE = Code(
    "reference.unmountable",
    "A deployment mounts what its self-hosted environment cannot",
    """\
The machines of a self-hosted environment are their owner's: files and repositories are put there by whoever runs the
worker. Memory stores are served by the API and can be mounted. A Deployment with anything else could never start a
session: the server refuses it.

Wrong:

    kind: Environment
    metadata: {name: our-machines}
    spec: {config: {type: self_hosted}}
    ---
    kind: Deployment
    spec:
      environment_id: our-machines
      resources: [{type: github_repository, url: "https://github.com/acme/shop"}]

Let the worker check the repository out, or run the deployment in a cloud environment.
""",
)
