"""How numbers are put into sentences."""

_VOWELS = "aeiou"


def counted(count: int, noun: str) -> str:
    """Return the count with its noun: `1 file`, `2 memories`, `1,000 days`."""
    return f"{count:,} {in_number(noun, count)}"


def in_number(noun: str, count: int) -> str:
    """Return the noun for so many of it: `memory`, `memories`."""
    if count == 1:
        return noun
    is_changed = noun.endswith("y") and noun[-2:-1] not in _VOWELS
    return f"{noun[:-1]}ies" if is_changed else f"{noun}s"
