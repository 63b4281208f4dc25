"""The `anthropic-beta` header: which values there are, and which one opens which part of the API."""

from collections.abc import Callable

from agentops.base.errors import InvalidRequest, NotFound

MANAGED_AGENTS = "managed-agents-2026-04-01"
AGENT_MEMORY = "agent-memory-2026-07-22"
DREAMING = "dreaming-2026-04-21"
WEBHOOKS = "webhooks-2026-10-07"
OLD_SKILLS = "skills-2025-10-02"

KNOWN = frozenset(
    {
        "admin-user-sign-out-2026-10-08",
        "advisor-tool-2026-03-01",
        "agent-memory-2026-07-22",
        "analytics-usage-cost-2026-08-24",
        "cache-diagnosis-2026-04-07",
        "ce-claude-code-managed-settings-2026-10-06",
        "ce-plugins-2026-09-01",
        "ce-user-management-2026-07-13",
        "code-execution-2025-05-22",
        "compact-2026-01-12",
        "compact-2026-09-04",
        "computer-use-2024-10-22",
        "computer-use-2025-01-24",
        "computer-use-2025-11-24",
        "context-1m-2025-08-07",
        "context-management-2025-06-27",
        "dev-full-thinking-2025-05-14",
        "dreaming-2026-04-21",
        "experimental-claude-tag-2026-10-21",
        "extended-cache-ttl-2025-04-11",
        "fallback-credit-2026-06-01",
        "fallback-credit-2026-07-01",
        "fast-mode-2026-02-01",
        "files-api-2025-04-14",
        "inline-tools-2026-09-15",
        "interleaved-thinking-2025-05-14",
        "managed-agents-2026-04-01",
        "mcp-client-2025-04-04",
        "mcp-client-2025-11-20",
        "mcp-client-2026-09-15",
        "mcp-tunnels-2026-06-22",
        "message-batches-2024-09-24",
        "message-threads-2026-08-12",
        "mid-conversation-output-config-2026-07-01",
        "mid-conversation-system-clear-at-2026-08-21",
        "mid-conversation-tool-changes-2026-07-01",
        "model-context-window-exceeded-2025-08-26",
        "output-128k-2025-02-19",
        "output-300k-2026-03-24",
        "pdfs-2024-09-25",
        "prompt-caching-2024-07-31",
        "server-side-fallback-2026-06-01",
        "server-side-fallback-2026-07-01",
        "skills-2025-10-02",
        "spend-limit-reads-2026-09-26",
        "structured-outputs-2025-11-13",
        "task-budgets-2026-03-13",
        "telemetry-destinations-2026-08-11",
        "thinking-binding-controls-2026-08-01",
        "thinking-display-updates-2026-08-18",
        "thinking-token-count-2026-05-13",
        "token-counting-2024-11-01",
        "token-efficient-tools-2025-02-19",
        "user-profiles-2026-03-24",
        "user-profiles-2026-08-18",
        "user-profiles-2026-09-04",
        "user-profiles-billing-2026-10-01",
        "webhooks-2026-10-07",
    }
)
"""Source: SDK 2.11.0 `types/anthropic_beta_param.py`; a test holds the two equal."""

Gate = Callable[[frozenset[str]], None]
"""Lets a request with these values through, or raises."""


def sent(header: str) -> frozenset[str]:
    """Return the values of the header.

    Raises:
        InvalidRequest: a value is not one that the API knows.
    """
    values = [each.strip() for each in header.split(",")]
    unknown = sorted({each for each in values if each and each not in KNOWN})
    if unknown:
        shown = ", ".join(f"`{each[:100]}`" for each in unknown[:10])
        raise InvalidRequest(f"anthropic-beta: there is no beta called {shown}; leave it out of the header.")
    return frozenset(values)


def nothing(_betas: frozenset[str]) -> None:
    """Let every request through: this part of the API is no beta."""


def skills(betas: frozenset[str]) -> None:
    """Let requests through that do not ask for the form that skills had in their beta.

    Raises:
        InvalidRequest: that beta was sent: it numbers versions by time, which this server never did.
    """
    if OLD_SKILLS in betas:
        raise InvalidRequest(
            f"anthropic-beta: leave {OLD_SKILLS} out; skills are no beta any more, their versions have ids."
        )


def managed_agents(betas: frozenset[str]) -> None:
    """Let requests with the managed-agents beta through.

    Raises:
        NotFound: without the header the API is as if it did not exist.
    """
    if MANAGED_AGENTS not in betas:
        raise NotFound(f"Not found; this part of the API asks for the header anthropic-beta: {MANAGED_AGENTS}.")


def agent_memory(betas: frozenset[str]) -> None:
    """Let requests with exactly one of the memory and the managed-agents betas through.

    Raises:
        NotFound: neither was sent.
        InvalidRequest: both were sent.
    """
    if betas >= {MANAGED_AGENTS, AGENT_MEMORY}:
        raise InvalidRequest(f"anthropic-beta: {AGENT_MEMORY} and {MANAGED_AGENTS} cannot be used together here.")
    if AGENT_MEMORY not in betas:
        managed_agents(betas)


def dreaming(betas: frozenset[str]) -> None:
    """Let requests with the dreaming beta through, alone or beside others: the documentation's examples send two.

    Raises:
        NotFound: without the header the API is as if it did not exist.
    """
    if DREAMING not in betas:
        raise NotFound(f"Not found; this part of the API asks for the header anthropic-beta: {DREAMING}.")


def webhooks(betas: frozenset[str]) -> None:
    """Let requests with the webhooks beta through.

    Raises:
        NotFound: without the header the API is as if it did not exist.
    """
    if WEBHOOKS not in betas:
        raise NotFound(f"Not found; this part of the API asks for the header anthropic-beta: {WEBHOOKS}.")
