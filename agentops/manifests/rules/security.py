"""What must not stand in a repository's text: secrets in plain sight, and characters that hide from a reader."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from agentops.base.diagnostics import Diagnostic
from agentops.manifests.codes import security
from agentops.manifests.marks import Text

_FORMS = {
    "an Anthropic key": r"sk-ant-[A-Za-z0-9_-]{16,}",
    "an API key": r"sk-(?:proj-)?[A-Za-z0-9_-]{32,}",
    "a Stripe key": r"[rs]k_live_[A-Za-z0-9]{16,}",
    "a GitHub token": r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,}",
    "a GitLab token": r"glpat-[A-Za-z0-9_-]{20,}",
    "an AWS key": r"(?:AKIA|ASIA)[0-9A-Z]{16}",
    "a Slack token": r"xox[abeoprs]-[A-Za-z0-9-]{10,}",
    "a Google key": r"AIza[0-9A-Za-z_-]{35}",
    "an npm token": r"npm_[A-Za-z0-9]{36}",
    "a Hugging Face token": r"hf_[A-Za-z0-9]{30,}",
    "a webhook secret": r"whsec_[A-Za-z0-9+/=_-]{24,}",
    "a JSON Web Token": r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----)?",
    "a password in a URL": r"(?<=://)[^\s/:@]+:[^\s/:@]{3,}(?=@)",
}
"""Forms that the issuers document, so that scanners can find them."""

_NAMES = tuple(_FORMS)
_KNOWN = re.compile("|".join(f"((?<![A-Za-z0-9])(?:{each}))" for each in _FORMS.values()), re.DOTALL)
_HINTS = (
    *("sk-", "k_live_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "AKIA", "ASIA", "xox"),
    *("AIza", "npm_", "hf_", "whsec_", "eyJ", "PRIVATE KEY", "@"),
)
"""A text with none of these has none of the forms; looking for them is a tenth of the work."""

_ASSIGNED = re.compile(
    r"""(?:secret|token|passw(?:or)?d|api[_-]?key|access[_-]?key|credential)["']?\s*[:=]\s*["']?([A-Za-z0-9+/=_.-]{20,})""",
    re.IGNORECASE,
)
_ASSIGNMENT_HINTS = ("secret", "token", "passw", "key", "credential")

_LEAST_ENTROPY = 3.6
"""Bits a character. Chosen so that hex digests and base64 of random bytes are found, and words, paths and ids of
the API's own documentation are not."""

_LEAST_DISTINCT = 6
"""`sk-ant-xxxxxxxxxxxxxxxxxxxx` is an example, not a key."""

_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def text(text: Text) -> Iterator[Diagnostic]:
    """Yield what a text should not hold, and mask the secrets among it.

    Reports: security.plain-secret, security.hidden-text.
    """
    whole = text.text
    places = dict(_secrets(whole)) if _is_worth_a_look(whole) else {}
    for (start, end), what in places.items():
        text.hide(start, end)
        message = f"what looks like {what} stands in plain text"
        yield Diagnostic(security.PLAIN_SECRET, message, text.span(start, end), "keep it out of the repository")
    if not whole.isascii() and (hidden := _HIDDEN.search(whole)):
        message = f"the invisible character U+{ord(hidden[0]):04X} changes what a reader sees"
        yield Diagnostic(
            security.HIDDEN_TEXT, message, text.span(*hidden.span()), "remove it, or write it as an escape"
        )


def _is_worth_a_look(whole: str) -> bool:
    if any(hint in whole for hint in _HINTS):
        return True
    lower = whole.lower()
    return any(hint in lower for hint in _ASSIGNMENT_HINTS)


def _secrets(whole: str) -> Iterator[tuple[tuple[int, int], str]]:
    for found in _KNOWN.finditer(whole):
        assert found.lastindex is not None
        if len(set(found[0])) >= _LEAST_DISTINCT and "EXAMPLE" not in found[0]:
            yield found.span(), _NAMES[found.lastindex - 1]
    for found in _ASSIGNED.finditer(whole):
        if _is_random(found[1]) and not _KNOWN.search(found[1]):
            yield found.span(1), "a secret"


def _is_random(value: str) -> bool:
    mixed = any(each.isdigit() for each in value) and any(each.isalpha() for each in value)
    counts = Counter(value).values()
    entropy = -sum(each / len(value) * math.log2(each / len(value)) for each in counts)
    return mixed and entropy >= _LEAST_ENTROPY
