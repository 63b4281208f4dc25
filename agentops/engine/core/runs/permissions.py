"""May a call run? What the agent's settings say, and what events show of it."""

from agentops.engine.core.json import Json
from agentops.engine.core.runs.setting import Grant


def evaluated(grant: Grant | None) -> Json:
    """Return what a call's event says of its permission.

    A tool that is not there is refused before any policy. Under `auto` harmless calls run and a person is asked for the
    others: this server has nobody who judges them, which is what `indeterminate` says.
    Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_agent_tool_use_event.py`, `…_tool_evaluation_auto.py`.
    """
    if grant is None or not grant.is_enabled:
        return {"evaluated_permission": "deny"}
    if grant.policy == "always_ask":
        return {"evaluated_permission": "ask", "evaluation": {"type": "always_ask"}}
    if grant.policy == "auto":
        return _judged(grant)
    return {"evaluated_permission": "allow", "evaluation": {"type": "always_allow"}}


def _judged(grant: Grant) -> Json:
    if grant.is_harmless:
        return {"evaluated_permission": "allow", "evaluation": _auto({"type": "allow"})}
    return {"evaluated_permission": "ask", "evaluation": _auto({"type": "ask", "reason_code": "indeterminate"})}


def _auto(permission: Json) -> Json:
    return {"type": "auto", "evaluated_permission": permission}


def refusal(name: str, grant: Grant | None) -> str:
    """Return what the model is told of a call of a tool that it does not have."""
    if grant is None:
        return f"There is no tool {name[:200]!r}. Use one of the tools you were given."
    return f"The tool {name[:200]!r} is not enabled. Use one of the tools you were given."
