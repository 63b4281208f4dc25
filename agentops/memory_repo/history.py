"""What git tells about history, read: fields end with NUL, which no name, path or message can hold."""

from collections.abc import Iterator

from agentops.memory_repo.commits import BlamedLine, Commit, Person, Step, moment

COMMITS = "%H%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%at%x00%B"
"""The format of `git log -z` that `commits` reads."""

STEPS = "%H"
Entries = dict[bytes, tuple[bytes, str]]
"""What a tree holds: mode and object by name."""

_FIELDS = 8
_SHA_LENGTH = 40


def commits(told: bytes) -> list[Commit]:
    """Return the commits of a log."""
    fields = told.decode("utf-8", "replace").split("\0")[:-1]
    return [_commit(fields[at : at + _FIELDS]) for at in range(0, len(fields), _FIELDS)]


def steps(told: bytes, under: str) -> list[Step]:
    """Return what each commit of a raw log changed below a folder."""
    found: list[tuple[str, dict[str, str | None]]] = []
    fields = iter(told.decode("utf-8", "replace").split("\0"))
    for field in fields:
        text = field.lstrip("\n")
        if text.startswith(":"):
            blob, path = text.split(" ")[3], next(fields)
            found[-1][1][path.removeprefix(f"{under}/")] = None if set(blob) == {"0"} else blob
        elif text:
            found.append((text, {}))
    return [Step(commit, blobs) for commit, blobs in found]


def blamed(told: bytes) -> Iterator[BlamedLine]:
    """Yield the lines of a porcelain blame. Source: git-blame(1), THE PORCELAIN FORMAT."""
    commit, number = "", 0
    for line in told.decode("utf-8", "replace").split("\n"):
        if line.startswith("\t"):
            yield BlamedLine(number, line[1:], commit)
            continue
        head, *rest = line.split(" ")
        if len(head) == _SHA_LENGTH and len(rest) > 1 and rest[1].isdecimal():
            commit, number = head, int(rest[1])


def entries(data: bytes) -> Entries:
    """Return what a tree holds. Source: git's Documentation, `gitcore-tutorial`, and `fsck`'s rules for modes."""
    found, at = Entries(), 0
    while at < len(data):
        space, null = data.index(b" ", at), data.index(b"\0", at)
        found[data[space + 1 : null]] = (data[at:space].lstrip(b"0"), data[null + 1 : null + 21].hex())
        at = null + 21
    return found


def _commit(fields: list[str]) -> Commit:
    sha, parents, name, email, committer, their_email, at, message = fields
    author, maker = Person(name, email), Person(committer, their_email)
    return Commit(sha, tuple(parents.split()), author, maker, moment(at), message.strip("\n"))
