"""Text that others wrote, made fit for Markdown: it is shown letter by letter and does nothing.

Names, prompts and memories come from whoever opened the pull request, or from an agent. All of it stands in code, where
a forge makes no mention, link, image or heading of it; what nobody would see is spelled out.
Source: CommonMark 0.31.2, 4.5 and 6.1; GitHub Flavored Markdown, "Tables (extension)".
"""

import html
import re
from collections.abc import Iterable

from agentops.base.paint import printable

_TICKS = re.compile(r"`+")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2028\u2029\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
"""Nothing on a screen, or a new line where the text has none. Source: Unicode 17, Default_Ignorable_Code_Point."""

_PLAIN = re.compile(r"(?:[A-Za-z0-9 ,;()'\u2192-]|[.:](?=\s|$))*")
"""Words of which no forge makes anything: no address, no name, no mark."""

_BRIEF = 300
"""Units: characters of one value in running text; names and reasons are far shorter."""


def code(text: str) -> str:
    """Return the text as code within a line."""
    shown = _brief(seen(text).replace("\n", "\\n").replace("\t", "\\t"))
    fence = "`" * (_longest_run(shown) + 1)
    room = " " if not shown or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{room}{shown}{room}{fence}"


def cell(text: str) -> str:
    """Return the text as code within a cell of a table: there a bar ends the cell, even in code."""
    return code(text.replace("|", "\\x7c"))


def prose(text: str) -> str:
    """Return the text as it is where it is plain words, else as code."""
    return text if len(text) <= _BRIEF and _PLAIN.fullmatch(text) else code(text)


def fenced(lines: Iterable[str], language: str = "") -> str:
    """Return the lines as a block of code that none of them can end."""
    shown = seen("\n".join(["", *lines]))
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}{language}{shown}\n{fence}"


def tagged(text: str) -> str:
    """Return the text as code in HTML, for the one place that takes no Markdown: the line of what is folded."""
    shown = _brief(seen(text).replace("\n", "\\n").replace("\t", "\\t"))
    return f"<code>{html.escape(shown)}</code>"


def seen(text: str) -> str:
    """Return the text with everything spelled out that acts on a terminal or that nobody would see."""
    if text.isascii():  # as most is: what nobody would see lies beyond
        return text if text.isprintable() else printable(text)
    return _UNSEEN.sub(lambda each: each[0].encode("unicode_escape").decode("ascii"), printable(text))


def _brief(text: str) -> str:
    return text if len(text) <= _BRIEF else text[: _BRIEF - 1] + "…"


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0) if "`" in text else 0
