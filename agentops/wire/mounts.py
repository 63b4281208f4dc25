"""Where repositories and files are mounted, each clear of the others; a memory store's place only the server knows."""

from collections.abc import Iterator, Sequence
from posixpath import normpath

from agentops.wire.problems import Problem, at

_UPLOADS = "/mnt/session/uploads"
_WORKSPACE = "/workspace"


def repository_place(url: str, mount_path: str | None) -> str:
    """Return where a repository is mounted. Source: SDK 2.11.0 `…github_repository_resource_params.py`."""
    return normpath(mount_path or f"{_WORKSPACE}/{url.rpartition('/')[2]}")


def file_place(file_id: str, mount_path: str | None) -> str:
    """Return where a file is mounted.

    Source: SDK 2.11.0 `…file_resource_params.py`; documented: its path is taken from `/mnt/session/uploads`, unless it
    lies there already.
    """
    path = mount_path or file_id
    return normpath(path if f"{path}/".startswith(f"{_UPLOADS}/") else f"{_UPLOADS}/{path.lstrip('/')}")


def place_problems(wanted: str, taken: Sequence[str]) -> Iterator[Problem]:
    """Yield why nothing can be mounted at a place: it is no place of its own, or another resource is in the way."""
    if wanted in (_UPLOADS, _WORKSPACE):
        yield Problem(("mount_path",), "invalid-value", f"must name something below {wanted}")
    for other in taken:
        if f"{wanted}/".startswith(f"{other}/") or f"{other}/".startswith(f"{wanted}/"):
            yield Problem(("mount_path",), "not-unique", f"must be clear of other resources, {other} is in the way")
            return


def crowding(places: Sequence[str | None]) -> Iterator[Problem]:
    """Yield what is wrong with the places of a list of resources, paths relative to the list."""
    taken: list[str] = []
    for index, place in enumerate(places):
        if place is not None:
            yield from at((index,), place_problems(place, taken))
            taken.append(place)
