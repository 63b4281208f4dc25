"""What is mounted into a session: repositories, files and memory stores."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from agentops.wire.fields import Id, MemoryStoreId, repeats
from agentops.wire.mounts import crowding, file_place, repository_place
from agentops.wire.problems import Problem, obeying
from agentops.wire.shape import Form, LongText, Omissible, Shape, WriteOnly

_REPOSITORY = re.compile(r"https://github\.com/[A-Za-z0-9][A-Za-z0-9-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+(?<!\.git)")
_NO_BRANCH = re.compile(r"^[-/]|^@$|[ ~^:?*\[\\]|\.\.|//|@\{|(^|/)\.|\.lock(/|$)|[/.]$")
_LONGEST_BRANCH_BYTES = 255
_MOST_STORES = 8
_LONGEST_PATH = 1024
"""The API states no limit; the systems that mount have one of 4096 bytes, with what stands before the path."""


def _repository_problems(url: str) -> Iterator[Problem]:
    if not _REPOSITORY.fullmatch(url):
        yield Problem((), "bad-format", "must be https://github.com/<owner>/<repository>, without .git")


def _mount_problems(path: str) -> Iterator[Problem]:
    if not path or ".." in path.split("/") or not path.isprintable():
        yield Problem((), "bad-format", "must be a path without .. and without control characters")
    if len(path) > _LONGEST_PATH:
        yield Problem((), "too-long", f"must be at most {_LONGEST_PATH} characters, is {len(path)}")


def _workspace_problems(path: str) -> Iterator[Problem]:
    yield from _mount_problems(path)
    if not path.startswith("/workspace/"):
        yield Problem((), "bad-format", "must be below /workspace")


def _branch_problems(name: str) -> Iterator[Problem]:
    """Yield what git takes for no branch. Source: git-check-ref-format(1), rules 1 to 10; the length is a file's."""
    if not name:
        yield Problem((), "too-short", "must not be empty")
    elif len(name.encode(errors="replace")) > _LONGEST_BRANCH_BYTES:
        yield Problem((), "too-long", f"must be at most {_LONGEST_BRANCH_BYTES} bytes")
    elif not name.isprintable() or _NO_BRANCH.search(name):
        yield Problem((), "bad-format", "must be the name of a branch, as git takes it")


class BranchCheckout(Shape):
    """The newest commit of a branch. Source: SDK 2.11.0 `…branch_checkout_param.py`."""

    type: Literal["branch"]
    name: Annotated[str, AfterValidator(lambda name: obeying(name, _branch_problems(name)))]


class CommitCheckout(Shape):
    """One commit. Source: SDK 2.11.0 `…commit_checkout_param.py`."""

    type: Literal["commit"]
    sha: Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$"), Form("a full commit SHA in lower case")]


class GitHubRepository(Shape):
    """A clone of a repository. Source: SDK 2.11.0 `…github_repository_resource_params.py`."""

    type: Literal["github_repository"]
    url: Annotated[str, AfterValidator(lambda url: obeying(url, _repository_problems(url)))]
    authorization_token: Omissible[Annotated[str, Field(min_length=1), WriteOnly()]] = None
    checkout: Annotated[BranchCheckout | CommitCheckout, Field(discriminator="type")] | None = None
    mount_path: Annotated[str, AfterValidator(lambda path: obeying(path, _workspace_problems(path)))] | None = None


class FileResource(Shape):
    """A copy of an uploaded file. Source: SDK 2.11.0 `…file_resource_params.py`."""

    type: Literal["file"]
    file_id: Id
    mount_path: Annotated[str, AfterValidator(lambda path: obeying(path, _mount_problems(path)))] | None = None


class MemoryStoreResource(Shape):
    """A memory store under `/mnt/memory`. Source: SDK 2.11.0 `…memory_store_resource_param.py`."""

    type: Literal["memory_store"]
    memory_store_id: MemoryStoreId
    access: Literal["read_write", "read_only"] | None = None
    instructions: Annotated[str, Field(max_length=4096), LongText()] | None = None


Resource = Annotated[GitHubRepository | FileResource | MemoryStoreResource, Field(discriminator="type")]


def resource_list_problems(resources: Sequence[Resource]) -> Iterator[Problem]:
    """Yield which memory stores are too many or stand twice, and what is in another's way; paths in the list."""
    stores = [each.memory_store_id if isinstance(each, MemoryStoreResource) else None for each in resources]
    if (count := len(stores) - stores.count(None)) > _MOST_STORES:
        yield Problem((), "too-many", f"must hold at most {_MOST_STORES} memory stores, holds {count}")
    yield from repeats(stores, lambda index: (index, "memory_store_id"))
    yield from crowding([_place(each) for each in resources])


def _place(resource: Resource) -> str | None:
    if isinstance(resource, GitHubRepository):
        return repository_place(resource.url, resource.mount_path)
    return file_place(resource.file_id, resource.mount_path) if isinstance(resource, FileResource) else None


ResourceList = Annotated[
    list[Resource],
    Field(max_length=500),
    AfterValidator(lambda resources: obeying(resources, resource_list_problems(resources))),
]
"""Source: SDK 2.11.0 `types/beta/deployment_create_params.py` (500); documented limit of 8 memory stores."""
