"""A tree's repository as a value that can be asked: commits, texts of that time, who wrote which line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agentops.base.errors import UsageError
from agentops.cli.history.git import Answer, Question, ask, failed

LARGEST_FILE_BYTES = 1 << 20
"""As large as a manifest may be."""

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FORMAT = "%H%x00%an%x00%at%x00%s"
_FILES = frozenset({"100644", "100755"})
_HEADER = re.compile(rb"([0-9a-f]{40,64}) (\d+) (\d+)(?: \d+)?")


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, as far as people are told of it."""

    sha: str
    author: str
    at: datetime
    subject: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file at a commit, and the commit that wrote it."""

    number: int
    commit: Commit
    path: str
    """What the file was called when the line was written, from the top of the repository."""

    text: str
    is_boundary: bool
    """Whether the history ends there, so that the line may be older."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder that a commit holds."""

    path: str
    """From the top of the repository."""

    mode: str
    sha: str
    size_bytes: int

    @property
    def is_file(self) -> bool:
        """Tell whether it is a regular file: neither a link nor a submodule."""
        return self.mode in _FILES


@dataclass(frozen=True, slots=True)
class History:
    """The repository that a folder lies in."""

    top: Path
    """The real path of the working tree."""

    def path(self, file: Path | str) -> str | None:
        """Return a file's path from the top of the repository; None for what is not below it."""
        real = Path(file).parent.resolve() / Path(file).name
        return real.relative_to(self.top).as_posix() if real.is_relative_to(self.top) else None

    def resolve(self, rev: str) -> str:
        """Return the commit that a person means: a sha or its beginning, a branch, a tag, `HEAD~2`.

        Raises:
            UsageError: there is no such commit here.
        """
        if found := self.find(rev):
            return found
        hint = "`git log --oneline` lists commits"
        if self.is_shallow:
            hint = "this clone is shallow: `git fetch --unshallow` brings the rest (in CI: `fetch-depth: 0`)"
        raise UsageError(f"there is no commit `{rev}` in {self.top}", hint=hint)

    def find(self, rev: str) -> str | None:
        """Return the commit that a text names, or None where there is none here."""
        if not rev or "\0" in rev:
            return None
        answer = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
        found = answer.out.decode("ascii", "replace").strip()
        return found if answer.status == 0 and _SHA.fullmatch(found) else None

    @property
    def is_shallow(self) -> bool:
        """Tell whether older commits were left behind when this clone was made."""
        return self._ask("rev-parse", "--is-shallow-repository").out.strip() == b"true"

    def commit(self, rev: str) -> Commit | None:
        """Return what a commit says of itself."""
        return next(iter(self.log(rev, most=1)), None)

    def log(self, rev: str, *paths: str, most: int = 100) -> Sequence[Commit]:
        """Return the newest commits that a commit descends from, those that touched one of the paths."""
        if (sha := self.find(rev)) is None:
            return ()
        flags = ("--no-color", "--no-show-signature", "--no-notes", "--encoding=UTF-8", "-z")
        answer = self._ask("log", *flags, f"--format=tformat:{_FORMAT}", f"--max-count={most}", sha, "--", *paths)
        told = answer.out.decode("utf-8", "replace").split("\0")
        return tuple(_commit(*told[at : at + 4]) for at in range(0, len(told) - 3, 4))

    def entries(self, rev: str, under: str = "") -> Sequence[Entry]:
        """Return what a commit holds below a folder, folders left out.

        Raises:
            RepositoryError: there is more than manifests can be, or git cannot say.
        """
        where = ("--", under) if under else ()
        answer = self._ask("ls-tree", "-r", "-z", "-l", "--full-tree", self.resolve(rev), *where)
        if answer.status != 0:
            raise failed(f"looking into {rev}", answer)
        return tuple(_entries(answer.out))

    def text(self, rev: str, path: str) -> str | None:
        """Return the text of a file at a commit; None where there is none, or no text of a manifest's size."""
        data = self.content(rev, path)
        try:
            return None if data is None else data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    def content(self, rev: str, path: str) -> bytes | None:
        """Return a file at a commit; None where there is none, or it is larger than a manifest may be."""
        if self.find(rev) is None:
            return None
        found = next((each for each in self.entries(rev, path) if each.path == path), None)
        if found is None or not found.is_file or found.size_bytes > LARGEST_FILE_BYTES:
            return None
        return self.blob(found.sha)

    def blob(self, sha: str) -> bytes:
        """Return the bytes of a file as they were committed, without any filter.

        Raises:
            RepositoryError: it is not here, or too large.
        """
        answer = self._ask("cat-file", "blob", sha)
        if answer.status != 0:
            raise failed(f"reading {sha[:12]}", answer)
        return answer.out

    def blobs(self, shas: Sequence[str]) -> Sequence[bytes]:
        """Return many files as they were committed, in the order asked for.

        Raises:
            RepositoryError: one of them is not here, or they are too large together.
        """
        answer = self._ask("cat-file", "--batch", data="".join(f"{each}\n" for each in shas).encode("ascii"))
        found = tuple(_batch(answer.out)) if answer.status == 0 else ()
        if len(found) != len(shas):
            raise failed(f"reading {len(shas)} files", answer)
        return found

    def fork(self, rev: str, other: str) -> str | None:
        """Return the newest commit that both descend from; None where this clone knows of none."""
        answer = self._ask("merge-base", self.resolve(rev), self.resolve(other))
        return answer.out.decode("ascii", "replace").strip() or None if answer.status == 0 else None

    def blame(self, rev: str, path: str, first: int = 1, last: int | None = None) -> Sequence[Line]:
        """Return who wrote each of the lines of a file at a commit, the first and last included. Units: from 1.

        Raises:
            RepositoryError: git cannot say.
        """
        lines = f"{first},{'' if last is None else last}"
        flags = ("--porcelain", "--no-textconv", "--encoding=UTF-8", "-L", lines)
        answer = self._ask("blame", *flags, self.resolve(rev), "--", path)
        if answer.status != 0:
            raise failed(f"asking who wrote {path}", answer)
        return tuple(_blamed(answer.out))

    def _ask(self, *command: str, data: bytes = b"") -> Answer:
        return ask(self.top, Question(command, data))


