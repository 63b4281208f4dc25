"""One repository on the fake forge: a real bare repository, and beside it what forges keep about pull requests."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

_GIT = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "The forge",
    "GIT_AUTHOR_EMAIL": "forge@example.com",
    "GIT_COMMITTER_NAME": "The forge",
    "GIT_COMMITTER_EMAIL": "forge@example.com",
    "GIT_AUTHOR_DATE": "1795000000 +0000",
    "GIT_COMMITTER_DATE": "1795000000 +0000",
}


class No(Enum):
    """Why the forge does not do it; each face has its own number and words for it."""

    EXISTS = "exists"
    NO_BRANCH = "no branch"
    NO_COMMITS = "no commits"
    MISSING = "missing"
    STALE = "stale"
    CONFLICT = "conflict"
    PROTECTED = "protected"
    NOT_OPEN = "not open"
    THINKING = "thinking"
    SAME = "same"


class Refused(Exception):
    """The forge does not do it."""

    def __init__(self, why: No, about: str = "") -> None:
        super().__init__(why, about)
        self.why = why
        self.about = about


@dataclass(slots=True)
class Comment:
    """What somebody said about a pull request."""

    id: int
    body: str
    author: str = "github-actions[bot]"


@dataclass(slots=True)
class Issue:
    """One issue."""

    number: int
    title: str
    body: str
    author: str
    is_open: bool = True


@dataclass(slots=True)
class Pull:
    """One pull request."""

    number: int
    branch: str
    base: str
    title: str
    body: str
    is_open: bool = True
    is_merged: bool = False
    from_fork: bool = False
    head: str = ""
    """The commit at its head, as the forge told it last."""

    made: str = ""
    """The commit of its merge."""

    labels: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    @property
    def state(self) -> str:
        """Return `open`, `closed` or `merged`."""
        return "open" if self.is_open else "merged" if self.is_merged else "closed"


@dataclass(frozen=True, slots=True)
class Status:
    """One commit status, in GitHub's words."""

    commit: str
    state: str
    context: str
    words: str
    url: str


@dataclass(slots=True)
class Protection:
    """What the base branch asks for before it takes a merge."""

    required: list[str] = field(default_factory=list)
    """Contexts whose newest status must be a success."""


