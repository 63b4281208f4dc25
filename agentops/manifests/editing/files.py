"""Files of a tree with documents edited in them, a `{file: …}` in the file that it names; and how they are written."""

import os
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from agentops.base.absent import ABSENT
from agentops.base.errors import CannotEdit
from agentops.base.files import write_all
from agentops.base.names import Address
from agentops.base.paths import Path
from agentops.manifests import yaml
from agentops.manifests.document import Document, Tree
from agentops.manifests.editing.alike import origins
from agentops.manifests.editing.edit import Edit, changed, value_at
from agentops.manifests.editing.text import edited
from agentops.manifests.marks import Text


@dataclass(frozen=True, slots=True)
class Edits:
    """The new texts of files, by the names that people see."""

    root: FilePath
    """The real path of the folder that nothing is written outside of."""

    before: Mapping[str, str]
    after: Mapping[str, str]

    def contents(self) -> dict[FilePath, tuple[bytes, bytes]]:
        """Return each changed file's real path, what is in it, and what is to be in it.

        Raises:
            CannotEdit: it is not what was read when the tree was loaded, or not in the tree.
        """
        return {path: each for name in self.after for path, each in [self._content(name)]}

    def _content(self, name: str) -> tuple[FilePath, tuple[bytes, bytes]]:
        path = FilePath(name).resolve()
        if not path.is_relative_to(self.root):
            raise CannotEdit(f"{name} is outside the tree", hint="nothing is written there")
        try:
            old = path.read_bytes()
        except OSError as error:
            raise CannotEdit(f"{name} cannot be read: {error.strerror}") from error
        new = _encoded(name, self.after[name])
        if old.removeprefix(BOM_UTF8) != self.before[name].encode():
            raise CannotEdit(f"{name} changed since it was read", hint="run the command again")
        # The first mark of a file is none of its text: a text that begins with one needs another before it.
        mark = BOM_UTF8 if old.startswith(BOM_UTF8) or new.startswith(BOM_UTF8) else b""
        return path, (old, mark + new)


def rewritten(tree: Tree, wanted: Mapping[Address, Sequence[Edit]]) -> Edits:
    """Return the files that change when the documents are edited; paths are from the top of each document.

    Raises:
        CannotEdit: a document cannot be rewritten, or an edit would change what another document says.
    """
    writing = _Writing(tree)
    for address, edits in wanted.items():
        document = tree.get(address)
        if document is None:
            raise CannotEdit(f"{address} is declared nowhere")
        writing.edit(document, edits)
    return writing.edits()


def write(edits: Edits) -> list[FilePath]:
    """Write every file, each at once and as a whole, and return their paths.

    Raises:
        CannotEdit: one is not what it was when the tree was loaded; nothing is written.
        CannotWrite: the disk does not take one; nothing is written.
    """
    contents = {path: new for path, (_, new) in edits.contents().items()}
    write_all(contents)
    return list(contents)


class _Writing:
    """Goes through documents, and keeps the texts that files are to have."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._after: dict[str, str] = {}
        self._said: Counter[str] = Counter()
        """How many places were given a new text, by the file that holds it."""

    def edit(self, document: Document, edits: Sequence[Edit]) -> None:
        text = self._after.get(document.file, self._tree.texts[document.file].text)
        number, raw = self._raw(document)
        # Edits before this one did not touch this document; the number of documents stays.
        old = self._fetched(document, raw)
        new = self._kept(document, raw, changed(old, edits))
        places = {each.path[: _depth(raw, each.path)] for each in edits}
        self._after[document.file] = edited(
            text, number, [Edit(each, value_at(new, each)) for each in sorted(places, key=str)]
        )

    def edits(self) -> Edits:
        uses = self._uses() if self._said else Counter[str]()
        for file, count in self._said.items():
            if uses[file] > count:
                raise CannotEdit(
                    f"{file} holds a text of {uses[file]} documents, and not all of them are to change",
                    hint="give each a file of its own",
                )
        before = {file: self._tree.texts[file].text for file in self._after}
        after = {file: text for file, text in self._after.items() if text != before[file]}
        return Edits(self._tree.root, before, after)

    def _raw(self, document: Document) -> tuple[int, Any]:
        """Return the document's number in its file, and its data as it is written there."""
        found = yaml.read(self._tree.texts[document.file]).documents
        number = next(at for at, each in enumerate(found) if each.marks.start == document.marks.start)
        return number, found[number].data

    def _named(self, document: Document, value: Any) -> Text | None:
        """Return the text that a `{file: …}` stands for."""
        if not isinstance(value, dict) or value.keys() != {"file"} or not isinstance(value["file"], str):
            return None
        return self._tree.texts.get(os.path.normpath(FilePath(document.file).parent / value["file"]))

    def _fetched(self, document: Document, raw: Any) -> Any:
        if text := self._named(document, raw):
            return text.text
        match raw:
            case dict():
                return {key: self._fetched(document, each) for key, each in raw.items()}
            case list():
                return [self._fetched(document, each) for each in raw]
        return raw

    def _kept(self, document: Document, raw: Any, new: Any) -> Any:
        """Return the new value with each `{file: …}` where it is, the file's new text remembered."""
        text = self._named(document, raw)
        if text and isinstance(new, str):
            self._put(text, new)
            return raw
        if isinstance(raw, dict) and isinstance(new, dict):
            return {key: self._kept(document, raw.get(key), each) for key, each in new.items()}
        if isinstance(raw, list) and isinstance(new, list):
            places = origins([self._fetched(document, each) for each in raw], new)
            return [
                each if at is None else self._kept(document, raw[at], each)
                for at, each in zip(places, new, strict=True)
            ]
        return new

    def _put(self, text: Text, new: str) -> None:
        if new == text.text:
            return
        if self._after.setdefault(text.file, new) != new:
            raise CannotEdit(f"{text.file} would have to say two things", hint="give each document a file of its own")
        self._said[text.file] += 1

    def _uses(self) -> Counter[str]:
        return Counter(
            text.file for document in self._tree.documents for text in self._texts(document, self._raw(document)[1])
        )

    def _texts(self, document: Document, raw: Any) -> Iterator[Text]:
        if text := self._named(document, raw):
            yield text
        elif isinstance(raw, (dict, list)):
            for each in raw.values() if isinstance(raw, dict) else raw:
                yield from self._texts(document, each)


def _depth(raw: Any, path: Path) -> int:
    """Return how much of a path is there, and one step more."""
    return next((at for at in range(1, len(path) + 1) if value_at(raw, path[:at]) is ABSENT), len(path))


def _encoded(name: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise CannotEdit(f"{name} would hold half a character, which no text can") from error