def history_of(folder: Path) -> History | None:
    """Return the repository that a folder lies in, or None outside git and where git is not installed.

    Raises:
        RepositoryError: git does not trust the folder.
    """
    at = next((each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir()), Path("/"))
    if not any((each / ".git").exists() for each in (at.resolve(), *at.resolve().parents)):
        return None
    answer = ask(at, Question(["rev-parse", "--show-toplevel"]))
    if answer.status != 0:
        return None
    top = answer.out.decode("utf-8", "surrogateescape").removesuffix("\n")
    return History(Path(top).resolve()) if top else None


def history_here(folder: Path) -> History:
    """Return the repository that a folder lies in.

    Raises:
        UsageError: it lies in none.
        RepositoryError: git does not trust the folder.
    """
    if found := history_of(folder):
        return found
    raise UsageError(f"{folder} lies in no git repository", hint="`git init` makes one, and `git commit` a history")


def _commit(sha: str, author: str, at: str, subject: str) -> Commit:
    return Commit(sha, author, datetime.fromtimestamp(int(at), UTC), subject)


def _entries(told: bytes) -> Iterator[Entry]:
    for each in told.split(b"\0"):
        about, tab, path = each.partition(b"\t")
        if tab:
            mode, _, sha, size = about.decode("ascii").split()
            yield Entry(path.decode("utf-8", "surrogateescape"), mode, sha, int(size) if size.isdecimal() else 0)


def _batch(told: bytes) -> Iterator[bytes]:
    """Yield the contents in an answer of `git cat-file --batch`, up to one that is missing. Source: git-cat-file(1)."""
    at = 0
    while at < len(told):
        end = told.index(b"\n", at)
        about = told[at:end].split(b" ")
        if len(about) != 3 or about[1] != b"blob":
            return
        size = int(about[2])
        yield told[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _blamed(told: bytes) -> Iterator[Line]:
    """Yield the lines of `git blame --porcelain`, which tells of a commit only the first time. Source: git-blame(1)."""
    known: dict[str, dict[str, str]] = {}
    sha, number = "", 0
    for raw in told.split(b"\n"):
        if raw.startswith(b"\t"):
            about = known[sha]
            at = datetime.fromtimestamp(int(about.get("author-time", "0")), UTC)
            commit = Commit(sha, about.get("author", ""), at, about.get("summary", ""))
            text = raw[1:].decode("utf-8", "replace")
            yield Line(number, commit, about.get("filename", ""), text, "boundary" in about)
        elif header := _HEADER.fullmatch(raw):
            sha, number = header[1].decode(), int(header[3])
            known.setdefault(sha, {})
        elif raw and sha:
            key, _, value = raw.decode("utf-8", "replace").partition(" ")
            known[sha][key] = value
