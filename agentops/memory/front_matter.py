"""The head of a file of notes: YAML between two lines of dashes."""

from typing import Any

import yaml

_FENCE = "---\n"


def split(text: str) -> tuple[Any, str]:
    """Return what the head says (None without one, or with one that is not YAML) and the rest."""
    if not text.startswith(_FENCE) or _FENCE not in text[len(_FENCE) :]:
        return None, text
    head, rest = text[len(_FENCE) :].split(_FENCE, 1)
    try:
        return yaml.safe_load(head), rest
    except yaml.YAMLError:
        return None, text
