"""Text of strangers in a pull request's Markdown: shown as it is, without markup, mentions, links or references.

Notes and quotes come from sessions, and those from anywhere: an `@name` would notify somebody, `fixes #1` close an
issue at the merge, an image call home when the page is looked at.
Source: GitHub Docs, "Basic writing and formatting syntax" and "Linking a pull request to an issue".
"""

import html
import re

_CODE = re.compile(r"(`[^`\n]+`)")
_WHERE_IT_ACTS = re.compile(
    r"[\\*_\[\]!|~@#]"  # markup, mentions, references
    r"|(?<=[A-Za-z]):(?=//)"  # addresses
    r"|(?<=\bwww)\."
    r"|^[-+>](?=\s)|^\d+(?=[.)]\s)",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Return the text as Markdown that shows it; what stands in backticks stays code.

    A run of backticks closes only a run as long: where there are longer ones than one, nothing counts as code.
    """
    line = " ".join(text.split())
    if "``" in line:
        return _harmless(line).replace("`", "&#96;")
    return "".join(part if _CODE.fullmatch(part) else _harmless(part) for part in _CODE.split(line))


def quoted(text: str, most: int) -> str:
    """Return the beginning of a text as code, on one line. Units: characters."""
    line = " ".join(text.split())
    shown = line if len(line) <= most else f"{line[: most - 1]}…"
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", shown)), default=0))
    edge = " " if shown.startswith("`") or shown.endswith("`") or not shown else ""
    return f"{fence}{edge}{shown}{edge}{fence}"


def _harmless(text: str) -> str:
    escaped = html.escape(text, quote=False)
    return _WHERE_IT_ACTS.sub(lambda found: f"&#{ord(found[0][0])};{found[0][1:]}", escaped)
