"""Manifests to start from, and how to look at what loading said."""

from collections.abc import Callable, Mapping

from agentops.manifests.document import Tree

PROJECT = "apiVersion: agentops/v1\nkind: Project\nmetadata:\n  name: tests\n"

Loads = Callable[[Mapping[str, str | bytes]], Tree]


def manifest(kind: str, name: str, spec: str = "{}") -> str:
    """Return a manifest whose spec is written in flow style."""
    return f"apiVersion: agentops/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def agent(name: str, more: str = "") -> str:
    """Return an Agent, with more fields in flow style: `, tools: []`."""
    return manifest("Agent", name, f"{{model: claude-opus-5-5{more}}}")


def codes(tree: Tree) -> list[str]:
    """Return the codes of a tree's diagnostics, in order."""
    return [each.code.slug for each in tree.report.diagnostics]


def messages(tree: Tree) -> str:
    """Return all that a tree's diagnostics say."""
    return "\n".join(f"{each.message} ({each.label})" for each in tree.report.diagnostics)
