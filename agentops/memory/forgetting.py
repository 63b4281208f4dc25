"""Forgetting for good: what is kept of a claim is a salted digest of its words, by which a paraphrase is recognised.

The words are normalised here and nowhere else, and this never changes: tombstones of years ago are held against it.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from agentops.memory.notes import Ledger, Tombstone

_WORD = re.compile(r"\w+")
_SMALL = frozenset(
    _WORD.findall(
        "a an and are as at be been by can could did do does for from had has have he her his i if in is it its "
        "may me my not of on or our out shall she should so than that the their them then there they this to was "
        "we were what when which who will with would you your"
    )
)
_ENDINGS = ("ations", "ation", "ings", "ing", "edly", "ed", "ies", "es", "ly", "s", "y", "e")
_STEM = 3
_WINDOW = 3
_SHARE = 0.4
"""The part of a claim's shingles that makes another text a paraphrase of it."""

_DIGITS = 24


def tombstone(text: str, salt: str, at: date, reason: str = "") -> Tombstone:
    """Return what is kept of a forgotten claim: the digest of the whole first, then those of its shingles."""
    words = _words(text)
    return Tombstone(salt, (_whole(words, salt), *sorted(_shingles(words, salt))), at, reason)


def is_forgotten(known: Ledger | Iterable[Tombstone], text: str) -> bool:
    """Tell whether a text says what was forgotten, in the same or in nearly the same words."""
    tombstones = known.tombstones if isinstance(known, Ledger) else known
    words = _words(text)
    return bool(words) and any(_is_same(one, words) for one in tombstones)


def _is_same(stone: Tombstone, words: list[str]) -> bool:
    if not stone.digests:
        return False
    if _whole(words, stone.salt) == stone.digests[0]:
        return True
    kept = set(stone.digests[1:])
    return bool(kept) and len(kept & _shingles(words, stone.salt)) >= _SHARE * len(kept)


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [_stem(word) for word in _WORD.findall(folded) if word not in _SMALL]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def _whole(words: list[str], salt: str) -> str:
    return _digest(salt, "whole", sorted(set(words)))


def _shingles(words: list[str], salt: str) -> set[str]:
    """Return the digests of three words in a row, whatever their order."""
    windows = (words[at : at + _WINDOW] for at in range(len(words) - _WINDOW + 1))
    return {_digest(salt, "part", sorted(window)) for window in windows}


def _digest(salt: str, what: str, words: list[str]) -> str:
    return sha256("\0".join((salt, what, *words)).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
