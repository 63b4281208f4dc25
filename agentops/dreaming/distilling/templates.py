"""Errors without what changes from time to time: ids, dates, amounts and quoted values become a gap."""

import json
import re

GAP = "…"
_LONGEST_READ = 4000
_LONGEST_TEMPLATE = 160
_VARIABLE = re.compile(
    r"""
    "[^"\n]{0,200}" | (?<!\w)'[^'\n]{0,200}'(?!\w) | `[^`\n]{0,200}`     # quoted values
    | <[^<>\n]{1,200}>                                              # addresses of objects, places held open
    | \w+://\S+ | [\w.+-]+@[\w-]+\.[\w.]+                            # addresses
    | (?<![\w/])\w[\w.-]*(?:/[\w.-]+)+(?:::[\w.\[\]-]+)*               # paths from here, and tests in them
    | (?<!\w)(?:~|\.{1,2})?/[\w.+@~-]+(?:/[\w.+@~-]*)*               # paths
    | (?<![\w])[$€£]?[-+]?\d[\w.,:%/-]*\w%? | (?<!\w)[$€£]?\d%?        # numbers, dates, amounts
    | \b(?=[\w-]*\d)\w[\w-]*\b                                       # names with digits in them
    """,
    re.VERBOSE,
)
_PREFIX = re.compile(r"^(?:\W*(?:error|exception|fatal|failed|failure)\b\W*[:\-]\s*)+", re.IGNORECASE)
_TRACEBACK = re.compile(r"traceback \(most recent call last\)", re.IGNORECASE)
_MESSAGE_KEYS = ("error", "message", "detail", "reason", "stderr")


def template(text: str) -> str:
    """Return the error's one telling line with a gap for whatever changes; what is left stands in the text as it is."""
    line = _PREFIX.sub("", _line(text[:_LONGEST_READ])).strip()
    masked = _VARIABLE.sub(GAP, line)
    joined = re.sub(rf"{GAP}(?:[\s,;:/()\[\]=]*{GAP})+", GAP, masked)
    return _cut(" ".join(joined.replace("`", GAP).split())).strip(" .,;:-") or GAP


def shown(template_: str) -> str:
    """Return a template as a claim quotes it: without the gaps at its ends."""
    return template_.strip(f"{GAP} .,;:-()")


def _cut(line: str) -> str:
    """Return a line that is not too long, cut at a word."""
    return line if len(line) <= _LONGEST_TEMPLATE else line[:_LONGEST_TEMPLATE].rsplit(" ", 1)[0]


def _line(text: str) -> str:
    """Return the line that says what went wrong: a traceback says it last, everything else first."""
    message = _message(text)
    lines = [each.strip() for each in message.splitlines() if each.strip()]
    if not lines:
        return ""
    return lines[-1] if _TRACEBACK.search(message) else lines[0]


def _message(text: str) -> str:
    """Return the message inside of a JSON error, or the text itself."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return text
    for key in _MESSAGE_KEYS:
        found = said.get(key)
        if isinstance(found, dict):
            found = found.get("message")
        if isinstance(found, str) and found.strip():
            return found
    return text