class Kept:
    """What the forge keeps about a repository, and what can be done with it."""

    def __init__(self, owner: str, name: str, folder: Path) -> None:
        """Take a bare repository, or make an empty one where there is none."""
        self.owner = owner
        self.name = name
        self.folder = folder
        self.pulls: dict[int, Pull] = {}
        self.statuses: list[Status] = []
        self.labels: dict[str, int] = {}
        self.protection: dict[str, Protection] = {}
        self.lagging = 0
        """How many more times the forge tells of a head that it knew before the last push."""

        self.thinking = 0
        """How many more times it does not yet know whether a merge is possible."""

        self.unseen = 0
        """How many more times it does not yet see a branch that was pushed."""

        self.unlisted = 0
        """How many more times its lists do not yet have what was opened."""

        self.issues: dict[int, Issue] = {}
        self.me = ""
        """Who a token speaks as; nothing for the token of a job, which may not ask."""

        self.page_size = 100
        self._ids = 0
        if not folder.exists():
            command = ["git", "init", "--quiet", "--bare", "--initial-branch=main", "--template=", folder]
            subprocess.run(command, env=_GIT, check=True)

    @property
    def path(self) -> str:
        """Return `owner/name`."""
        return f"{self.owner}/{self.name}"

    def git(self, *command: str, data: str = "", fine: Sequence[int] = (0,)) -> str:
        """Run git in the repository."""
        done = subprocess.run(
            ["git", "-C", self.folder, *command], env=_GIT, input=data, capture_output=True, text=True, check=False
        )
        assert done.returncode in fine, done.stderr
        return done.stdout.strip()

    def tip(self, branch: str) -> str | None:
        """Return the commit of a branch, as git keeps it: a process for each look would cost most of a test."""
        loose = self.folder / "refs" / "heads" / branch
        return loose.read_text("ascii").strip() if loose.is_file() else self._packed().get(f"refs/heads/{branch}")

    def refs(self) -> dict[str, str]:
        """Return every ref, as git keeps them."""
        loose = (each for each in (self.folder / "refs").rglob("*") if each.is_file())
        return self._packed() | {
            str(each.relative_to(self.folder)): each.read_text("ascii").strip() for each in sorted(loose)
        }

    def _packed(self) -> dict[str, str]:
        packed = self.folder / "packed-refs"
        lines = packed.read_text("ascii").splitlines() if packed.exists() else []
        return {name: sha for sha, _, name in (each.partition(" ") for each in lines) if name.startswith("refs/")}

    def commit(self, branch: str, files: Mapping[str, str], message: str = "Write", *, start: str = "main") -> str:
        """Commit as somebody with another clone would, on a branch that begins at another one where it is new."""
        parent = self.tip(branch) or self.tip(start)
        lines = [f"commit refs/heads/{branch}", "committer Somebody <somebody@example.com> 1795000000 +0000"]
        lines += [f"data {len(message.encode())}", message, *([f"from {parent}"] if parent else [])]
        for path, text in files.items():
            lines += [f"M 100644 inline {path}", f"data {len(text.encode())}", text]
        self.git("fast-import", "--quiet", "--force", data="\n".join([*lines, "", ""]))
        return str(self.tip(branch))

    def protect(self, branch: str, *required: str) -> None:
        """Refuse pushes to a branch, and merges without these statuses."""
        self.protection[branch] = Protection(list(required))
        self.git("config", "--add", "receive.hideRefs", f"refs/heads/{branch}")

    # What people and programs do by the API

    def open(self, branch: str, base: str, title: str, body: str, labels: Sequence[str] = ()) -> Pull:
        """Open a pull request."""
        if self.unseen:
            self.unseen -= 1
            raise Refused(No.NO_BRANCH, branch)
        head, onto = self.tip(branch), self.tip(base)
        if head is None or onto is None:
            raise Refused(No.NO_BRANCH, branch if head is None else base)
        found = next((each for each in self.pulls.values() if _is_it(each, branch, base)), None)
        if found:
            raise Refused(No.EXISTS, str(found.number))
        if self.git("rev-list", "--count", f"{onto}..{head}") == "0":
            raise Refused(No.NO_COMMITS, branch)
        pull = Pull(len(self.pulls) + 1, branch, base, title, body, head=head, labels=list(labels))
        self.pulls[pull.number] = pull
        return pull

    def pull(self, number: int) -> Pull:
        """Return one, with the head that the forge knows by now."""
        found = self.pulls.get(number)
        if found is None:
            raise Refused(No.MISSING)
        if self.lagging and found.is_open:
            self.lagging -= 1
            return found
        if found.is_open and not found.from_fork:
            found.head = self.tip(found.branch) or found.head
        return found

    def listed(self) -> list[Pull]:
        """Return all of them, newest first."""
        if self.unlisted:
            self.unlisted -= 1
            return []
        return [self.pull(number) for number in sorted(self.pulls, reverse=True)]

    def edit(self, number: int, *, title: str | None, body: str | None, closes: bool) -> Pull:
        """Change what is not None."""
        found = self.pull(number)
        found.title = found.title if title is None else title
        found.body = found.body if body is None else body
        found.is_open = found.is_open and not closes
        return found

    def say(self, number: int, body: str) -> Comment:
        """Comment."""
        found = Comment(self.next_id(), body, self.me or "github-actions[bot]")
        self.pull(number).comments.append(found)
        return found

    def reword(self, comment: int, body: str) -> Comment:
        """Edit a comment."""
        found = next((each for pull in self.pulls.values() for each in pull.comments if each.id == comment), None)
        if found is None:
            raise Refused(No.MISSING, str(comment))
        found.body = body
        return found

    def merge(self, number: int, head: str) -> str:
        """Merge with a merge commit, if this is the head; return that commit."""
        found = self.pull(number)
        if not found.is_open:
            raise Refused(No.NOT_OPEN)
        if self.thinking:
            self.thinking -= 1
            raise Refused(No.THINKING)
        tip, onto = self.tip(found.branch), str(self.tip(found.base))
        if tip is None or head != tip:
            raise Refused(No.STALE)
        self._judge(found.base, tip)
        tree = self.git("merge-tree", "--write-tree", "--no-messages", onto, tip, fine=(0, 1)).splitlines()
        if len(tree) != 1:
            raise Refused(No.CONFLICT)
        words = f"Merge pull request #{number} from {found.branch}"
        made = self.git("commit-tree", tree[0], "-p", onto, "-p", tip, "-m", words)
        self.git("update-ref", f"refs/heads/{found.base}", made, onto)
        found.is_open, found.is_merged, found.head, found.made = False, True, tip, made
        return made

    def mark(self, status: Status) -> None:
        """Set a commit status."""
        if self.git("cat-file", "-t", status.commit, fine=(0, 128)) != "commit":
            raise Refused(No.MISSING)
        self.statuses.append(status)

    def label(self, name: str) -> int:
        """Return the number of a label; there is one from now on."""
        return self.labels.setdefault(name, self.next_id())

    def next_id(self) -> int:
        """Return a number that nothing has."""
        self._ids += 1
        return self._ids

    def newest(self, commit: str, context: str) -> Status | None:
        """Return what counts of a context."""
        found = (each for each in reversed(self.statuses) if (each.commit, each.context) == (commit, context))
        return next(found, None)

    def _judge(self, base: str, head: str) -> None:
        rule = self.protection.get(base)
        for context in rule.required if rule else ():
            status = self.newest(head, context)
            if status is None or status.state != "success":
                raise Refused(No.PROTECTED, context)


def _is_it(pull: Pull, branch: str, base: str) -> bool:
    return pull.is_open and not pull.from_fork and (pull.branch, pull.base) == (branch, base)
