"""Forgetting for good: what is kept of a claim is a salted digest of its words, by which a paraphrase is recognised.

The words are normalised here and nowhere else, and this never changes: tombstones of years ago are held against it.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from agentops.memory.notes import Ledger, Memory, Tombstone

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

_LEAST_SHARED = 2
_DIGITS = 24
_SAID, _SORTED = _ORDERS = ("s", "d")
"""A word exchanged leaves most words in a row where they were said; words moved leave all of them in a dictionary."""


def tombstone(text: str, salt: str, at: date, reason: str = "") -> Tombstone:
    """Return what is kept of a forgotten claim: the digest of the whole first, then those of its shingles."""
    words = _words(text)
    shingles = {one for order in _ORDERS for one in _shingles(words, salt, order)}
    return Tombstone(salt, (_digest(salt, "whole", sorted(set(words))), *sorted(shingles)), at, reason)


def is_forgotten(known: Ledger | Iterable[Tombstone], text: str) -> bool:
    """Tell whether a text says what was forgotten, in the same or in nearly the same words."""
    tombstones = known.tombstones if isinstance(known, Ledger) else known
    words = _words(text)
    return bool(words) and any(_is_same(one, words) for one in tombstones)


def _is_same(stone: Tombstone, words: list[str]) -> bool:
    if not stone.digests:
        return False
    if _digest(stone.salt, "whole", sorted(set(words))) == stone.digests[0]:
        return True
    return any(_is_near(stone, words, order) for order in _ORDERS)


def _is_near(stone: Tombstone, words: list[str], order: str) -> bool:
    kept = {one for one in stone.digests[1:] if one.startswith(order)}
    shared = len(kept & _shingles(words, stone.salt, order))
    return shared >= _LEAST_SHARED and shared >= _SHARE * len(kept)


def _words(text: str) -> list[str]:
    """Return the words that say something; where none does, all; where there is no word, the text."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    every = _WORD.findall(folded)
    telling = [_stem(word) for word in every if len(word) > 1 and word not in _SMALL]
    return telling or every or folded.split()


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def _shingles(words: list[str], salt: str, order: str) -> set[str]:
    """Return the digests of three words in a row: as they are said, or as a dictionary has them."""
    row = words if order == _SAID else sorted(set(words))
    windows = (row[at : at + _WINDOW] for at in range(len(row) - _WINDOW + 1))
    return {order + _digest(salt, order, sorted(window)) for window in windows}


def _digest(salt: str, what: str, words: list[str]) -> str:
    return sha256("\0".join((salt, what, *words)).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def remains(memory: Memory, tombstones: Iterable[Tombstone]) -> tuple[tuple[str, int], ...]:
    """Return where a store still says what was forgotten: files and lines, from 1; index, heads and archive too."""
    stones = tuple(tombstones)
    return tuple(
        (path, number)
        for path in sorted(memory.files)
        for number, line in enumerate(memory.files[path].split("\n"), 1)
        if is_forgotten(stones, line)
    )
