"""Who is right about a memory: the repository, the agents, or both, merged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Mode(StrEnum):
    """Who has the last word on a path."""

    GIT = "git"
    """The repository: what agents write is recorded and turned back."""

    LIVE = "live"
    """The agents: the repository follows, and what people change there is not written back."""

    BOTH = "both"
    """What both changed is merged; where that cannot be done, a person does it in the pull request."""


@dataclass(frozen=True, slots=True)
class PathPolicies:
    """The policy of a MemoryStore: patterns by path, of which the first that matches counts; else `both`."""

    rules: tuple[tuple[str, Mode], ...] = ()
    seeded: frozenset[str] = frozenset()
    """Memories that the manifests bring along and `agentops apply` alone writes: two repositories that both have the
    last word would turn each other's texts back for ever."""

    @classmethod
    def of(cls, policy: Sequence[Mapping[str, str]] | None, seeds: Iterable[str] = ()) -> "PathPolicies":
        """Read `spec.policy` of a manifest, and the paths of its seeds."""
        rules = cls(tuple((each["path"], Mode(each["mode"])) for each in policy or ()))
        return cls(rules.rules, frozenset(each for each in seeds if rules.mode(each) is Mode.GIT))

    def mode(self, path: str) -> Mode:
        """Return who is right about a memory."""
        if path in self.seeded:
            return Mode.LIVE
        return next((mode for pattern, mode in self.rules if fnmatchcase(path, pattern)), Mode.BOTH)
