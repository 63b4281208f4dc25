"""How a line is shown that is not taken over: short, on one line, without secrets, with nothing unseen in it."""

from agentops.dreaming.candidates import shortened
from agentops.dreaming.redacting import cleaned
from agentops.memory.layout import CLAIM_CHARACTERS

_LOOKED_AT = 4_096


def told_apart(said: str) -> str:
    """Return the line as it may be shown."""
    seen = "".join(each if each.isprintable() else " " for each in said[:_LOOKED_AT])
    line = " ".join(seen.split())
    return shortened(cleaned([line])[line], CLAIM_CHARACTERS)
