"""How a text is cut into words: the one spelling of words that search, likeness and citations share."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_STOP = """
a an and are as at be been being but by can could did do does doing for from had has have having he her hers him his
how i if in into is it its itself just me more most my of off on once only or other our out over own same she should
so some such than that the their them then there these they this those through to too up us very was we were what
when where which while who whom why will with would you your yours it's i'm i'd we're also about
because both each here may might must shall
"""
STOP = frozenset(_STOP.split())
"""Words that say nothing by themselves. Negations are not among them."""

_WORD = re.compile(r"[^\W_]+(?:[\w.:/@+'-]*[^\W_])?|--?[a-z][\w-]*", re.IGNORECASE)
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_SUFFIXES = (
    ("ations", "ate"),
    ("ation", "ate"),
    ("nesses", ""),
    ("ness", ""),
    ("ments", ""),
    ("ment", ""),
    ("ingly", ""),
    ("edly", ""),
    ("ies", "y"),
    ("ied", "y"),
    ("ing", ""),
    ("sses", "ss"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("xes", "x"),
    ("ed", ""),
    ("ly", ""),
    ("es", "e"),
    ("s", ""),
)
_SHORTEST_STEM = 3
_LONGEST_WORD = 64


def words(text: str) -> Iterator[str]:
    """Yield the words as they stand in the text: names, paths, versions and flags are one word each."""
    return (each[0][:_LONGEST_WORD] for each in _WORD.finditer(text))


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return a lower-case word without its ending; names and numbers stay as they are."""
    if not word.isalpha() or len(word) <= _SHORTEST_STEM:
        return word
    for suffix, instead in _SUFFIXES:
        if (
            word.endswith(suffix)
            and len(word) - len(suffix) >= _SHORTEST_STEM
            and not word.endswith(("ss", "us", "is"))
        ):
            cut = word[: -len(suffix)] + instead
            return _undoubled(cut.removesuffix("e"))
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM + 1 else word


def _undoubled(cut: str) -> str:
    """Return `stop` for `stopp`; `call` and `miss` keep their letters."""
    has_double = len(cut) > _SHORTEST_STEM and cut[-1] == cut[-2] and cut[-1] not in "lsz"
    return cut[:-1] if has_double else cut


@lru_cache(maxsize=1 << 16)
def _terms_of(word: str) -> tuple[str, ...]:
    """Return what a word is found by: itself, and the parts of a name such as `book_reservation`."""
    lower = word.lower()
    if lower in STOP:
        return ()
    if lower.isalpha():
        return (stem(lower),)
    parts = [each.lower() for each in _PART.findall(word)]
    names = [stem(each) for each in parts if each.isalpha() and len(each) > 1 and each not in STOP]
    return tuple(dict.fromkeys((lower, *names)))


def terms(text: str) -> list[str]:
    """Return what the text is found by: stems of its words, names whole and in parts, no stop words, in order."""
    return list(_terms_in(text) if len(text) <= _OFTEN_READ else _read(text))


_OFTEN_READ = 2_000
"""Units: characters. A claim is held against every note and every event; what is longer is not kept in mind."""


@lru_cache(maxsize=1 << 12)
def _terms_in(text: str) -> tuple[str, ...]:
    return tuple(_read(text))


def _read(text: str) -> Iterator[str]:
    return (term for word in words(text) for term in _terms_of(word))


def plain(text: str) -> str:
    """Return the text as two spellings of one line agree on: NFKC, lower case, no marks, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(
        re.sub(
            r"[`*_\"'\u201c\u201d\u2018\u2019]+(?=\W|$)|(?<!\w)[`*_\"'\u201c\u201d\u2018\u2019]+|[.,;:!?]+(?=\s|$)",
            "",
            folded,
        ).split()
    )
