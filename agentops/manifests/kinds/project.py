"""Project: the tree's name and owner, where it can be applied, and how much a plan may remove."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from agentops.manifests.kinds.identities import Moved, Prune, Removed, clashes
from agentops.manifests.kinds.policy import Prices, ProjectPolicy
from agentops.wire.fields import ShortDuration, Url
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form, Omissible, Shape

BUILT_IN_TARGET = "embedded"
"""The engine inside the process; always there, so no Project declares it."""

TargetName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    Form("1 to 63 lower-case letters, digits and hyphens"),
]
_Share = Annotated[float, Field(ge=0, le=1)]
_Count = Annotated[int, Field(ge=0)]


class Target(Shape):
    """A server that the tree can be applied to."""

    url: Url
    workspace: Omissible[Annotated[str, Field(min_length=1)]] = None
    """The workspace that the credential must belong to; another one is refused."""

    watch: Omissible[Literal["apply"]] = None
    """Whether `agentops watch` applies here by itself what nobody has to look at: for a target to develop on."""


class MemoryRepository(Shape):
    """The git repository that holds the memories of the tree's stores, one folder a store."""

    url: Omissible[Annotated[str, Field(min_length=1)]] = None
    path: Omissible[Annotated[str, Field(min_length=1)]] = None
    forge: Literal["local", "github", "gitea", "forgejo", "gitlab"] | None = None
    branch: Omissible[Annotated[str, Field(min_length=1)]] = None

    @model_validator(mode="after")
    def _is_in_one_place(self) -> "MemoryRepository":
        one = (self.url is None) != (self.path is None)
        return obeying(self, () if one else (Problem((), "bad-combination", "must have either url or path"),))


class Brakes(Shape):
    """How much one plan may change before somebody is asked twice. Units: shares of the live objects of a kind."""

    max_archive_share: _Share | None = None
    max_archive_count: _Count | None = None
    max_update_share: _Share | None = None
    max_update_count: _Count | None = None


class Lock(Shape):
    """How runs of one project keep out of each other's way on a target."""

    mode: Omissible[Literal["lease", "none"]] = None
    """`lease`, the default: whoever applies holds a lease on the target, which expires when its holder dies."""

    ttl: Omissible[ShortDuration] = None
    """How long a lease lives that nobody renews; it is renewed three times as often. Default: `60s`."""


class ProjectSpec(Shape):
    """What a tree says about itself."""

    targets: Omissible[dict[TargetName, Target]] = None
    memory_repository: MemoryRepository | None = None
    brakes: Brakes | None = None
    lock: Lock | None = None
    policy: Omissible[ProjectPolicy] = None
    """What no plan of this tree may do: risks that stop it, exemptions, and rules of your own."""

    prices: Omissible[Prices] = None
    """What models cost: plans that change a model or an effort say what that comes to, from past sessions."""

    prune: Omissible[Prune] = None
    moved: Omissible[list[Moved]] = None
    """Names that things had before: each keeps its live object, with all that hangs on it."""

    removed: Omissible[list[Removed]] = None
    """What is not managed any more and lives on."""

    @model_validator(mode="after")
    def _says_one_thing_of_each_identity(self) -> "ProjectSpec":
        return obeying(self, clashes(self.moved or (), self.removed or ()))

    @model_validator(mode="after")
    def _leaves_the_built_in_target(self) -> "ProjectSpec":
        message = "must not be declared: this target is built in"
        taken = BUILT_IN_TARGET in (self.targets or {})
        return obeying(self, (Problem(("targets", BUILT_IN_TARGET), "invalid-value", message),) if taken else ())
