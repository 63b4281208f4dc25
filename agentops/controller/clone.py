"""One followed repository on this machine: a bare clone of one branch, and commits of it as folders.

Git is started with the settings of the memory repositories (no hooks, no helpers, no prompts, no configuration of this
machine), and bounded as everything is that reads what strangers wrote.
"""

import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from agentops.base.carrying import carried_through
from agentops.base.errors import RepositoryError
from agentops.base.threads import in_thread
from agentops.controller.config import Limits
from agentops.controller.processes import Bounds, Done, Order, Sink, run
from agentops.controller.survey import Entry, Survey
from agentops.memory_repo.commands import environment
from agentops.memory_repo.git import Repository
from agentops.memory_repo.remotes import Remote, failure

CHECKOUTS = "checkouts"
"""Where commits are folders as long as a round lasts."""

GIT = "clone.git"
_HEAD = "refs/followed/head"
_LIVE = "refs/followed/live"
_NETWORK = Bounds(time_s=300.0, cpu_s=300, file=2 << 30)
_LOCAL = Bounds(time_s=60.0, cpu_s=60)
_LEFT_BEHIND = ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "objects/pack/*.lock", "objects/**/tmp_obj_*")
_PACKING = (
    ("gc.auto", "500"),
    ("gc.autoDetach", "false"),
    ("gc.autoPackLimit", "20"),
    ("gc.pruneExpire", "1.day.ago"),
)
"""What nobody can reach any more, as after replaced history, is kept for a day. Source: git-gc(1)."""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

_SIGNATURES = (
    ("gpg.format", "ssh"),
    ("gpg.minTrustLevel", "fully"),
    # No key ring of this machine's users vouches for anybody.
    ("gpg.program", "/bin/false"),
    ("gpg.x509.program", "/bin/false"),
)


