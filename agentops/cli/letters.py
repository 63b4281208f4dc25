"""Letters for terminals that have only ASCII: our signs are spelled in it, and nothing ends a command."""

import codecs
import sys
from typing import TextIO

_SIGNS = {
    "→": "->",
    "…": "...",
    "·": "*",
    "✓": "+",
    "✗": "x",
    "○": "o",
    "●": "*",
    "•": "*",
    "—": "-",
    "±": "+/-",
    "│": "|",
    "█": "#",
}
_HANDLER = "agentops-letters"


def has_all_letters(stream: TextIO) -> bool:
    """Tell whether every text can be written as it is."""
    try:
        return codecs.lookup(stream.encoding or "utf-8").name.startswith("utf-")
    except LookupError:
        return False


def spell() -> None:
    """Let both streams spell what they have no letter for; those that write UTF-8 are left alone."""
    codecs.register_error(_HANDLER, _spelled)
    for stream in (sys.stdout, sys.stderr):
        if not has_all_letters(stream) and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_HANDLER)


def _spelled(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    escaped = (_SIGNS.get(each) or each.encode("unicode_escape", "surrogatepass").decode("ascii") for each in missing)
    return "".join(escaped), error.end
