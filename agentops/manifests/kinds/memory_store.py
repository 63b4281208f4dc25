"""MemoryStore: the API's memory store, what it holds at first, and who may write which of its paths."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from agentops.manifests.folders import STORE_LIMIT
from agentops.manifests.kinds.skill import FolderPath
from agentops.wire.memories import MemoryContent, MemoryPath
from agentops.wire.memory_stores import MemoryStoreCreate
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form, Omissible, Shape

_Glob = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^/"), Form("a pattern that begins with /")]


class Seed(Shape):
    """The first memories: the files of a folder, or texts by their paths."""

    folder: Omissible[FolderPath] = None
    files: Omissible[Annotated[dict[MemoryPath, MemoryContent], Field(max_length=STORE_LIMIT)]] = None

    @model_validator(mode="after")
    def _has_one_source(self) -> "Seed":
        one = (self.folder is None) != (self.files is None)
        return obeying(self, () if one else (Problem((), "bad-combination", "must have either folder or files"),))


class PathPolicy(Shape):
    """Who is right about the memories whose paths match: the repository, the agents, or both, merged."""

    path: _Glob
    mode: Literal["git", "live", "both"]


class MemoryStoreSpec(MemoryStoreCreate):
    """What a MemoryStore is made of; seed and policy stay on this side of the wire."""

    seed: Seed | None = None
    policy: Omissible[list[PathPolicy]] = None