@dataclass(frozen=True, slots=True)
class Clone:
    """Where the repository is, where it comes from, and where its commits are taken out."""

    folder: Path
    remote: Remote
    branch: str

    @property
    def git_folder(self) -> Path:
        """Return the bare clone."""
        return self.folder / GIT

    @property
    def home(self) -> Path:
        """Return what the commands keep from run to run: `.agentops` beside the tree."""
        return self.folder / "home"

    async def fetch(self) -> str:
        """Take in what the branch has, and return the commit at its head.

        Raises:
            RepositoryError: it cannot be read, or there is no such branch.
        """
        if not (self.git_folder / "HEAD").exists():
            await in_thread(self._create)
        before = await self._at(_HEAD)
        flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
        spec = f"+refs/heads/{self.branch}:{_HEAD}"
        what = f"reading {self.remote.url}"
        done = await self._git(["fetch", *flags, "--", self.remote.url, spec], bounds=_NETWORK, is_away=True)
        if "couldn't find remote ref" in done.err:
            hint = "name the branch that is merged to, in the controller's configuration"
            raise RepositoryError(f"{self.remote.url} has no branch `{self.branch}`", hint=hint)
        if done.broke or done.status != 0:
            await in_thread(tidied, self.git_folder)
        self._check(done, what)
        head = await self._at(_HEAD)
        assert head
        if head != before:
            # What cannot be packed today is packed another day; a clone that is never packed fills the disk.
            await self._git(["gc", "--auto", "--quiet"], _PACKING, bounds=_NETWORK)
        return head

    async def recall(self, commit: str) -> bool:
        """Tell whether the commit is here; one that its branch left behind is asked for by its name."""
        if await self._has(commit):
            return True
        flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
        await self._git(["fetch", *flags, "--", self.remote.url, commit], bounds=_NETWORK, is_away=True)
        return await self._has(commit)

    async def keep(self, commit: str) -> None:
        """Have git keep the commit that is live, whatever becomes of the branch."""
        self._check(await self._git(["update-ref", _LIVE, commit]), f"keeping {commit[:12]}")

    async def descends(self, new: str, old: str) -> bool:
        """Tell whether `new` has everything that `old` has.

        Raises:
            RepositoryError: git was stopped before it could say.
        """
        return await self._is_so(["merge-base", "--is-ancestor", old, new], f"looking from {new[:12]} to {old[:12]}")

    async def is_signed(self, commit: str, signers: Path) -> bool:
        """Tell whether one of the allowed signers (the absolute path of a file) signed the commit.

        Raises:
            RepositoryError: git was stopped before it could say.
        """
        settings = (*_SIGNATURES, ("gpg.ssh.allowedSignersFile", str(signers)))
        return await self._is_so(["verify-commit", "--raw", commit], f"verifying {commit[:12]}", settings)

    async def survey(self, commit: str, under: str, limits: Limits) -> Survey:
        """Return what lies below a folder of a commit, as far as it may be taken out.

        Raises:
            RepositoryError: git cannot say.
        """
        found = Survey(limits)
        tree = f"{commit}:{under}"
        if not await self._is_so(["cat-file", "-e", tree], f"looking into {commit[:12]}"):
            found.refusal = f"it has no folder {under}"
            found.advice = "name the folder that holds agents.d as `path` in the controller's configuration"
            return found
        done = await self._git(["ls-tree", "-r", "-t", "-z", "-l", "--full-tree", tree], sink=found)
        if not found.refusal:
            self._check(done, f"looking into {commit[:12]}")
        return found

    @asynccontextmanager
    async def taken_out(self, commit: str, entries: Sequence[Entry]) -> AsyncIterator[Path]:
        """Write the files into a fresh folder, which is gone in the end."""
        folder = self.folder / CHECKOUTS / f"{commit[:12]}-{token_hex(4)}"
        try:
            # To its end: what is written after the removal would stay.
            await carried_through(in_thread(self._extract, folder, entries))
            yield folder
        finally:
            await in_thread(_removed, folder)

    def _create(self) -> None:
        """Make the clone in one step: half of one would be taken for a whole one."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = self.folder / f"{GIT}.new"
        _removed(half)
        _removed(self.git_folder)
        Repository.create(half).close()
        half.rename(self.git_folder)

    def _extract(self, folder: Path, entries: Sequence[Entry]) -> None:
        folder.mkdir(parents=True, mode=0o700)
        self.home.mkdir(exist_ok=True, mode=0o700)
        (folder / ".agentops").symlink_to(self.home)
        with Repository(self.git_folder) as repository:
            for each in entries:
                place = folder / each.path
                place.parent.mkdir(parents=True, exist_ok=True)
                # O_EXCL and O_NOFOLLOW: two names that the file system takes for one are not written through.
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                descriptor = os.open(place, flags, 0o700 if each.is_executable else 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(repository.blob(each.blob))

    async def _has(self, commit: str) -> bool:
        return await self._is_so(["cat-file", "-e", f"{commit}^{{commit}}"], f"looking for {commit[:12]}")

    async def _is_so(self, question: Sequence[str], what: str, settings: Sequence[tuple[str, str]] = ()) -> bool:
        """Tell what git answers; one that was stopped has not said no."""
        done = await self._git(question, settings)
        if done.broke or done.status < 0:
            self._check(done, what)
        return done.status == 0

    async def _at(self, ref: str) -> str:
        """Return the commit of a ref: as it lies in its file, or as git tells it where it is packed or nowhere."""
        if found := _loose(self.git_folder / ref):
            return found
        done = await self._git(["rev-parse", "--verify", "--quiet", "--end-of-options", ref])
        return done.out.decode().strip()

    async def _git(
        self,
        command: Sequence[str],
        settings: Sequence[tuple[str, str]] = (),
        *,
        bounds: Bounds = _LOCAL,
        sink: Sink | None = None,
        is_away: bool = False,
    ) -> Done:
        told = (*settings, *(self.remote.settings() if is_away else ()))
        surroundings = {**environment(told), "GIT_DIR": str(self.git_folder.absolute())}
        return await run(Order(["git", *command], self.folder, surroundings, bounds=bounds), sink)

    def _check(self, done: Done, what: str) -> None:
        if done.broke:
            raise failure(what, f"operation timed out: git {done.broke}", self.remote.secrets)
        if done.status != 0:
            how = f"git was ended by signal {-done.status}" if done.status < 0 else done.err
            raise failure(what, how, self.remote.secrets)


def tidied(git_folder: Path) -> None:
    """Remove what git left behind that was killed: halves of packs, and locks on which every later fetch fails.

    Whoever calls has the lease and fetches one thing at a time: what another git loses by it is fetched again.
    """
    for pattern in _LEFT_BEHIND:
        for each in git_folder.glob(pattern):
            each.unlink(missing_ok=True)


def _loose(file: Path) -> str:
    """Return the commit in the file of a ref; nothing where there is none, or a name."""
    try:
        found = file.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
    return found if _COMMIT.fullmatch(found) else ""


def _removed(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
