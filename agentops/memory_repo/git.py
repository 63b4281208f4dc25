"""The one place that speaks git: a bare clone, read and written by its objects, never by a working tree."""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import Any, Self

from agentops.base.errors import RepositoryError
from agentops.memory_repo import history
from agentops.memory_repo.commands import environment, run
from agentops.memory_repo.commits import (
    LARGEST_FILE_BYTES,
    MOST_BYTES,
    BlamedLine,
    Commit,
    Draft,
    Files,
    Merged,
    Move,
    Step,
    ref_of,
)
from agentops.memory_repo.objects import FILE, PROGRAM, Objects
from agentops.memory_repo.remotes import Remote, failure

try:
    import git
except ImportError as error:  # GitPython looks for the program when it is imported, not when it is used
    raise RepositoryError("git is not on the PATH of this machine", hint="install git 2.38 or newer") from error

_MIRROR = "refs/origin/"
"""Where a clone keeps what the repository elsewhere has: `refs/origin/heads/main`."""

_SHA = re.compile(r"\^?[0-9a-f]{40}")
_MOST_ANSWERS = 64
_LARGEST_ANSWER_BYTES = 1_000_000
"""Of what git said of the past, so many answers are kept, none of which is larger."""

_UNFIT_MODES = {b"120000": "is a symbolic link", b"160000": "is a submodule"}


