"""Characters and markup that a person who reads a text does not see, and a model does.

What a script needs is no hit: joiners in Indic and Persian words and in emoji, marks in right-to-left texts, flags.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain

from agentops.memory.scanning.hits import Hit, apart

_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_JOINED = "\u0600-\u06ff\u0700-\u07ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1800-\u18af"
_EMOJI = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff\U0001f3fb-\U0001f3ff\ufe0f"
_HAN = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPECIAL = re.compile(
    r"(?P<flag>\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f)"
    r"|(?P<tag>[\U000e0000-\U000e007f]+)"
    r"|(?P<selector>[\ufe00-\ufe0f\U000e0100-\U000e01ef]+)"
    r"|(?P<zero>[\u200b-\u200d\u2060-\u2064\ufeff\u00ad\u180e]+)"
    r"|(?P<bidi>[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+)"
    r"|(?P<letter>[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u206a-\u206f\ufff9-\ufffb]+)"
    r"|(?P<control>[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]+)"
    r"|(?P<styled>[\U0001d400-\U0001d7ff]{3,})"
)
_ANY = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d400-\U0001d7ff\U0001f3f4"
    r"\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
"""All that `_SPECIAL` can begin with: one class is searched ten times as fast, and most texts have none."""

_WHAT = {
    "tag": "tag",
    "selector": "variation-selector",
    "zero": "zero-width",
    "bidi": "bidi",
    "letter": "invisible-letter",
    "control": "control",
    "styled": "styled-letters",
}
_FLAGS = ("gbeng", "gbsct", "gbwls")
_IS_JOINED, _IS_EMOJI, _IS_RTL, _IS_HAN = (re.compile(f"[{each}]") for each in (_JOINED, _EMOJI, _RTL, _HAN))

_LOOKALIKES = "аеорсухіјѕһԁԛԝӏкАВЕКМНОРСТУХЅІЈԌԜЗΑΒΕΖΗΙΚΜΝΟΡΤΥΧονօսհոցᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡᴢ"
"""Letters of other scripts that look like Latin ones. Source: Unicode 15 `confusables.txt`, the commonest of them."""

_MIXED = re.compile(f"[A-Za-z][{_LOOKALIKES}]|[{_LOOKALIKES}][A-Za-z]")
_HIDING = re.compile(
    r"<[a-z]{1,12}\s[^<>]{0,200}?(?:display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?0|opacity\s?:\s?0[;\"']"
    r"|\shidden[\s=>/])[^<>]{0,200}>?",
    re.IGNORECASE,
)
_MARKDOWN_COMMENT = re.compile(
    r"^[ \t]{0,3}\[(?://|comment|_|\w{0,12})\]:\s?(?:#|<>)\s?[(\"'][^\n]{1,2000}", re.MULTILINE
)


def find(text: str) -> Iterator[Hit]:
    """Return what is not seen in a text, in its order, without overlaps."""
    return apart(chain(_comments(text), _markup(text), () if text.isascii() else _words(text), _characters(text)))


def _comments(text: str) -> Iterator[Hit]:
    at = text.find("<!--")
    while at >= 0:
        closing = text.find("-->", at)
        end = len(text) if closing < 0 else closing + 3
        if not (text[max(0, at - 1) : at] == "`" == text[end : end + 1] and "\n" not in text[at:end]):
            # Between backticks it is code, which everybody sees.
            yield Hit(at, end, "html-comment")
        at = text.find("<!--", end)


def _markup(text: str) -> Iterator[Hit]:
    for pattern in (_HIDING, _MARKDOWN_COMMENT):
        for found in pattern.finditer(text):
            yield Hit(*found.span(), "hidden-markup")


def _characters(text: str) -> Iterator[Hit]:
    at = 0
    while (special := _ANY.search(text, at)) is not None:
        found = _SPECIAL.match(text, special.start())
        at = special.end() if found is None else found.end()
        if found is None:
            continue
        name = found.lastgroup or ""
        before, after = text[max(0, found.start() - 1) : found.start()], text[found.end() : found.end() + 1]
        if not _is_in_place(name, found[0], before, after):
            yield Hit(*found.span(), _WHAT.get(name, "tag"))


def _is_in_place(name: str, spelled: str, before: str, after: str) -> bool:
    """Tell whether an unseen character does here what it is for."""
    match name:
        case "flag":
            return "".join(chr(ord(each) - 0xE0000) for each in spelled[1:-1]) in _FLAGS
        case "zero" if spelled in ("\u200c", "\u200d"):
            joins = _IS_JOINED.match(before) and _IS_JOINED.match(after)
            return bool(joins or (spelled == "\u200d" and _IS_EMOJI.match(before) and _IS_EMOJI.match(after)))
        case "zero":
            return spelled == "\ufeff" and not before
        case "bidi":
            return spelled in ("\u200e", "\u200f", "\u061c") and bool(_IS_RTL.match(before) or _IS_RTL.match(after))
        case "selector" if spelled in ("\ufe0e", "\ufe0f"):
            return bool(_IS_EMOJI.match(before)) or before in tuple("0123456789#*")
        case "selector":
            return len(spelled) == 1 and bool(_IS_HAN.match(before))
    return False


def _words(text: str) -> Iterator[Hit]:
    end = 0
    for found in _MIXED.finditer(text):
        if found.start() < end:
            continue
        start = found.start()
        while start > max(0, found.start() - 64) and text[start - 1].isalpha():
            start -= 1
        end = found.end()
        while end < min(len(text), found.end() + 64) and text[end].isalpha():
            end += 1
        strange = [each for each in text[start:end] if not _is_latin(each)]
        if strange and all(each in _LOOKALIKES for each in strange):
            yield Hit(start, end, "mixed-script")


def _is_latin(letter: str) -> bool:
    return letter.isascii() or (letter not in _LOOKALIKES and unicodedata.name(letter, "").startswith("LATIN"))
