"""Values that only the word beside them gives away: `password=…`, "the api key is …", a code that was sent by mail.

Found by the word first, so that a random text alone (a commit, a digest, an id) is never taken for a secret.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import log2

from agentops.memory.scanning.hits import Hit

_PASSWORDS = r"passwords?|passwd|passphrase|passcode|pwd"
_STEM = re.compile(
    rf"(?P<password>{_PASSWORDS}|(?<=[_=\s\"'])pass(?=\s?[=:]))|(?P<api>api[-_ ]?keys?)"
    r"|(?P<key>(?:access|private|signing|encryption|master|deploy|account|auth|license|shared|secret)[-_ ]?keys?"
    r"|apikey)"
    r"|(?P<secret>secrets?|credentials?)|(?P<token>tokens?|bearer)|(?P<basic>basic)"
)
_NEEDLES = ("pass", "pwd", "api", "key", "secret", "credential", "token", "bearer", "basic", "access", "private",
            "signing", "encryption", "master", "deploy", "account", "auth", "license", "shared")  # fmt: skip
_TAIL = re.compile(r"[A-Za-z0-9_.-]{0,40}")
_HARMLESS_TAIL = re.compile(
    r"(?:s?[_.-](?:names?|ids?|path|file|arn|urls?|uri|type|count|budget|limit|length|ttl|expir\w{0,8}|manager|ref|per|"
    r"usage|hash|policy|field|env|var|version|rotation|size|min|max|provider|store|backend|prefix|format|header))",
    re.IGNORECASE,
)
_HARMLESS_BEFORE = re.compile(
    r"(?:page|next|continuation|sync|cursor|csrf|xsrf|cache|public|primary|foreign|idempotency|partition|sort|max"
    r"|input|"
    r"output|stop|pad|count|per|budget)[ \t_-]{0,2}\Z"
)
"""What makes of a token, of a key or of a secret none, in its line; of a password nothing does."""
_LINK = re.compile(
    r"[\"'`\])*]{0,2}(?:"
    r"(?P<strong>\s{0,3}(?:=>|:=|={1,2}|:)\s{0,3}(?:Bearer\s|Basic\s|Token\s)?)"
    r"|(?P<prose>(?:\s(?:for|of|to|on|in|from)(?:\s[\w.'/-]{1,30}){1,6}?)?\s(?:is|was|are|being)(?:\snow"
    r"|\sstill)?(?:\sset to|:)?\s)"
    r"|(?P<flag>\s))"
    r"(?P<quote>[\"'`]?)"
)
_VALUE = re.compile(r"[^\s\"'`<>()\[\]{},;⟨⟩•…]{4,160}")
_QUOTED = re.compile(r"[^\"'`\n⟨⟩•…]{4,200}")
_PLACEHOLDER = re.compile(
    r"[$%&<{*.~/\\]|\.{0,2}/|(?:your|my|the|some|example|sample|test|dummy|fake|placeholder|redacted|changeme|todo"
    r"|none|null|"
    r"undefined|true|false|xxx|env|vault|secretref|file|str|string|int|bytes|optional|required|process\.env|os\."
    r"|getenv|"
    r"config|settings|self\.|args\.|var\.|data\.|secrets\.|module\.)(?![A-Za-z0-9])|x{3,}",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"v?\d{1,6}(?:[.,:/_-]\d{1,6}){1,6}\w{0,8}|\d{1,9}[a-z%]{0,8}|(?:sha|md|aes|rsa|hs|rs|es|ps|oauth|x|utf|argon"
    r"|pbkdf|base|"
    r"ed|p|bcrypt|scrypt|http|ipv|s|ec|web|log|i18n|k8s|2fa|mfa)-?_?\d{1,6}[a-z]{0,3}(?:[-_.]\w{1,12}){0,3}|"
    r"[A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){1,6}|https?:.{0,200}",
)
_WORDS = (
    "password passwords required optional disabled enabled undefined unchanged incorrect expired redacted changeme "
    "hidden missing invalid rejected accepted rotated protected encrypted generated provided include included omitted "
    "environment username unknown correct forgotten stored managed inherited default defaults secret string changed "
)
"""What follows `password:` and is none."""

_BLOB = re.compile(r"[A-Za-z0-9+/_=-]{24,200}")
_FINGERPRINT = re.compile(
    r"commit|sha|hash|digest|checksum|fingerprint|uuid|request|revision|[^a-z]id[^a-z]|etag|https?:"
)
_CODE_WORD = re.compile(r"(?:code|pin|otp|passcode|password)(?![a-z])")
_CODE_BEFORE = re.compile(
    r"(?:verification|security|one[- ]?time|log[- ]?in|sign[- ]?in|authentication|authorization|auth|access"
    r"|confirmation|"
    r"2fa|mfa|two[- ]factor|otp|sms|pin|unlock)[\s-]{1,2}$"
)
_CODE = re.compile(
    r"(?:\scode)?(?:\s(?:is|was|are)|\s?[:=])?(?:\s(?:now"
    r"|still))?\s{1,2}[\"'`*]{0,2}(?P<value>\d(?:[ -]?\d){3,7})(?![\d%]|[.:,/-]\d)"
)


@dataclass(frozen=True, slots=True)
class _Found:
    sort: str
    link: str
    value: str
    is_quoted: bool


def find(text: str) -> Iterator[Hit]:
    """Return the values that stand beside a word which tells what they are."""
    lowered = lower(text)
    for needle in _NEEDLES:
        at = lowered.find(needle)
        while at >= 0:
            stem = _STEM.match(lowered, at)
            if stem is not None:
                yield from _beside(text, lowered, stem)
            at = lowered.find(needle, at + 1)
    for found in _CODE_WORD.finditer(lowered):
        yield from _code(text, lowered, found)


def lower(text: str) -> str:
    """Return the text in small letters, each at its place."""
    found = text.lower()
    return found if len(found) == len(text) else "".join(each.lower() if each.isascii() else each for each in text)


def _beside(text: str, lowered: str, stem: re.Match[str]) -> Iterator[Hit]:
    if stem.start() and text[stem.start() - 1] == "⟨":
        return  # a placeholder, which tells what stood there
    sort = stem.lastgroup or ""
    tail = _TAIL.match(text, stem.end())
    if tail is None or _HARMLESS_TAIL.match(tail[0]):
        return
    if sort != "password" and _HARMLESS_BEFORE.search(lowered, max(0, stem.start() - 16), stem.start()):
        return
    link = _LINK.match(text, tail.end())
    if link is not None:
        value = (_QUOTED if link["quote"] else _VALUE).match(text, link.end())
        if value is not None:
            spoken = value[0] if link["quote"] else value[0].rstrip(".:!?" if link["strong"] is None else ".:")
            kind = next(name for name in ("strong", "prose", "flag") if link[name] is not None)
            if _is_secret(_Found(sort, kind, spoken, bool(link["quote"]))):
                yield Hit(value.start(), value.start() + len(spoken), _WHAT[sort])
                return
    if sort not in ("basic", "password"):
        yield from _blob(text, lowered, tail.end(), _WHAT[sort])


_WHAT = {
    "password": "password",
    "api": "api-key",
    "key": "secret",
    "secret": "secret",
    "token": "token",
    "basic": "token",
}
_SHORTEST = {"strong": 12, "prose": 10, "flag": 16}


def _is_secret(found: _Found) -> bool:
    value = found.value
    if _PLACEHOLDER.match(value) or _KNOWN.fullmatch(value) or len(set(value)) < 4 or "://" in value:
        return False
    is_mixed = any(each.isdigit() for each in value) and any(each.isalpha() for each in value)
    if found.sort == "password":
        return _is_password(found, is_mixed=is_mixed)
    if found.sort == "basic":
        return is_mixed and found.link == "flag" and len(value) >= 12 and value.lower() != value
    return is_mixed and " " not in value and len(value) >= _SHORTEST[found.link] and len(set(value)) >= 7


def _is_password(found: _Found, *, is_mixed: bool) -> bool:
    value = found.value
    if " " in value:
        return found.is_quoted and found.link != "flag" and len(value) >= 8 and value.count(" ") < 8
    if len(value) < 6:
        return False
    if is_mixed or any(each in "!$@#%^&*+?=~|" for each in value[1:]):
        return True
    is_bound = found.link == "strong" and (found.is_quoted or len(value) >= 8)
    return is_bound and value.isalpha() and f"{value.lower()} " not in _WORDS and len(value) >= 8


def _blob(text: str, lowered: str, at: int, what: str) -> Iterator[Hit]:
    """Find a random text that follows a telling word at some distance."""
    end = min(len(text), at + 60)
    for found in _BLOB.finditer(text, at, min(len(text), end + 200)):
        if found.start() > end or "\n" in text[at : found.start()]:
            return
        if _is_random(found[0]) and not _FINGERPRINT.search(lowered, at, found.start()):
            yield Hit(found.start(), found.end(), what)
            return


def _is_random(text: str) -> bool:
    has = [any(map(test, text)) for test in (str.isdigit, str.isupper, str.islower)]
    return all(has) and _entropy(text) >= 3.9 and not _KNOWN.fullmatch(text)


def _entropy(text: str) -> float:
    """Return how much a character of the text says. Units: bits."""
    shares = [text.count(each) / len(text) for each in set(text)]
    return -sum(share * log2(share) for share in shares)


def _code(text: str, lowered: str, word: re.Match[str]) -> Iterator[Hit]:
    before = lowered[max(0, word.start() - 24) : word.start()]
    is_told = word[0] in ("otp", "pin", "passcode") and not before[-1:].isalnum()
    if not is_told and not _CODE_BEFORE.search(before):
        return
    found = _CODE.match(text, word.end())
    if found is not None:
        yield Hit(*found.span("value"), "one-time-code")
