"""Whether a commit may be taken out of git: judged from the names, kinds and sizes of its objects, as they are told.

Nothing is on disk yet, and reading ends at the first thing that is not taken: a hundred thousand files cost what the
limit costs.
"""

from dataclasses import dataclass, field

from agentops.base.paint import printable
from agentops.controller.config import Limits

_FILES = (b"100644", b"100755", b"100664")
"""The last is what early versions of git wrote. Source: git-fsck(1), `badFilemode`."""

_KINDS = {b"120000": "a symbolic link", b"160000": "a submodule"}
_LONGEST_PATH = 1_000
"""Units: bytes."""

_LONGEST_ENTRY = 8_192
_OWN = ".agentops"
"""What the commands keep beside a tree; a repository does not bring its own."""

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a commit."""

    path: str
    blob: str
    size_bytes: int
    is_executable: bool


@dataclass(slots=True)
class Survey:
    """Takes the output of `git ls-tree -r -t -z -l --full-tree` piece by piece."""

    limits: Limits
    entries: list[Entry] = field(default_factory=list)
    refusal: str = ""
    """Why the commit is not taken: the thing and the fact."""

    advice: str = "take it out of the repository, or raise `limits` in the controller's configuration"

    _rest: bytes = b""
    _count: int = 0
    _bytes: int = 0

    def __call__(self, piece: bytes) -> bool:
        """Take a piece; tell whether more is wanted."""
        *whole, self._rest = (self._rest + piece).split(b"\0")
        for each in whole:
            self.refusal = self._refused(each)
            if self.refusal:
                return False
        if len(self._rest) > _LONGEST_ENTRY:
            self.refusal = "a path is longer than any that is taken"
        return not self.refusal

    def _refused(self, line: bytes) -> str:
        about, _, name = line.partition(b"\t")
        mode, kind, sha, size = about.split()
        self._count += 1
        if self._count > self.limits.files:
            return f"it holds more than {self.limits.files:,} files and folders"
        try:
            path = name.decode()
        except UnicodeDecodeError:
            return f"the name {printable(name.decode('latin-1'))[:_SHOWN]} is not UTF-8"
        parts = path.split("/")
        if problem := _unfit(path, parts, len(name), self.limits.depth):
            return problem
        if kind == b"tree" or parts[0] == _OWN:
            return ""
        if mode not in _FILES:
            return f"{shown(path)} is {_KINDS.get(mode, 'neither a file nor a folder')}"
        self._bytes += int(size)
        if self._bytes > self.limits.bytes:
            return f"{shown(path)} makes it larger than {self.limits.bytes:,} bytes"
        self.entries.append(Entry(path, sha.decode(), int(size), mode == b"100755"))
        return ""


def _unfit(path: str, parts: list[str], size: int, depth: int) -> str:
    if size > _LONGEST_PATH:
        return f"the path {shown(path)} is longer than {_LONGEST_PATH:,} bytes"
    if len(parts) > depth:
        return f"{shown(path)} lies more than {depth} folders deep"
    if (
        any(each in {"", ".", ".."} or each.lower() == ".git" for each in parts)
        or "\\" in path
        or not path.isprintable()
    ):
        return f"{shown(path)} is no path inside the tree"
    return ""


def shown(path: str) -> str:
    """Return a path for a sentence: no terminal can be fooled by it, and no log filled."""
    text = printable(path).replace("\n", "\\n").replace("\t", "\\t")
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