class Repository:
    """A bare repository on this machine; with a remote it is a clone, and its refs are those of the remote."""

    def __init__(self, folder: Path, remote: Remote | None = None) -> None:
        """Open the repository.

        Raises:
            RepositoryError: the folder holds none, or one with a working tree.
        """
        self.folder = folder
        self.remote = remote
        self._lock = RLock()
        self._answers: dict[tuple[str, ...], subprocess.CompletedProcess[bytes]] = {}
        try:
            self._repo = git.Repo(folder)
        except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
            hint = "`agentops memory init` makes one"
            raise RepositoryError(f"{folder} holds no git repository", hint=hint) from error
        if not self._repo.bare:
            hint = "name a bare one (`agentops memory init` makes it), or give the URL that this one is pushed to"
            raise RepositoryError(f"{folder} is a working copy, and a memory repository is bare", hint=hint)
        self._git_dir = Path(self._repo.git_dir).absolute()
        self._repo.git.update_environment(**self._environment())
        self._objects = Objects(self._git_dir, self._repo.odb, self._lock)

    @classmethod
    def create(cls, folder: Path, branch: str = "main") -> Self:
        """Make an empty bare repository."""
        folder.mkdir(parents=True, exist_ok=True)
        command = ["git", "init", "--quiet", "--bare", f"--initial-branch={branch}", "--template=", str(folder)]
        run(command, f"making {folder}", environment())
        return cls(folder)

    @classmethod
    def clone(cls, remote: Remote, folder: Path) -> Self:
        """Open the clone in the folder, made where there is none, with everything that the remote has now."""
        if not (folder / "HEAD").exists():
            cls.create(folder).close()
        found = cls(folder, remote)
        found.fetch()
        return found

    def close(self) -> None:
        """End the processes that read objects."""
        with self._lock:
            self._repo.close()

    def __enter__(self) -> Self:
        """Open nothing more."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes that read objects."""
        self.close()

    # What is elsewhere

    def fetch(self) -> None:
        """Take in what the remote has; nothing where there is none.

        Raises:
            RepositoryError: it cannot be read.
        """
        if self.remote is None:
            return
        specs = [f"+refs/heads/*:{_MIRROR}heads/*", f"+refs/agentops/*:{_MIRROR}agentops/*"]
        flags = ["--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
        command = ["fetch", *flags, "--", self.remote.url, *specs]
        self._network(command, f"reading {self.remote.url}")

    def push(self, moves: Mapping[str, Move]) -> None:
        """Move refs, all or none, each only from where it is said to be.

        Raises:
            StaleProposal: one of them is elsewhere by now.
            RepositoryError: it cannot be written.
        """
        named = {ref_of(name): each for name, each in moves.items()}
        if self.remote is None:
            return self._update(named)
        leases = [f"--force-with-lease={ref}:{each.old or ''}" for ref, each in named.items()]
        atomic = ["--atomic"] if len(named) > 1 else []
        specs = [f"{each.new or ''}:{ref}" for ref, each in named.items()]
        command = ["push", "--porcelain", "--no-verify", *atomic, *leases, "--", self.remote.url, *specs]
        what = f"pushing {', '.join(moves)} to {self.remote.url}"
        told = self._network(command, what)
        if any(line.startswith("=") for line in told.splitlines()) and all(e.new != e.old for e in named.values()):
            raise failure(what, "another process pushed the same: stale info")
        # The next fetch tells the same; what another process fetched meanwhile is as true.
        self._update({self._local(ref): Move(each.new, self._at(self._local(ref))) for ref, each in named.items()})
        return None

    def update_ref(self, ref: str, new: str | None, old: str | None) -> None:
        """Move one ref: see `push`."""
        self.push({ref: Move(new, old)})

    # What there is

    def head(self, branch: str) -> str | None:
        """Return the commit of a branch, or of a ref by its full name; None where there is none."""
        return self._at(self._local(ref_of(branch)))

    def refs(self, prefix: str) -> Mapping[str, str]:
        """Return the refs below a prefix, `refs/heads/agentops/`, by their full names."""
        local = self._local(prefix)
        told = self._git(["for-each-ref", "--format=%(refname) %(objectname)", local]).decode()
        pairs = (each.split(" ") for each in told.splitlines())
        return {prefix + name.removeprefix(local): sha for name, sha in pairs}

    def resolve(self, text: str) -> str | None:
        """Return the commit that a person means: a sha or the beginning of one, or a branch."""
        if found := self.head(text):
            return found
        if not text or not all(each in "0123456789abcdef" for each in text):
            return None
        command = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}"]
        return self._git(command, allowed=(0, 1, 128)).decode().strip() or None

    def has(self, commit: str) -> bool:
        """Tell whether the commit is here."""
        if (self._header(commit) or ("", ""))[1] == "commit":
            return True
        return self._run(["cat-file", "-e", f"{commit}^{{commit}}"], allowed=(0, 1, 128)).returncode == 0

    def tree(self, commit: str, under: str = "") -> Mapping[str, str]:
        """Return the text of every file below a folder of a commit, by its path in that folder.

        Raises:
            RepositoryError: a file is no text, or there is more than memory can be.
        """
        found = self.files(commit, under)
        if found.unfit:
            path, reason = next(iter(found.unfit.items()))
            raise RepositoryError(
                f"{'/'.join(filter(None, (under, path)))} in {commit[:12]} {reason}",
                hint="take it out of the repository, or write it as UTF-8 text",
            )
        return found.texts

    def files(self, commit: str, under: str = "") -> Files:
        """Return the files below a folder of a commit, and those that cannot be read as text.

        Raises:
            RepositoryError: there is more than memory can be.
        """
        texts, unfit, total = dict[str, str](), dict[str, str](), 0
        for path, (mode, sha) in self._objects.walked(commit, under):
            size = self._objects.size(sha) if mode not in _UNFIT_MODES else 0
            total += size
            if total > MOST_BYTES:
                raise RepositoryError(f"{under or 'the tree'} in {commit[:12]} is larger than {MOST_BYTES:,} bytes")
            if reason := _UNFIT_MODES.get(mode) or (f"is {size:,} bytes" if size > LARGEST_FILE_BYTES else ""):
                unfit[path] = reason
                continue
            try:
                texts[path] = self.blob(sha).decode()
            except UnicodeDecodeError as error:
                unfit[path] = f"is not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}"
        return Files(texts, unfit)

    def blobs(self, commit: str, under: str = "") -> Mapping[str, str]:
        """Return the blob of every file below a folder of a commit: what tells two of them apart without reading."""
        return {path: sha for path, (_, sha) in self._objects.walked(commit, under)}

    def subtree(self, commit: str, under: str = "") -> str | None:
        """Return the tree of a folder of a commit; None where it has no such folder."""
        return self._objects.subtree(commit, under)

    def blob(self, sha: str) -> bytes:
        """Return the bytes of a file."""
        return self._objects.read(sha, b"blob")

    def text(self, commit: str, path: str) -> str | None:
        """Return the text of one file of a commit; None where there is none, or no text."""
        mode, sha = self._objects.entry(commit, path)
        if mode not in {FILE, PROGRAM} or self._objects.size(sha) > LARGEST_FILE_BYTES:
            return None
        with suppress(UnicodeDecodeError):
            return self.blob(sha).decode()
        return None

    # What is made: objects alone, until a ref moves

    def write(self, base: str | None, changes: Mapping[str, str | None]) -> str:
        """Return the tree of a commit, or of nothing, with files written and taken out (None)."""
        encoded = {path: None if text is None else text.encode() for path, text in changes.items()}
        return self._objects.with_changes(base, encoded)

    def graft(self, commit: str, under: str, tree: str | None) -> str:
        """Return the tree of a commit with a whole folder replaced by another tree, or taken out."""
        return self._objects.with_folder(commit, under, tree)

    def commit(self, draft: Draft) -> str:
        """Return a new commit. Nothing points to it yet."""
        return self._objects.commit(draft)

    def merge(self, ours: str, theirs: str) -> Merged:
        """Return two commits merged by their common history."""
        flags = ["--write-tree", "-z", "--name-only", "--no-messages", "--allow-unrelated-histories"]
        told = self._git(["merge-tree", *flags, ours, theirs], allowed=(0, 1))
        tree, *paths = told.decode("utf-8", "replace").rstrip("\0").split("\0")
        return Merged(tree, tuple(dict.fromkeys(filter(None, paths))))

    def merged_text(self, ours: str, base: str, theirs: str, labels: tuple[str, str]) -> tuple[str, bool]:
        """Return three texts merged, and whether that went without conflict markers."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, name) for name in ("ours", "base", "theirs")]
            for path, text in zip(paths, (ours, base, theirs), strict=True):
                path.write_bytes(text.encode())
            names = [flag for label in (labels[0], "before", labels[1]) for flag in ("-L", label)]
            done = self._run(["merge-file", "-p", "--diff3", *names, *map(str, paths)], allowed=range(128))
        return done.stdout.decode(), done.returncode == 0

    # History

    def log(
        self, tips: Sequence[str], *, most: int = 1000, under: str = "", first_parent: bool = False
    ) -> list[Commit]:
        """Return the commits that are reached from some tips and not from others (`^sha`), newest first."""
        if tips and all(each.startswith("^") or f"^{each}" in tips for each in tips):
            return []
        flags = ["--first-parent"] if first_parent else []
        paths = ["--", under] if under else ["--"]
        command = ["log", "-z", f"--format={history.COMMITS}", f"--max-count={most}", "--topo-order", *flags]
        return history.commits(self._past([*command, *tips, *paths], tips).stdout)

    def commits_between(self, old: str | None, new: str) -> list[Commit]:
        """Return what `new` has and `old` has not, newest first."""
        return self.log([new, *([f"^{old}"] if old else [])])

    def show(self, commit: str) -> Commit:
        """Return one commit."""
        return self.log([commit], most=1)[0]

    def steps(self, tip: str, without: Iterable[str], under: str) -> list[Step]:
        """Return what each commit of a line changed below a folder, newest first; `without`: what it grew from."""
        flags = ["--first-parent", "-m", "--raw", "--no-abbrev", "--no-renames", "-z", f"--format={history.STEPS}"]
        past = [f"^{each}" for each in without]
        if f"^{tip}" in past:
            return []
        return history.steps(self._past(["log", *flags, tip, *past, "--", under], [tip, *past]).stdout, under)

    def merge_bases(self, one: str, other: str) -> list[str]:
        """Return the newest commits that both have; none where they have nothing in common."""
        return self._past(["merge-base", "--all", one, other], [one, other], allowed=(0, 1)).stdout.decode().split()

    def is_ancestor(self, old: str, new: str) -> bool:
        """Tell whether `new` has everything that `old` has."""
        return self._past(["merge-base", "--is-ancestor", old, new], [old, new], allowed=(0, 1)).returncode == 0

    def blame(self, commit: str, path: str) -> list[BlamedLine]:
        """Return every line of a file and the commit that wrote it."""
        return list(history.blamed(self._git(["blame", "--porcelain", commit, "--", path])))

    def diff(self, old: str, new: str, under: str = "") -> str:
        """Return what changed between two commits or trees, as people read it."""
        flags = ["--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"]
        return self._git(["diff", *flags, old, new, "--", *([under] if under else [])]).decode("utf-8", "replace")

    def mentions(self, tips: Sequence[str], text: str, under: str = "") -> list[Commit]:
        """Return the commits that brought a text in or took it out, newest first."""
        command = ["log", "-z", f"--format={history.COMMITS}", f"-S{text}", *tips, "--", *([under] if under else [])]
        return history.commits(self._git(command))

    # Commands

    def _local(self, ref: str) -> str:
        return ref if self.remote is None else _MIRROR + ref.removeprefix("refs/")

    def _at(self, ref: str) -> str | None:
        if found := self._header(ref):
            return found[0]
        if ref.startswith("refs/") and "\n" not in ref and not self._lies(ref):
            return None
        command = ["rev-parse", "--verify", "--quiet", "--end-of-options", ref]
        return self._git(command, allowed=(0, 1)).decode().strip() or None

    def _header(self, name: str) -> tuple[str, str] | None:
        """Return the sha and the sort of an object that is there.

        The process that reads objects tells it in a fiftieth of what a process of its own costs.
        """
        if "\n" in name:
            return None
        with self._lock, suppress(ValueError, OSError):
            found: Any = self._repo.git.get_object_header(name)  # of bytes, whatever its types say
            return str(found[0], "ascii"), str(found[1], "ascii")
        return None

    def _lies(self, ref: str) -> bool:
        """Tell whether there is a file of the ref, or a line for it: all that is left of one whose commit is lost."""
        packed = self._git_dir / "packed-refs"
        return (self._git_dir / ref).exists() or (packed.exists() and ref.encode() in packed.read_bytes())

    def _update(self, moves: Mapping[str, Move]) -> None:
        nothing = "0" * 40
        lines = [f"update {ref}\0{each.new or nothing}\0{each.old or nothing}\0" for ref, each in moves.items()]
        self._git(["update-ref", "--stdin", "-z"], "".join(lines).encode(), what=f"moving {', '.join(moves)}")

    def _past(
        self, command: Sequence[str], named: Iterable[str], *, allowed: Iterable[int] = (0,)
    ) -> "subprocess.CompletedProcess[bytes]":
        """Return what git says of commits; of those that are named by their content it says the same for ever."""
        if not all(map(_SHA.fullmatch, named)):
            return self._run(command, allowed=allowed)
        key = tuple(command)
        if (known := self._answers.get(key)) is not None:
            return known
        done = self._run(command, allowed=allowed)
        if len(done.stdout) <= _LARGEST_ANSWER_BYTES:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            self._answers[key] = done
        return done

    def _git(
        self, command: Sequence[str], data: bytes = b"", *, allowed: Iterable[int] = (0,), what: str = ""
    ) -> bytes:
        return self._run(command, data, allowed=allowed, what=what).stdout

    def _run(
        self, command: Sequence[str], data: bytes = b"", *, allowed: Iterable[int] = (0,), what: str = ""
    ) -> "subprocess.CompletedProcess[bytes]":
        return run(["git", *command], what or f"git {command[0]}", self._environment(), data, allowed=allowed)

    def _network(self, command: Sequence[str], what: str) -> str:
        assert self.remote is not None
        surroundings = self._environment(self.remote.settings())
        done = run(["git", *command], what, surroundings, remote=self.remote)
        return done.stdout.decode("utf-8", "replace")

    def _environment(self, settings: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
        objects = {"GIT_DIR": str(self._git_dir), "GIT_OBJECT_DIRECTORY": str(self._git_dir / "objects")}
        return {**environment(settings), **objects, "GIT_ALTERNATE_OBJECT_DIRECTORIES": ""}
