"""What is asked before something is forgotten, and told afterwards."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click

from agentops.base.errors import UsageError
from agentops.base.paint import printable
from agentops.base.wording import counted
from agentops.cli.memory.taking_back import Forgotten
from agentops.cli.output import say

_MOST_SHOWN = 40


def asking(*, is_agreed: bool) -> Callable[[list[str]], bool]:
    """Return what shows a person the lines, and asks."""

    def ask(lines: list[str]) -> bool:
        if not lines:
            say("  no memory holds it, on main or live; a tombstone keeps it from being learnt")
        for each in lines[:_MOST_SHOWN]:
            say(f"  {printable(each)}")
        if len(lines) > _MOST_SHOWN:
            say(f"  and {len(lines) - _MOST_SHOWN} more")
        if is_agreed:
            return True
        if not sys.stdin.isatty():
            raise UsageError("forgetting is for good, and nobody is there to be asked", hint="say --yes")
        question = f"Forget {counted(len(lines), 'line')} for good?" if lines else "Leave a tombstone all the same?"
        return click.confirm(question, err=True)

    return ask


def lines(found: Forgotten) -> Iterator[str]:
    """Yield what was done and what remains."""
    if found.landed is None:
        yield "main did not hold it"
    elif found.landed.request is None and not found.was_held:
        yield f"main: no memory held it; a tombstone in {found.landed.commit[:9]} keeps it from being learnt"
    elif found.landed.request is None:
        yield f"main: taken out in {found.landed.commit[:9]}, and a tombstone keeps it from being learnt again"
    else:
        request = found.landed.request
        yield f"main: pull request #{request.number} {request.url} takes it out, once you merge it"
    rewritten = counted(len(found.memories), "memory")
    yield f"live store: {rewritten} rewritten, {counted(found.redacted, 'version')} redacted"
    for place, paths in found.left.items():
        yield f"remains in {place}: {printable(', '.join(paths))}"
    if any("agentops/memory/" in place for place in found.left):
        yield "  a proposal holds it: `agentops memory refresh`, or close it and delete its branch, then forget again"
    if not found.left:
        yield "checked: no live memory, no version, no branch, no ledger holds it"
    if found.in_history:
        yield f"git's history: {counted(found.in_history, 'commit')} of it; docs/memory.md tells how to purge them"


def as_json(found: Forgotten) -> Mapping[str, Any]:
    """Return the same for programs."""
    return {
        "commit": found.landed and found.landed.commit,
        "pull_request": found.landed and found.landed.request and asdict(found.landed.request),
        "memories": list(found.memories),
        "redacted_versions": found.redacted,
        "left": {place: list(paths) for place, paths in found.left.items()},
        "commits_in_history": found.in_history,
    }
