"""A page of the web as text for a model: its words with headings, lists and links, and nothing that only decorates.

The reader is our own, because it must take time that grows with the page alone, whatever a hostile page holds: that of
the standard library takes twelve seconds for thirty kilobytes of `<a ` (Python 3.11.2).
"""

import html
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import urljoin

_SILENT: Final = frozenset({"script", "style", "noscript", "template", "svg", "math", "iframe", "object", "select"})
_LINES: Final = frozenset({"br", "li", "tr", "dt", "dd", "title"})
_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "body", "details", "div", "dl", "fieldset", "figcaption", "figure"}
    | {"footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre"}
    | {"section", "summary", "table", "tbody", "thead", "ul"}
)
_MARKS: Final = {"li": "- ", "td": "| ", "th": "| ", **{f"h{level}": "#" * level + " " for level in range(1, 7)}}

# Each looks at a character once: none of them can go on beyond the next angle bracket.
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})([^<>]*)>")
_VALUE: Final = r"\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))"
_HREF: Final = re.compile(rf"\bhref{_VALUE}", re.IGNORECASE)
_ALT: Final = re.compile(rf"\balt{_VALUE}", re.IGNORECASE)
_ATTRIBUTES_MOST: Final = 4096
_PIECES_MOST: Final = 400_000
"""Tags and words together: a page of ten megabytes that is nothing but tags has more, and nobody writes it."""


class _Tag(NamedTuple):
    name: str
    is_end: bool
    attributes: str


def readable(page: str, url: str, most: int) -> str:
    """Return the text of a page, about as long as `most` at the longest; links are written as `[words](URL)`.

    Units: `most` in characters.
    """
    said = _Said(url)
    for each in islice(_pieces(page), _PIECES_MOST):
        if isinstance(each, _Tag):
            said.tag(each)
        else:
            said.words(html.unescape(each))
        if said.length > most:
            break
    return said.text()


def _pieces(page: str) -> Iterator[str | _Tag]:
    """Yield the words and tags of the page in their order; what is not to be read is left out."""
    at = 0
    while at >= 0:
        start = page.find("<", at)
        words = page[at:] if start < 0 else page[at:start]
        if words:
            yield words
        if start < 0:
            return
        tag = _TAG.match(page, start)
        if tag is None:
            is_markup = page[start + 1 : start + 2] in ("!", "?")
            if not is_markup:
                yield "<"
            at = _after_markup(page, start) if is_markup else start + 1
            continue
        found = _Tag(tag[2].lower(), bool(tag[1]), tag[3][:_ATTRIBUTES_MOST])
        yield found
        at = _after_silence(page, tag.end(), found) if found.name in _SILENT else tag.end()


def _after_markup(page: str, start: int) -> int:
    """Return where a comment, declaration or instruction has ended; -1 when it never does."""
    end = "-->" if page.startswith("<!--", start) else ">"
    found = page.find(end, start + 2)
    return found + len(end) if found >= 0 else -1


def _after_silence(page: str, at: int, tag: _Tag) -> int:
    if tag.is_end or tag.attributes.endswith("/"):
        return at
    end = re.compile(rf"</{tag.name}", re.IGNORECASE).search(page, at)
    return end.start() if end else -1


class _Said:
    """The text so far."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._parts: list[str] = []
        self._link: tuple[str, int] | None = None
        self._preformatted = 0
        self.length = 0

    def text(self) -> str:
        """Return it, without more than one empty line at a time."""
        lines = [line.rstrip() for line in "".join(self._parts).split("\n")]
        kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
        return "\n".join(kept).strip()

    def tag(self, tag: _Tag) -> None:
        """Take a tag for what it means to a reader."""
        if tag.name == "a":
            self._end_link()
            self._link = None if tag.is_end else (_attribute(_HREF, tag), len(self._parts))
            return
        if tag.name == "pre":
            self._preformatted = max(0, self._preformatted + (-1 if tag.is_end else 1))
        self._say("\n\n" if tag.name in _BLOCKS else "\n" if tag.name in _LINES and not tag.is_end else "")
        if tag.is_end:
            self._say("\n\n" if tag.name == "title" else " " if tag.name in ("td", "th") else "")
            return
        self._say(_MARKS.get(tag.name, ""))
        if tag.name == "img" and (words := _attribute(_ALT, tag)):
            self._say(f"[image: {words}]")

    def words(self, words: str) -> None:
        """Take words; outside of preformatted text a run of spaces is one."""
        if not self._preformatted:
            words = re.sub(r"\s+", " ", words)
            if not self._parts or self._parts[-1].endswith(("\n", " ")):
                words = words.removeprefix(" ")
        self._say(words)

    def _say(self, words: str) -> None:
        if words:
            self._parts.append(words)
            # Line ends do not count: most of them fall together in the end.
            self.length += len(words.strip("\n"))

    def _end_link(self) -> None:
        if self._link is None:
            return
        target, since = self._link
        words = "".join(self._parts[since:]).strip()
        try:
            url = urljoin(self._url, target)
        except ValueError:
            return
        if words and target and url.startswith(("http://", "https://")):
            del self._parts[since:]
            self._say(f"[{words}]({url})")


def _attribute(expression: re.Pattern[str], tag: _Tag) -> str:
    found = expression.search(tag.attributes)
    return html.unescape(next(filter(None, found.groups()), "")) if found else ""
