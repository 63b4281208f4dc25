"""A small tree with everything that an apply can be caught at, and what must hold after any number of deaths."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from agentops.reconcile.lease import is_lock

OWNER = "crash"
COLLECTIONS = ("agents", "environments", "memory_stores")

_HEAD = "apiVersion: agentops/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
_FIRST = {
    ("Project", OWNER): "  targets: {}\n",
    ("Environment", "sandbox"): "  config: {type: cloud, networking: {type: limited, allowed_hosts: [example.com]}}\n",
    ("MemoryStore", "notes"): """\
  description: What we know.
  seed:
    files: {/runbook.md: "One.\\n", /log.md: "Began.\\n"}
  policy:
    - {path: /runbook.md, mode: git}
""",
    ("Agent", "logs"): "  model: claude-haiku-5-5\n  system: Read logs.\n",
    ("Agent", "metrics"): "  model: {id: claude-haiku-5-5, effort: low}\n  system: Read metrics.\n",
    ("Team", "incident"): "  lead: {model: claude-opus-5-5, system: Lead.}\n  specialists: [logs, metrics]\n",
}
_SECOND = {
    ("Environment", "sandbox"): "  config: {type: cloud, networking: {type: unrestricted}}\n",
    ("MemoryStore", "notes"): """\
  description: What we have learned.
  seed:
    files: {/runbook.md: "Two.\\n", /log.md: "Began.\\n", /new.md: "New.\\n"}
  policy:
    - {path: /runbook.md, mode: git}
""",
    ("Agent", "logs"): "  model: claude-haiku-5-5\n  system: Read logs, and quote them.\n",
    ("Agent", "changes"): "  model: claude-haiku-5-5\n  system: Read deploys.\n",
    ("Team", "incident"): "  lead: {model: claude-opus-5-5, system: Lead.}\n  specialists: [logs, changes]\n",
}


def write_first(root: Path) -> Path:
    """Write the tree as it is at first."""
    return _write(root, _FIRST)


def write_second(root: Path) -> Path:
    """Write the tree after a change of everything: an agent goes, one comes, the others get another content."""
    rest = {key: text for key, text in _FIRST.items() if key != ("Agent", "metrics")}
    return _write(root, rest | _SECOND)


def _write(root: Path, manifests: Mapping[tuple[str, str], str]) -> Path:
    agents_d = root / "agents.d"
    agents_d.mkdir(parents=True)
    for (kind, name), spec in manifests.items():
        (agents_d / f"{kind.lower()}-{name}.yaml").write_text(_HEAD.format(kind=kind, name=name) + spec)
    return agents_d


def identities(objects: Callable[[str], Iterable[Mapping[str, Any]]]) -> Counter[str]:
    """Return how many live objects bear each identity of ours; the store of leases has none."""
    found = (each for collection in COLLECTIONS for each in objects(collection) if not is_lock(each))
    metadata = (each["metadata"] for each in found)
    return Counter(each["agentops_id"] for each in metadata if each.get("agentops_owner") == OWNER)


def once(*addresses: str) -> Counter[str]:
    """Return the count that says that each exists, and exists once."""
    return Counter(addresses)


FIRST = once("Environment/sandbox", "MemoryStore/notes", "Agent/logs", "Agent/metrics", "Team/incident")
SECOND = once("Environment/sandbox", "MemoryStore/notes", "Agent/logs", "Agent/changes", "Team/incident")
