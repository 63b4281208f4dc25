"""The first line of each of our comments: invisible, it says what the comment is about, and which plan was shown."""

import re
from collections.abc import Mapping
from typing import Any

from agentops.base.canonical import digest

_PLAN = re.compile(r"<!-- agentops:plan key=[0-9a-f]{12} plan=([0-9a-f]{12}) commit=([0-9a-f]*) -->")


def of_plan(document: Mapping[str, Any], commit: str) -> str:
    """Return the marker of a plan that whoever merges approves: one comment for each target."""
    return f"{_begun('plan', document)} plan={document['plan_id']} commit={commit} -->"


def of_offline(commit: str) -> str:
    """Return the marker of a plan against no target, which approves nothing."""
    return f"<!-- agentops:offline plan=none commit={commit} -->"


def of_result(document: Mapping[str, Any], commit: str) -> str:
    """Return the marker of what an apply came to."""
    return f"{_begun('apply', document)} plan={document['plan_id']} commit={commit} -->"


def of_drift(document: Mapping[str, Any]) -> str:
    """Return the marker of the issue about a target."""
    return f"{_begun('drift', document)} -->"


def begun(document: Mapping[str, Any]) -> str:
    """Return how the marker of a plan for the same owner and target begins, whatever the plan was."""
    return _begun("plan", document)


def approved(body: str) -> str | None:
    """Return the plan that a comment of ours shows."""
    found = _PLAN.match(body)
    return found[1] if found else None


def _begun(what: str, document: Mapping[str, Any]) -> str:
    return f"<!-- agentops:{what} key={digest([document['owner'], document['target']])[:12]}"
