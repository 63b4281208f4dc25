"""A store that somebody rewrote, read line by line: its claims, their anchors, and what they cite."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from agentops.dreaming.wording import citations, claim, uncited
from agentops.memory.comparing.words import plain
from agentops.memory.evidence import Evidence
from agentops.memory.files import notes_of, parse
from agentops.memory.layout import is_read
from agentops.memory.notes import Memory


@dataclass(frozen=True)
class Line:
    """One claim of the store."""

    anchor: str
    """As in the file, or implied by path and text."""

    path: str
    said: str
    """Without bullet, anchor and citations."""

    cited: tuple[Evidence, ...] = ()

    @cached_property
    def words(self) -> str:
        """Return the text as two writers spell it alike."""
        return plain(self.said)

    @property
    def is_named(self) -> bool:
        """Tell whether the file itself gives it an anchor."""
        return not self.anchor.startswith("~")

    def claim(self) -> str:
        """Return the text as a claim that can be written.

        Raises:
            Unfit: it is none.
        """
        return claim(self.said)


def known(memory: Memory) -> tuple[Line, ...]:
    """Return the claims of our own store, under the anchors that operations name them by."""
    return tuple(Line(each.anchor, each.path, uncited(each.text), citations(each.text)) for each in notes_of(memory))


def lines(files: Mapping[str, str]) -> tuple[Line, ...]:
    """Return the claims of a store in the order of its paths and lines; not the index, not the archive."""
    return tuple(_named_once(each for path in sorted(filter(is_read, files)) for each in _lines(path, files[path])))


def _lines(path: str, text: str) -> Iterator[Line]:
    """Yield a file's claims. Citations stand behind the anchor or before it: without them an anchor ends its line."""
    raw = text.split("\n")
    bare = parse(path, "\n".join(uncited(each).rstrip() if citations(each) else each for each in raw))
    skipped = bare.head.count("\n")
    for bullet in bare.bullets:
        original = "\n".join(raw[skipped + bullet.first : skipped + bullet.end])
        yield Line(bullet.note.anchor, path, bullet.note.text, citations(original))


def _named_once(found: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines; an anchor that stands twice is the first line's."""
    seen: dict[str, int] = {}
    for each in found:
        again = seen.get(each.anchor, 0)
        seen[each.anchor] = again + 1
        yield Line(f"~{each.anchor}~{again}", each.path, each.said, each.cited) if again else each
