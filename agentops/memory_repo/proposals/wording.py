"""The words that a pull request and a terminal share."""

from agentops.base.wording import counted
from agentops.dreaming.port import Spent
from agentops.memory.operations import Finding, Operation


def known(operation: Operation) -> str:
    """Return how the claim came to be known and how much speaks for it, in one line."""
    support = operation.support
    counts = [
        counted(support.sessions, "session"),
        *([counted(support.days, "day")] if support.days else []),
        *([f"{support.against} against"] if support.against else []),
    ]
    verdict = operation.verdict
    checked = "" if verdict.finding is Finding.UNCHECKED else f"; {verdict.finding.replace('_', ' ')} ({verdict.by})"
    return f"{operation.trust}, from {operation.origin}: {', '.join(counts)}{checked}"


def cost(spent: Spent) -> str:
    """Return what a dream cost."""
    if not spent.input_tokens + spent.output_tokens:
        return "no model, no cost"
    money = "price unknown" if spent.dollars is None else f"${spent.dollars:.4f}"
    return f"{spent.input_tokens:,} tokens in, {spent.output_tokens:,} out, {money}"
