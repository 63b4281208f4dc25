"""The controller's own configuration: which repositories it follows, where they are applied, and what it may do alone.

It is the operator's file. What a followed repository says is less trusted, and changes nothing here.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Tag, model_validator

from agentops.controller.policy import Policy
from agentops.controller.windows import Window
from agentops.wire.fields import Url, repeats
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import STRING_OR_OBJECT, Form, Omissible, Shape

SHORTEST_EVERY_S = 5
DEFAULT_EVERY_S = 60

RepositoryName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    Form("1 to 63 lower-case letters, digits and hyphens"),
]
_Text = Annotated[str, Field(min_length=1, max_length=2048)]
_Variable = Annotated[
    str,
    Field(max_length=128, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"),
    Form("the name of an environment variable"),
]
_Branch = Annotated[
    str,
    Field(max_length=255, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.+/-]*$"),
    Form("the name of a branch, without refs/heads/"),
]


def _inside(path: str) -> str:
    out = Problem((), "invalid-value", "must not lead out of the repository or into .git")
    return obeying(path, (out,) if {"", ".", "..", ".git"} & set(path.split("/")) else ())


_Folder = Annotated[
    str,
    Field(max_length=512, pattern=r"^[^/\\\x00-\x1f]([^\\\x00-\x1f]*[^/\\\x00-\x1f])?$"),
    Form("a folder inside the repository, without a slash at either end"),
    AfterValidator(_inside),
]
_Seconds = Annotated[int, Field(ge=SHORTEST_EVERY_S, le=7 * 86_400)]
_Grace = Annotated[int, Field(ge=0, le=365 * 86_400)]

EventName = Literal[
    "applied",
    "apply_failed",
    "refused",
    "approval_wanted",
    "drifted",
    "healed",
    "dream_proposed",
    "memory_synced",
    "unreachable",
    "recovered",
]
"""The kinds of notices."""


class SecretFrom(Shape):
    """Where a secret is: in an environment variable of the controller, or in a file. Never the secret itself."""

    env: Omissible[_Variable] = None
    file: Omissible[_Text] = None

    @model_validator(mode="after")
    def _is_in_one_place(self) -> "SecretFrom":
        one = (self.env is None) != (self.file is None)
        return obeying(self, () if one else (Problem((), "bad-combination", "must have either env or file"),))


UrlFrom = Annotated[Annotated[Url, Tag("string")] | Annotated[SecretFrom, Tag("object")], STRING_OR_OBJECT]
"""An address, or where it is kept when it is as good as a password."""


class Target(Shape):
    """The server that a repository is applied to. The operator says where it is: the key goes nowhere else."""

    url: Url
    api_key: SecretFrom
    workspace: Omissible[_Text] = None


class Verify(Shape):
    """Whose commits are taken."""

    signers: _Text
    """A file of allowed signers; what is not signed by one of them is refused. Source: ssh-keygen(1)."""


class Limits(Shape):
    """How much a commit may hold below its folder: judged before anything is written to disk. Units: bytes."""

    files: Annotated[int, Field(ge=1, le=1_000_000)] = 5_000
    bytes: Annotated[int, Field(ge=1, le=1 << 40)] = 64 << 20
    depth: Annotated[int, Field(ge=1, le=256)] = 32


class Prune(Shape):
    """Whether what left the tree is removed from the target, and how long it must have been gone. Units: seconds."""

    enabled: bool = False
    grace_s: _Grace = 3_600


class Forge(Shape):
    """Where commit statuses are set; which forge it is, is told by the address where that is known."""

    type: Omissible[Literal["github", "gitea", "forgejo", "gitlab"]] = None
    token: SecretFrom


class Repository(Shape):
    """One followed repository."""

    name: RepositoryName
    url: _Text
    """An address that git reads, or the path of a repository on this machine."""

    branch: _Branch = "main"
    path: Omissible[_Folder] = None
    """The folder of the tree inside the repository; the whole repository when left out."""

    token: Omissible[SecretFrom] = None
    """What opens the repository over https."""

    target: Omissible[Target] = None
    """Left out inside `agentops serve`: that server itself."""

    every: _Seconds = DEFAULT_EVERY_S
    """How often it is fetched, and the target compared. Units: seconds."""

    verify: Omissible[Verify] = None
    limits: Limits = Limits()
    policy: Policy = Policy()
    windows: Annotated[list[Window], Field(default_factory=list, max_length=100)]
    heal: bool = True
    """Whether drift is put right; otherwise it is reported."""

    prune: Prune = Prune()
    memory: bool = False
    """Whether `agentops memory sync` runs after merges and at an interval."""

    dreams: bool = False
    """Whether `agentops dream run --due` runs at an interval."""

    memory_repository: Omissible[_Text] = None
    """The only memory repository that the tree may name: an address, or the path of a folder. What agents remember, and
    what opens it, go nowhere else, whatever a commit says."""

    aside_every: _Seconds = 300
    """How often memory is synced and due dreams are run. Units: seconds."""

    secrets: Annotated[dict[_Variable, SecretFrom], Field(default_factory=dict)]
    """What the tree's manifests and its memory repository may read as environment variables, and nothing beside."""

    notify: Annotated[list[RepositoryName], Field(max_length=32, default_factory=list)]
    push_secret: Omissible[SecretFrom] = None
    """What push webhooks of this repository are signed with; without one none is taken."""

    forge: Forge | None = None

    @model_validator(mode="after")
    def _says_where_memory_is(self) -> "Repository":
        is_known = self.memory_repository is not None or not (self.memory or self.dreams)
        message = "must have memory_repository beside memory or dreams: a commit does not choose where memories go"
        return obeying(self, () if is_known else (Problem((), "bad-combination", message),))


class Channel(Shape):
    """Who is told of what."""

    url: UrlFrom
    format: Literal["generic", "slack"] = "generic"
    events: Omissible[Annotated[list[EventName], Field(min_length=1)]] = None
    """Every kind when left out."""

    per_hour: Annotated[int, Field(ge=1, le=3_600)] = 60
    secret: Omissible[SecretFrom] = None
    """What `generic` messages are signed with, by Standard Webhooks."""


class Config(Shape):
    """What a controller does."""

    repositories: Annotated[list[Repository], Field(min_length=1, max_length=1_000)]
    notify: Annotated[dict[RepositoryName, Channel], Field(default_factory=dict)]
    parallel: Annotated[int, Field(ge=1, le=64)] = 4
    """How many repositories are worked on at the same time."""

    lease: Annotated[int, Field(ge=3, le=600)] = 15
    """How long a controller that was killed keeps the others of its database waiting. Units: seconds."""

    @model_validator(mode="after")
    def _names_what_there_is(self) -> "Config":
        return obeying(self, tuple(_problems(self)))


def _problems(config: Config) -> Iterator[Problem]:
    names = [each.name for each in config.repositories]
    yield from repeats(names, lambda index: ("repositories", index, "name"))
    for at, each in enumerate(config.repositories):
        for position, name in enumerate(each.notify):
            if name not in config.notify:
                there = ", ".join(config.notify) or "none"
                message = f"names `{name}`, which `notify` does not define (it defines: {there})"
                yield Problem(("repositories", at, "notify", position), "invalid-value", message, tuple(config.notify))
