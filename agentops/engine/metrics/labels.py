"""Which values labels may have: everything else is `other`, so that no stranger can make a metric grow."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from agentops.engine.core.model_table import Model
from agentops.wire.custom_tools import BUILT_IN_TOOLS
from agentops.wire.models import MODELS

OTHER = "other"

NO_ROUTE = "none"
"""What a request came to that was refused at the door, or that nothing is found for."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STATUS_CLASSES = frozenset({"1xx", "2xx", "3xx", "4xx", "5xx"})

MODEL_OUTCOMES = frozenset(
    {
        "ok",
        "cancelled",
        "unknown_error",
        "billing_error",
        "model_overloaded_error",
        "model_rate_limited_error",
        "model_request_failed_error",
    }
)
"""Source: `agentops/engine/models/port.py`; a test holds them equal."""

TOOLS = frozenset({*BUILT_IN_TOOLS, "mcp", "custom", "self_hosted"})
DATABASE_ERRORS = frozenset({"contention", "unreachable", "disk_full"})
OUTCOME_RESULTS = frozenset({"satisfied", "needs_revision", "max_iterations_reached", "failed", "interrupted"})
"""Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_span_outcome_evaluation_end_event.py`."""

DELIVERY_OUTCOMES = frozenset({"delivered", "failed", "redirected", "not_public"})
"""Source: `agentops/engine/core/deliveries.py`; a test holds them equal."""


def among(allowed: frozenset[str], value: str) -> str:
    """Return the value if it is a label's, else `other`."""
    return value if value in allowed else OTHER


def models(known: Iterable[Model]) -> Mapping[str, str]:
    """Return by every id and alias that the model table and the list of prices know the one label of the model."""
    found = {name: name for name in MODELS}
    for each in known:
        found |= dict.fromkeys((each.id, *each.aliases), each.id)
    return MappingProxyType(found)
