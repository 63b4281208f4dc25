"""Paths that only people change."""

import re
from collections.abc import Iterator
from functools import lru_cache

from agentops.memory.gates.port import Consequence, Objection, Proposal

_PARTS = re.compile(r"(\*\*/?|\*|\?)")
_MEANINGS = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class ProtectedPaths:
    """Keeps dreams and agents from files that a policy leaves to people."""

    name = "protected_paths"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each protected file that somebody else changed."""
        before, after = proposal.before.files, proposal.after.files
        for path in sorted(before.keys() | after.keys()):
            if before.get(path) == after.get(path) or _is_persons(proposal, path):
                continue
            if pattern := next((each for each in proposal.policy.protected if matches(each, path)), ""):
                yield from self._objections(proposal, path, pattern)

    def _objections(self, proposal: Proposal, path: str, pattern: str) -> Iterator[Objection]:
        way_out = f"{path} is protected by {pattern} in policy.yaml: a person changes it, in a commit of their own"
        operations = [each.id for each in proposal.operations if each.path == path]
        for operation in operations:
            yield Objection(self.name, Consequence.QUARANTINE, way_out, path, operation=operation)
        if not operations:
            yield Objection(self.name, Consequence.BLOCK, way_out, path)


def matches(pattern: str, path: str) -> bool:
    """Tell whether a path is meant: `*` is anything within a folder, `**` across folders, a folder is all in it."""
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    said = "".join(_MEANINGS.get(part, re.escape(part)) for part in _PARTS.split(pattern.rstrip("/")))
    return re.compile(rf"{said}(?:/.*)?", re.DOTALL)


def _is_persons(proposal: Proposal, path: str) -> bool:
    """Tell whether a file is exactly as a person left it."""
    if path not in proposal.by_people:
        return False
    return proposal.by_hand.get(path, "") == proposal.after.files.get(path, "")
