"""What spans are called and say: the one mapping from our words to OpenTelemetry's for generative AI.

They are still in development and change, so that every span names the version that it is written by.
Source: github.com/open-telemetry/semantic-conventions v1.41.0, docs/gen-ai/gen-ai-spans.md and gen-ai-agent-spans.md.
"""

from collections.abc import Mapping, Sequence

from agentops.base.logs import scrubbed
from agentops.engine.core.conversation import Ask, Reply, Usage
from agentops.engine.core.json import Json, written
from agentops.engine.tools.port import Invocation, Outcome

VERSION = "1.41.0"
SCHEMA = f"https://opentelemetry.io/schemas/{VERSION}"

Value = bool | str | int | Sequence[str]
Attributes = dict[str, Value]

_CONTENT_MAX = 8 * 1024
"""How much of a content is kept, where contents are at all. Units: characters."""

_PROVIDER = "anthropic"
"""Whose API is spoken, whoever serves the model. Source: as above, `gen_ai.provider.name`."""

CONVERSATION = "gen_ai.conversation.id"
AGENT_NAME = "gen_ai.agent.name"
ERROR = "error.type"


def chat_name(ask: Ask) -> str:
    """Return the name of a request's span."""
    return f"chat {ask.model['id']}"


def chat_begun(ask: Ask) -> Attributes:
    """Return what is known of a request before it is answered."""
    found = _common("chat", ask.session_id)
    found |= {"gen_ai.provider.name": _PROVIDER, "gen_ai.request.model": str(ask.model["id"])}
    found |= {"gen_ai.request.stream": True, "agentops.thread.id": ask.thread_id}
    return found | ({AGENT_NAME: ask.agent_name} if ask.agent_name else {})


def chat_ended(reply: Reply, *, with_content: bool) -> Attributes:
    """Return what is known once it is."""
    found: Attributes = {"gen_ai.response.finish_reasons": [reply.stop_reason], **used(reply.usage)}
    if with_content:
        found["gen_ai.output.messages"] = _content([{"role": "assistant", "parts": [*map(_part, reply.content)]}])
    return found


def used(usage: Usage) -> Attributes:
    """Return what was taken; the convention counts what was cached as input too."""
    cached = usage.cache_read_input_tokens + usage.cache_creation_input_tokens
    return {
        "gen_ai.usage.input_tokens": usage.input_tokens + cached,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read_input_tokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_creation_input_tokens,
    }


def tool_name(invocation: Invocation) -> str:
    """Return the name of a tool call's span."""
    return f"execute_tool {invocation.name}"


def tool_begun(session_id: str, invocation: Invocation, *, with_content: bool) -> Attributes:
    """Return what is known of a tool call before it ran."""
    found = _common("execute_tool", session_id)
    found |= {"gen_ai.tool.name": invocation.name, "gen_ai.tool.call.id": invocation.id}
    found |= {"gen_ai.tool.type": "extension" if invocation.mcp_server_name else "function"}
    found |= {"agentops.thread.id": invocation.thread_id}
    if invocation.mcp_server_name:
        found["agentops.mcp.server.name"] = invocation.mcp_server_name
    if with_content:
        found["gen_ai.tool.call.arguments"] = _content(invocation.input)
    return found


def tool_ended(outcome: Outcome, *, with_content: bool) -> Attributes:
    """Return what is known once it did."""
    found: Attributes = {ERROR: "tool_error"} if outcome.is_error else {}
    if with_content:
        found["gen_ai.tool.call.result"] = _content([*outcome.content])
    return found


def turn_name(agent_name: str) -> str:
    """Return the name of a turn's span."""
    return f"invoke_agent {agent_name}".rstrip()


def turn(session_id: str, agent_name: str, usage: Usage) -> Attributes:
    """Return what is known of a turn at its end."""
    found = _common("invoke_agent", session_id) | {"gen_ai.provider.name": _PROVIDER}
    return found | ({AGENT_NAME: agent_name} if agent_name else {}) | used(usage)


def _common(operation: str, session_id: str) -> Attributes:
    return {
        "gen_ai.operation.name": operation,
        CONVERSATION: session_id,
        "agentops.gen_ai.conventions.version": VERSION,
    }


def _part(block: Json) -> Mapping[str, object]:
    """Return a block of a reply as the convention's JSON schema of messages has it."""
    match block["type"]:
        case "text":
            return {"type": "text", "content": block["text"]}
        case "tool_use":
            return {"type": "tool_call", "id": block["id"], "name": block["name"], "arguments": block["input"]}
        case other:
            return {"type": other}


def _content(value: object) -> str:
    return scrubbed(written(value))[:_CONTENT_MAX]
