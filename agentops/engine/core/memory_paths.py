"""Memory paths as a tree: ranges that a prefix covers, folders that a shallow list rolls up."""

from collections.abc import Iterable

ROOT = "/"


def reach(prefix: str) -> tuple[str, str]:
    """Return the range of paths below a prefix that ends with `/`: from the first to before the second."""
    return prefix, _past(prefix)


def after(item: str) -> str:
    """Return where a list goes on behind an item, a memory's path or a folder with its `/`.

    A space, because nothing that sorts before it may stand in a path.
    """
    return _past(item) if item.endswith("/") else item + " "


def children(paths: Iterable[str], prefix: str) -> list[str]:
    """Return the paths directly below the prefix, and one folder for each group that lies deeper.

    The paths come in the order of their bytes, so a folder stands where its first memory would.
    """
    start = len(prefix)
    shown = (path[: slash + 1] if (slash := path.find("/", start)) >= 0 else path for path in paths)
    return list(dict.fromkeys(shown))


def _past(folder: str) -> str:
    """Return the first text behind everything in the folder: `0` is the character after `/`."""
    return folder[:-1] + "0"
