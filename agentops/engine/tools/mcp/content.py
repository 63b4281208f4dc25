"""What a tool of an MCP server answered, as blocks of an event.

A block that the Messages API would refuse is told of in words: sent along, it would spoil every later request.
Source: MCP 2025-11-25, tools, tool result; SDK 2.11.0 `…/sessions/beta_managed_agents_agent_mcp_tool_result_event.py`.
"""

from base64 import b64decode
from collections.abc import Callable
from typing import Final

from agentops.engine.core.json import Json, written
from agentops.engine.tools.port import Outcome

_BLOCKS_MOST: Final = 100
_IMAGE_MOST: Final = 5 * 1024 * 1024
"""Units: characters of base64. Source: platform.claude.com/docs/en/build-with-claude/vision."""

_BEGINNINGS: Final = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
    "application/pdf": b"%PDF-",
}


def outcome(result: Json, mask: Callable[[str], str]) -> Outcome:
    """Return what came of a call; texts go through the mask."""
    said = result.get("content") or []
    blocks = [_block(each) for each in said[:_BLOCKS_MOST]]
    if len(said) > _BLOCKS_MOST:
        blocks.append(_text(f"[{len(said) - _BLOCKS_MOST} more parts of the answer are left out]"))
    # Servers are told to say structured content in words too; not all do.
    if "structuredContent" in result and not any(each["type"] == "text" for each in said):
        blocks.append(_text(written(result["structuredContent"])))
    shown = [{**each, "text": mask(each["text"])} if each["type"] == "text" else each for each in blocks]
    kept = tuple(each for each in shown if each.get("text") != "")
    return Outcome(kept or (_text("(no output)"),), bool(result.get("isError")))


def _block(said: Json) -> Json:
    match said["type"]:
        case "text":
            return _text(said["text"])
        case "image":
            return _data(said["mimeType"], said["data"], "an image")
        case "resource":
            return _resource(said["resource"])
        case "resource_link":
            about = said.get("description") or said.get("title") or ""
            return _text(" ".join(filter(None, (f"[resource {said['name']}: {said['uri']}]", about))))
        case kind:
            return _text(f"[{kind} of type {said.get('mimeType')}, which cannot be shown]")


def _resource(found: Json) -> Json:
    if "text" in found:
        return _text(f"[{found['uri']}]\n{found['text']}")
    return _data(found.get("mimeType") or "", found["blob"], str(found["uri"]))


def _data(media_type: str, data: str, what: str) -> Json:
    """Return an image or a PDF, if it is one."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in _BEGINNINGS or len(data) > _IMAGE_MOST:
        return _text(f"[{what} of type {kind or 'unknown'} and {len(data) * 3 // 4} bytes, which cannot be shown]")
    if not _is(kind, data):
        return _text(f"[{what} that is called {kind} and is not]")
    source = {"type": "base64", "media_type": kind, "data": data}
    return {"type": "document" if kind == "application/pdf" else "image", "source": source}


def _is(kind: str, data: str) -> bool:
    try:
        whole = b64decode(data, validate=True)
    except ValueError:
        return False
    return whole.startswith(_BEGINNINGS[kind])


def _text(words: str) -> Json:
    return {"type": "text", "text": words.replace("\0", "\N{REPLACEMENT CHARACTER}")}
