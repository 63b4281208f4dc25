"""A checked manifest, and the tree of them: what every later stage takes."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from agentops.base.diagnostics import Report, Span
from agentops.base.names import Address, Kind
from agentops.base.paths import Path
from agentops.manifests.marks import Marks, Text
from agentops.manifests.policies.policy import Policy


class Reference(NamedTuple):
    """One document naming another thing."""

    path: Path
    """Where the name stands in the spec."""

    kinds: tuple[Kind, ...]
    """What may be named there."""

    text: str
    """What is written: a name, `Kind/name`, or a server's id."""

    address: Address | None
    """What is meant; None when the text is the id of an object that no manifest declares."""


@dataclass(frozen=True, slots=True)
class Document:
    """One manifest that is right by itself and in its tree."""

    kind: Kind
    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    data: Mapping[str, Any]
    """The spec as plain data, `{file: …}` replaced by the file's text; what the person wrote, no defaults added."""

    file: str
    """The file as people see it."""

    references: tuple[Reference, ...]
    """Whom it names, in the order of the text."""

    marks: Marks = field(repr=False, compare=False)

    @property
    def address(self) -> Address:
        """Return the document's identity."""
        return Address(self.kind, self.name)

    def span(self, path: Path = (), inside: Path = ()) -> Span:
        """Return the place of the value at a path in the spec, or inside that value, or of the nearest around it.

        Inside, an item of a list may be named by what it says: `custom/fetch` is the tool of this type and name.
        """
        return self.marks.span(("spec", *_by_index(self.data, (*path, *inside))))

    def key_span(self, path: Path = ()) -> Span:
        """Return the place of the key that a path in the spec ends with."""
        return self.marks.key_span(("spec", *path))


@dataclass(frozen=True, slots=True)
class Tree:
    """Everything that was read below one root, right or not; only `report` tells whether it is the whole."""

    root: FilePath
    """The real path of the folder that nothing in the tree leads out of."""

    documents: tuple[Document, ...]
    """Sorted by address; documents with errors are left out."""

    report: Report

    files: int
    """How many manifest files were read."""

    texts: Mapping[str, Text] = field(repr=False, compare=False)
    """The text of each file that has one, by its name."""

    policy: Policy = field(default_factory=Policy, compare=False)
    """What the Project says of plans."""

    @property
    def project(self) -> Document | None:
        """Return the tree's Project."""
        return next((each for each in self.documents if each.kind is Kind.PROJECT), None)

    def get(self, address: Address) -> Document | None:
        """Return the document with an address."""
        at = bisect_left(self.documents, address, key=lambda each: each.address)
        found = self.documents[at : at + 1]
        return found[0] if found and found[0].address == address else None

    def source_line(self, file: str, line: int) -> str:
        """Return a line for an excerpt, secrets in it masked; nothing when the file has no such line."""
        text = self.texts.get(file)
        return text.line(line) if text else ""


def _by_index(value: Any, path: Path) -> Path:
    """Return the path with the index of each item that it names by words, as far as exactly one item says them."""
    found: list[str | int] = []
    for step in path:
        at = _index(value, step) if isinstance(value, list) and isinstance(step, str) else step
        if at is None:
            break
        found.append(at)
        try:
            value = value[at]
        except (LookupError, TypeError):
            value = None
    return tuple(found)


def _index(items: list[Any], words: str) -> int | None:
    wanted = {*words.split("/")}
    places = [at for at, item in enumerate(items) if isinstance(item, dict) and wanted <= {*_texts(item)}]
    return places[0] if len(places) == 1 else None


def _texts(item: dict[str, Any]) -> list[str]:
    return [each for each in item.values() if isinstance(each, str)]
