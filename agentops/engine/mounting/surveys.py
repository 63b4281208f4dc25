"""What a sandbox has of a memory store: each file's digest, and what among it cannot be a memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from agentops.engine.mounting.looks import Bounds, Stamp, is_below
from agentops.engine.mounting.trees import Moved, Tree
from agentops.wire.memories import LARGEST_CONTENT_BYTES, MOST_SEGMENTS, path_problems

_BOUNDS = Bounds(entries=10_000, depth=MOST_SEGMENTS + 1)
"""Five times as many names as a store has memories."""

_TICK_NS = 1_000_000_000
"""A file that was changed so lately may be changed again without its stamp telling: the clock of stamps is coarse."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The state of a copy; paths are those of memories."""

    digests: Mapping[str, str]
    others: Mapping[str, str]
    """What is there and cannot be stored, with the reason."""

    is_whole: bool

    def is_unknown(self, path: str, *, was_there: bool) -> bool:
        """Tell whether nobody can say what the sandbox holds at a path: then nothing is done about it.

        What was there and was not seen may be gone or not. What was not there is put where nothing is, or not at all.
        """
        if path in self.digests:
            return False
        return (was_there and not self.is_whole) or is_below(path, self.others)


class Surveyor:
    """Looks at a copy again and again, and reads only what may have changed."""

    def __init__(self, tree: Tree) -> None:
        """Begin with nothing known."""
        self._tree = tree
        self._known: dict[str, tuple[Stamp, str, str]] = {}

    def survey(self) -> Survey:
        """Return what is there now."""
        now = self._tree.now()
        seen = self._tree.look(_BOUNDS)
        digests: dict[str, str] = {}
        others = {_memory_path(path): kind for path, kind in seen.others.items()}
        fresh: dict[str, tuple[Stamp, str, str]] = {}
        is_whole = seen.is_whole
        for path, stamp in seen.files.items():
            known = self._known.get(path)
            try:
                digest, problem = known[1:] if known and known[0] == stamp else self._judged(path, stamp)
            except Moved:
                # It is being replaced: what comes is seen the next time, and is not gone until then.
                others[f"/{path}"] = ""
                continue
            if stamp.changed + _TICK_NS < now:
                fresh[path] = (stamp, digest, problem)
            if problem:
                others[_memory_path(path)] = problem
            else:
                digests[f"/{path}"] = digest
        self._known = fresh
        return Survey(digests, others, is_whole)

    def _judged(self, path: str, stamp: Stamp) -> tuple[str, str]:
        """Return the digest of a file, and why it cannot be stored if it cannot."""
        if problem := _path_problem(f"/{path}"):
            return "", problem
        if stamp.size > LARGEST_CONTENT_BYTES:
            return "", f"{stamp.size} bytes long, and a memory has at most {LARGEST_CONTENT_BYTES}"
        data = self._tree.read(path, LARGEST_CONTENT_BYTES)
        try:
            data.decode()
        except UnicodeDecodeError:
            return "", "not a text in UTF-8"
        return sha256(data).hexdigest(), ""


def _path_problem(path: str) -> str:
    if any(0xDC80 <= ord(each) <= 0xDCFF for each in path):
        return "of a name that is not UTF-8"
    found = next(path_problems(path), None)
    return f"at a path that {found.message}" if found else ""


def _memory_path(path: str) -> str:
    return f"/{path}" if path else ""
