"""Commands that a person is told to run, with the `--target` that this one was given: without it they meet another."""

import re
from collections.abc import Sequence
from itertools import pairwise
from shlex import quote

_WORDS = {
    "": "plan apply drift watch why rollback graph import forget destroy ids run doctor",
    "ci": "apply drift plan",
    "dream": "run",
    "environment-key": "create list revoke",
    "lock": "break show",
    "memory": "forget init pull push revert status sync",
    "rubric": "check history",
    "session": "approve archive delete interrupt list send show tail tree",
    "webhook": "add deliveries disable enable list remove replay rotate test",
}
AT_A_TARGET = frozenset(f"{group} {name}".lstrip() for group, names in _WORDS.items() for name in names.split())
"""The commands that take a target; written down, for to ask them all would load them all."""

_COMMAND = re.compile(r"`agentops ([a-z-]+)( [a-z][a-z-]*)?([^`\n]*)`")


def target_of(arguments: Sequence[str]) -> str:
    """Return what `--target` says in the arguments of a command; the last one counts."""
    given = ""
    for name, value in pairwise([*arguments, ""]):
        if name == "--target":
            given = value
        elif name.startswith("--target="):
            given = name.removeprefix("--target=")
    return given


def aimed(text: str, target: str) -> str:
    """Return the text with the target in each command that takes one and names none."""

    def at_the_target(found: re.Match[str]) -> str:
        first, second, rest = found[1], found[2] or "", found[3]
        if not {first, first + second} & AT_A_TARGET or "--target" in rest:
            return found[0]
        return f"`agentops {first}{second}{rest} --target {quote(target)}`"

    return _COMMAND.sub(at_the_target, text) if target else text
