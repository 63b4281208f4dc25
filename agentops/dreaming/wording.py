"""What a model, or a store that one wrote, gives as a claim: one plain line, or the reason why it is none."""

import re
import unicodedata
from collections.abc import Iterable

from agentops.memory.evidence import Evidence
from agentops.memory.files import can_stand
from agentops.memory.layout import CLAIM_CHARACTERS
from agentops.memory.scanning import instructions, secrets, unseen

_LOOKED_AT = 4_096
"""A longer text is no claim, whatever it becomes. Units: characters."""

_CITED = re.compile(r"[ \t]{0,8}\[(?P<cited>[^\[\]]{3,514})\]")
_ANCHOR = re.compile(r"(?:[ ]?\^[\w~-]+)+[ ]?$")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})


class Unfit(ValueError):
    """A text is no claim; says why."""


def claim(said: object) -> str:
    """Return the text as one line, without bullet, anchor and citations.

    Raises:
        Unfit: it is no claim.
    """
    if not isinstance(said, str):
        raise Unfit("the claim is no text")
    if len(said) > _LOOKED_AT:
        raise Unfit(f"the claim is {len(said)} characters long, at most {CLAIM_CHARACTERS} are kept")
    line = unicodedata.normalize("NFC", " ".join(said.split()))
    line = _ANCHOR.sub("", uncited(_BULLET.sub("", line))).strip()
    if not any(map(str.isalnum, line)):
        raise Unfit("the claim is empty")
    if len(line) > CLAIM_CHARACTERS:
        raise Unfit(f"the claim is {len(line)} characters long, at most {CLAIM_CHARACTERS} are kept")
    if any(unicodedata.category(each) in _HIDDEN for each in line) or any(unseen.find(line)) or "<!--" in line:
        raise Unfit("the claim holds what nobody sees")
    if any(secrets.find(line)):
        raise Unfit("the claim holds a secret")
    if not can_stand(line):
        raise Unfit("the claim is not one plain line")
    return line


def order(texts: Iterable[str]) -> str:
    """Return what sort of order to its reader stands in texts; empty where they only tell."""
    return next((hit.what for text in texts for hit in instructions.find(text)), "")


def citations(text: str) -> tuple[Evidence, ...]:
    """Return what a line cites as `[session#event]`, several in one bracket too, in order."""
    found = (each["cited"] for each in _CITED.finditer(text))
    return tuple(dict.fromkeys(cited for inside in found for cited in _cited(inside)))


def uncited(text: str) -> str:
    """Return the text without its citations; other brackets stay."""
    return _CITED.sub(lambda found: "" if _cited(found["cited"]) else found[0], text)


def _cited(inside: str) -> tuple[Evidence, ...]:
    """Return what stands between two brackets, if all of it is citations."""
    parts = [Evidence.parse(each) for each in re.split(r"[,;\s]+", inside.strip()) if each]
    return tuple(each for each in parts if each) if all(parts) else ()
