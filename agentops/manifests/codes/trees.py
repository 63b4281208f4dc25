"""Codes about the tree as a whole: what it must hold before anything in it can be judged."""

from agentops.base.diagnostics import Code

NOT_FOUND = Code(
    "tree.not-found",
    "There is nothing at the path",
    """\
The path that was given to the command is neither a folder nor a file.

Give the folder that holds `agents.d`, or leave the path out when you stand in it:

    agentops validate
    agentops validate path/to/project
""",
)

EMPTY = Code(
    "tree.empty",
    "The tree holds no manifests",
    """\
A tree without a single manifest is most often the wrong folder, a partial checkout, or a mistyped path. It is an
error, not an empty project, so that nothing is ever planned against a tree that was not really read.

Manifests are `*.yaml` and `*.yml` files anywhere below `agents.d`. Hidden files and folders are passed over.

    my-project/
      agents.d/
        project.yaml
        reviewer.yaml

`agentops init` writes a first project that validates.
""",
)

NO_PROJECT = Code(
    "tree.no-project",
    "The tree has no Project",
    """\
The Project names the tree. Its name is the owner that is written on every live object, so that two trees in one
workspace never touch each other's objects. Without it nothing can be planned.

Add one document, by custom in `agents.d/project.yaml`:

    apiVersion: agentops/v1
    kind: Project
    metadata:
      name: support-agents
    spec: {}
""",
)

TWO_PROJECTS = Code(
    "tree.two-projects",
    "The tree has more than one Project",
    """\
The Project's name is the owner of every object in the tree, and an object has one owner. Two Projects are two trees:
keep each in a folder of its own with its own `agents.d`, or remove one of them.
""",
)
