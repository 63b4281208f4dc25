"""Personal data in a text: what reaches a person or names one, as far as its form alone can tell.

Names and addresses are not among them: telling them apart needs a model of hundreds of megabytes.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address

from agentops.memory.scanning.hits import Hit, apart
from agentops.memory.scanning.telling import lower

_EMAIL_HOST = re.compile(r"@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9-])(?!:)")
_EMAIL_NAME = re.compile(r"[A-Za-z0-9._%+'-]{1,64}$")
_ROLES = re.compile(r"(?:no-?reply|git|mailer-daemon|do-not-reply)$", re.IGNORECASE)

# Each begins with a set of characters and only then looks at the one before it: a search runs through what is not of
# the set several times as fast as it tries the look back at every place.
_NUMBER = re.compile(
    r"[+(\d](?<![\w.,:/#=-][+(\d])(?:(?<=\+)\d|(?<=\()\+?\d|(?<=0)0\d|(?<=\d))"
    r"[\d \t\u00a0\u2000-\u200a\u202f().\-/]{5,24}\d(?![\w]|[.,:/-]\d)"
)
"""A run of digits as people group them in a line: a telephone, a card, a number of something else, or several."""

_GROUP_END = re.compile(r"\d(?=\s|$)")

_PHONE_WORD = re.compile(
    r"(?:phone|mobile|cell|tel|telefon|telephone|call|fax|whatsapp|sms|dial|reach|ring|contact)\b[^\d\n]{0,24}$"
)
_AMERICAN = re.compile(r"(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}$")
_AMERICAN_AMONG_OTHERS = re.compile(r"\d(?<![\w.,:/#=-]\d)\d\d([.-])\d{3}\1\d{4}(?!\w|[.,:/-]\d)")
_DATE = re.compile(r"(?:19|20)\d\d[-/. ]\d\d?[-/. ]\d\d?|\d\d?[-/.]\d\d?[-/.](?:19|20)\d\d")
_CARD = re.compile(r"[3-6](?<![\w.,:/#=-][3-6])\d{3}[ -]?(?:(?:\d{4}[ -]?){2}\d{1,7}|\d{6}[ -]?\d{5})(?!\w|[.,:/-]\d)")
_SSN = re.compile(r"\d(?<![\w-]\d)(?<!9)\d\d(?<!000|666)-(?!00)\d\d-(?!0000)\d{4}(?![\w-])")
_IBAN = re.compile(r"[A-Z](?<![A-Za-z0-9][A-Z])[A-Z]\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_NI = re.compile(
    r"[A-CEGHJ-PR-TW-Z](?<![A-Za-z0-9][A-Z])[A-CEGHJ-NPR-TW-Z](?<!BG|GB|NK|KN|TN|NT|ZZ)"
    r" ?\d\d ?\d\d ?\d\d ?[A-D](?![A-Za-z0-9])"
)
_IP = re.compile(r"\d(?<![\w.:/-]\d)\d{0,2}\.(?:\d{1,3}\.){2}\d{1,3}(?![\w]|\.\d)")
_VERSION = re.compile(r"(?:version|release|build|v|ver\.?)[ \t:=]{0,3}\Z")
_OF_BIRTH = ("birth", "born", "dob", "geburtsdatum")
"""One of these is in whatever the next one matches, and in few other texts."""

_DIGIT = re.compile(r"\d")
_BORN = re.compile(
    r"(?:date of birth|birth[ _-]?date|birthday|born(?: on)?|\bdob|geburtsdatum)[\"'`*]{0,2}(?:\s(?:is"
    r"|was))?[\s:=]{0,4}[\"'`]?"
    r"(?P<value>\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9},? \d{4}"
    r"|[a-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)


def find(text: str) -> Iterator[Hit]:
    """Return the personal data of a text in its order, none of which overlap."""
    return apart(_everything(text))


def _everything(text: str) -> Iterator[Hit]:
    yield from _emails(text)
    if not _DIGIT.search(text):  # of which all else has some
        return
    lowered = lower(text)
    for found in _BORN.finditer(lowered) if any(each in lowered for each in _OF_BIRTH) else ():
        yield Hit(*found.span("value"), "birth-date")
    for found in _SSN.finditer(text):
        yield Hit(*found.span(), "ssn")
    for found in _IBAN.finditer(text):
        if _is_iban(found[0].replace(" ", "")):
            yield Hit(*found.span(), "iban")
    for found in _NI.finditer(text):
        yield Hit(*found.span(), "national-id")
    for found in _IP.finditer(text):
        if _is_public(found[0]) and not _VERSION.search(lowered, max(0, found.start() - 12), found.start()):
            yield Hit(*found.span(), "ip-address")
    yield from _numbers(text, lowered)


def _emails(text: str) -> Iterator[Hit]:
    at = text.find("@")
    while at >= 0:
        host = _EMAIL_HOST.match(text, at)
        name = _EMAIL_NAME.search(text, max(0, at - 64), at) if host else None
        if host and name and name[0][-1] != "." and not _ROLES.match(name[0]):
            yield Hit(name.start(), host.end(), "email")
        at = text.find("@", at + 1)


def _numbers(text: str, lowered: str) -> Iterator[Hit]:
    for found in _CARD.finditer(text):
        if _is_card("".join(filter(str.isdecimal, found[0]))):
            yield Hit(*found.span(), "card")
    for found in _AMERICAN_AMONG_OTHERS.finditer(text):
        yield Hit(*found.span(), "phone")
    for found in _NUMBER.finditer(text):
        before = lowered[max(0, found.start() - 32) : found.start()]
        # What follows in the line may look like more of it; it is a telephone for what stands before it, or it is none.
        is_announced = found[0].startswith("+") or _PHONE_WORD.search(before) is not None
        for end in _ends(found[0]) if is_announced else (len(found[0]),):
            if _is_phone(found[0][:end], is_announced=is_announced):
                yield Hit(found.start(), found.start() + end, "phone")
                break


def _ends(number: str) -> list[int]:
    """Return where the groups of a number end, the last one first."""
    return [each.end() for each in _GROUP_END.finditer(number)][::-1]


def _is_phone(number: str, *, is_announced: bool) -> bool:
    digits = sum(map(str.isdecimal, number))
    if not 7 <= digits <= 15 or _DATE.match(number) or "  " in number:
        return False
    if number.startswith("+"):
        return digits >= 8
    return is_announced or _AMERICAN.match(number) is not None


def _is_card(digits: str) -> bool:
    """Tell whether digits obey the check that issuers agree on. Source: ISO/IEC 7812-1, annex B (Luhn)."""
    if digits[0] not in "3456" or len(set(digits)) == 1:
        return False
    doubled = (int(each) * (1 + place % 2) for place, each in enumerate(reversed(digits)))
    return sum(each - 9 * (each > 9) for each in doubled) % 10 == 0


def _is_iban(text: str) -> bool:
    """Tell whether an account number obeys its check digits. Source: ISO 13616, modulo 97."""
    if not 15 <= len(text) <= 34:
        return False
    return int("".join(str(int(each, 36)) for each in text[4:] + text[:4])) % 97 == 1


def _is_public(text: str) -> bool:
    try:
        return IPv4Address(text).is_global
    except ValueError:
        return False
