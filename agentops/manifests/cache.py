"""What was right before, by the content of its file: loading again then costs neither the parser nor the shapes.

It changes no outcome: a file whose text, or whose fetched texts, are not the ones that were judged is judged anew, and
so is everything after any change of the code that judges. It lies in the user's own cache folder and not in the tree,
where a pull request could bring one along that says what its manifests do not. JSON, never pickle.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import agentops
from agentops.base.canonical import digest, text_digest
from agentops.base.errors import CannotWrite
from agentops.base.files import write_all
from agentops.base.names import Address, Kind
from agentops.manifests.draft import Draft, Judged, Mention
from agentops.manifests.fetching import fetched
from agentops.manifests.folders import named
from agentops.manifests.marks import LaterMarks, Text
from agentops.manifests.texts import Files, Refused

_JUDGES = ("base", "manifests", "wire")
"""The packages whose code decides whether a manifest is right."""

_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What half a line, or a line of another version, gives."""


class Entry(NamedTuple):
    """A document that was right."""

    draft: Draft
    mentions: tuple[Mention, ...]
    text_paths: tuple[tuple[str | int, ...], ...]
    fetched: str
    """The digest of the spec with the texts it names; empty when it names none."""

    def judged(self, reachable: Files) -> Judged | None:
        """Return the verdict, or None when a text that the document names is another one by now."""
        data = self.draft.data
        if self.fetched:
            try:
                data, header = fetched(self.draft, reachable, self.text_paths)
            except Refused:
                return None
            if digest([data, header]) != self.fetched:
                return None
        return Judged(is_right=True, data=data, mentions=self.mentions, diagnostics=())


class Cache:
    """The entries of one tree: a line for each file that was right."""

    def __init__(self, folder: Path, tree: Path) -> None:
        """Find the tree's file in a folder of caches; what cannot be read is as good as nothing."""
        self._path = folder / f"{sha256(os.fsencode(tree.absolute())).hexdigest()[:16]}.jsonl"
        self._head = _fingerprint()
        self._lines = dict(_lines(self._path, self._head))
        self._used: dict[bytes, bytes] = {}

    def find(self, text: Text) -> tuple[Entry, ...] | None:
        """Return the documents of a text that was right before."""
        if not self._lines:
            return None
        key = _key(text)
        line = self._lines.get(key)
        if line is None:
            return None
        try:
            found = tuple(_entry(each, text) for each in json.loads(line))
        except _UNREADABLE:
            return None
        self._used[key] = line
        return found

    def keep(self, text: Text, documents: Iterable[tuple[Draft, Judged]], reachable: Files) -> None:
        """Remember a text whose documents are all right."""
        from pydantic_core import to_json  # noqa: PLC0415 - loaded already where a document was judged

        # What is gone between two looks, or holds what JSON has no word for, is not kept.
        with suppress(Refused, ValueError):
            written = [_written(draft, verdict, reachable) for draft, verdict in documents]
            self._used[_key(text)] = to_json(written)

    def save(self) -> None:
        """Write what this run used, if that is not what was there; where nothing can be written, go without."""
        if self._used == self._lines:
            return
        whole = b"\n".join((self._head, *(b"%b %b" % each for each in self._used.items()), b""))
        with suppress(OSError, CannotWrite):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_all({self._path: whole}, mode=0o600, is_lasting=False)


def _key(text: Text) -> bytes:
    return text_digest(text.text).encode()


def _lines(path: Path, head: bytes) -> Iterator[tuple[bytes, bytes]]:
    try:
        with path.open("rb") as file:
            is_ours = os.fstat(file.fileno()).st_uid == os.getuid()
            first, *rest = file.read().split(b"\n")
    except OSError:
        return
    if is_ours and first == head:
        yield from ((key, line) for key, _, line in (each.partition(b" ") for each in rest if each))


@cache
def _fingerprint() -> bytes:
    """Return what changes when the code that judges changes: of every file of it the size and the time.

    Once a process: what it has loaded is what judges, whatever is installed in the meantime.
    """
    package = Path(agentops.__file__).parent
    seen = [f"{agentops.__version__} {sys.version}"]
    for name in _JUDGES:
        for folder, _, files in os.walk(package / name):
            for each in sorted(files):
                if each.endswith(".py"):
                    about = os.stat(os.path.join(folder, each))  # noqa: PTH116, PTH118 - a hundred of them, in 1 ms
                    seen.append(f"{folder}/{each} {about.st_size} {about.st_mtime_ns}")
    return text_digest("\n".join(seen)).encode()


def _written(draft: Draft, verdict: Judged, reachable: Files) -> list[Any]:
    mentions = [[each.path, [*map(str, each.kinds)], each.text] for each in verdict.mentions]
    names_texts = verdict.text_paths or named(draft)
    seen = digest(fetched(draft, reachable, verdict.text_paths)) if names_texts else ""
    address = draft.address
    identity = [str(address.kind), address.name, dict(draft.labels), dict(draft.annotations)]
    return [*identity, draft.data, draft.marks.start, mentions, verdict.text_paths, seen]


def _entry(written: list[Any], text: Text) -> Entry:
    kind, name, labels, annotations, data, start, mentions, text_paths, seen = written
    marks = LaterMarks(start, partial(_marks, text, start))
    draft = Draft(Address(Kind(kind), name), labels, annotations, data, sound=True, marks=marks, text=text)
    return Entry(
        draft,
        tuple(Mention(tuple(path), tuple(map(Kind, kinds)), mention) for path, kinds, mention in mentions),
        tuple(tuple(each) for each in text_paths),
        seen,
    )


def _marks(text: Text, start: int) -> Any:
    from agentops.manifests.reading import marks_of  # noqa: PLC0415 - a parser that is only wanted for a place

    return marks_of(text, start)
