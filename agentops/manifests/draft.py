"""A document whose identity is known, and what judging its spec finds out.

Named tuples, not dataclasses, here and in what reading gives: there are some of each for every manifest of a tree, and
a dataclass takes eight times as long to define and to fill.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from agentops.base.diagnostics import Diagnostic
from agentops.base.names import Address, Kind
from agentops.base.paths import Path
from agentops.manifests.marks import Marks, Text


class Draft(NamedTuple):
    """A document whose identity is known and whose spec is not yet judged."""

    address: Address
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    data: dict[str, Any]
    """The spec as it was read."""

    sound: bool
    """Whether the data is what the person wrote; if not, the spec is not judged."""

    marks: Marks
    text: Text


class Mention(NamedTuple):
    """A place in a spec where a name is written."""

    path: Path
    kinds: tuple[Kind, ...]
    """What may be named there."""

    text: str


class Judged(NamedTuple):
    """A spec and what is wrong with it."""

    is_right: bool
    data: Mapping[str, Any]
    """The spec, every `{file: …}` replaced by the file's text."""

    mentions: tuple[Mention, ...]
    diagnostics: tuple[Diagnostic, ...]
    text_paths: tuple[Path, ...] = ()
    """Where a `{file: …}` was replaced."""

    is_lasting: bool = False
    """Whether the same draft with the same texts is right again, whatever else there is on the disk."""
