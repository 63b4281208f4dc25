"""What must not stand in a repository's text: secrets in plain sight, and characters that hide from a reader."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from agentops.base.diagnostics import Diagnostic
from agentops.manifests.codes import security
from agentops.manifests.marks import Text

_FORMS = (
    ("an Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{16,}"),
    ("an API key", "sk-", r"sk-(?!ant-)[A-Za-z0-9_-]{32,}"),
    ("a Stripe key", "k_live_", r"[rs]k_live_[A-Za-z0-9]{16,}"),
    ("a GitHub token", "gh", r"gh[pousr]_[A-Za-z0-9]{30,}"),
    ("a GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{22,}"),
    ("a GitLab token", "glpat-", r"glpat-[A-Za-z0-9_-]{20,}"),
    ("an AWS key", "IA", r"A[KS]IA[0-9A-Z]{16}"),
    ("a Slack token", "xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("a Google key", "AIza", r"AIza[0-9A-Za-z_-]{35}"),
    ("an npm token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    ("a Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{30,}"),
    ("a webhook secret", "whsec_", r"whsec_[A-Za-z0-9+/=_-]{24,}"),
    ("a JSON Web Token", "eyJ", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    (
        "a private key",
        "PRIVATE KEY-----",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-]*-----END [A-Z ]*PRIVATE KEY-----)?",
    ),
    ("a password in a URL", "@", r"(?<=://)[^\s/:@]+:[^\s/:@]{3,}(?=@)"),
)
"""What it is, a piece of text that is never missing in it, and its form, as the issuers document it for scanners.

The pieces are there because looking for one costs a hundredth of looking for a form.
"""

_ASSIGNED = (
    r"""(?i)(?:secret|token|passw(?:or)?d|api[_-]?key|access[_-]?key)["']?\s*[:=]\s*["']?([A-Za-z0-9+/=_.-]{20,})"""
)
_ASSIGNED_PIECES = ("secret", "token", "passw", "key")

_LEAST_ENTROPY = 3.6
"""Bits a character. Chosen so that hex digests and base64 of random bytes are found, and words, paths and ids of
the API's own documentation are not."""

_LEAST_DISTINCT = 6
"""`sk-ant-xxxxxxxxxxxxxxxxxxxx` is an example, not a key."""

_HIDDEN = "[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"


def text(text: Text) -> Iterator[Diagnostic]:
    """Yield what a text should not hold, and mask the secrets among it.

    Reports: security.plain-secret, security.hidden-text.
    """
    whole = text.text
    for (start, end), what in (dict(_known(whole)) | dict(_assigned(whole))).items():
        text.hide(start, end)
        message = f"what looks like {what} stands in plain text"
        yield Diagnostic(security.PLAIN_SECRET, message, text.span(start, end), "keep it out of the repository")
    if not whole.isascii() and (hidden := re.search(_HIDDEN, whole)):
        message = f"the invisible character U+{ord(hidden[0]):04X} changes what a reader sees"
        yield Diagnostic(
            security.HIDDEN_TEXT, message, text.span(*hidden.span()), "remove it, or write it as an escape"
        )


def masked(whole: str) -> str:
    """Return a text of somebody else's as it may be shown: without what looks like a secret."""
    for start, end in sorted(dict(_known(whole)) | dict(_assigned(whole)), reverse=True):
        whole = f"{whole[:start]}(looks like a secret){whole[end:]}"
    return whole


def _known(whole: str) -> Iterator[tuple[tuple[int, int], str]]:
    for what, piece, form in _FORMS:
        if piece in whole:
            for found in re.finditer(form, whole):
                before = whole[found.start() - 1 : found.start()]
                varied = len(set(found[0].removeprefix(piece))) >= _LEAST_DISTINCT
                if varied and not before.isalnum() and "EXAMPLE" not in found[0]:
                    yield found.span(), what


def _assigned(whole: str) -> Iterator[tuple[tuple[int, int], str]]:
    lower = whole.lower()
    if any(piece in lower for piece in _ASSIGNED_PIECES):
        for found in re.finditer(_ASSIGNED, whole):
            if _is_random(found[1]):
                yield found.span(1), "a secret"


def _is_random(value: str) -> bool:
    mixed = any(each.isdigit() for each in value) and any(each.isalpha() for each in value)
    counts = Counter(value).values()
    entropy = -sum(each / len(value) * math.log2(each / len(value)) for each in counts)
    return mixed and entropy >= _LEAST_ENTROPY
