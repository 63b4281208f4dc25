"""How gates speak: quoted parts of a text that are safe to show, and places."""

from agentops.memory.operations import Operation
from agentops.memory.scanning import personal, secrets, unseen

_LONGEST = 60
_MASK = "•••"
_READ = 2_000
"""How much of a text is looked at before it is shown. Units: characters."""


def quoted(text: str) -> str:
    """Return a text between quotes, as it can be shown."""
    return f"“{shown(text)}”"


def shown(text: str) -> str:
    """Return a text as one short line: nothing unseen in it, no secret and no personal data."""
    said = text[:_READ]
    for find in (secrets.find, personal.find):
        for hit in sorted(find(said), reverse=True):
            said = f"{said[: hit.start]}{_MASK}{said[hit.end :]}"
    for hit in sorted(unseen.find(said), reverse=True):
        said = f"{said[: hit.start]}{said[hit.end :]}"
    said = " ".join(said.split())
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def named(operation: Operation) -> str:
    """Return what a sentence about an operation begins with: `add “…”`, `retire ^n7k2`."""
    if operation.texts:
        return f"{operation.verb} {quoted(operation.texts[0])}"
    return f"{operation.verb} {', '.join(f'^{each}' for each in operation.targets[:3])}".rstrip()
