"""Parts of events in few words: content, tool inputs, errors, counts. Pure, and safe to print."""

import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from agentops.base.paint import printable

WIDTH = 160
"""How much of a line of somebody else's is shown. Units: characters."""

_LEAST = 24
"""How narrow a text becomes at the most. Units: characters."""

RETRIES = {"retrying": "it is tried again", "exhausted": "no more tries", "terminal": "nothing more can be done"}


def shortened(text: str, width: int = WIDTH) -> str:
    """Return the text on one line, its end left out when it is long."""
    line = printable(" ⏎ ".join(text.strip().splitlines()))
    return line if len(line) <= width else f"{line[: width - 1]}…"


def text_of(content: Sequence[Mapping[str, Any]] | None) -> str:
    """Return the text of content; what is no text is named."""
    return "\n".join(map(_block, content or ()))


def call(name: str, sent: Mapping[str, Any]) -> str:
    """Return a tool call on one line: `bash  grep -c ERROR gateway.log`."""
    if len(sent) == 1:
        (only,) = sent.values()
        return f"{name}  {shortened(value(only))}"
    pairs = " ".join(f"{key}={value(each, is_quoted=True)}" for key, each in sent.items())
    return f"{name}  {shortened(pairs)}".rstrip()


def wrapped(text: str, width: int, indent: str, most: int) -> list[str]:
    """Return the text in lines of at most so many characters, those behind the first one indented."""
    return textwrap.wrap(
        printable(text),
        max(width, _LEAST),
        subsequent_indent=indent,
        max_lines=most,
        placeholder=" …",
        break_on_hyphens=False,
    ) or [""]


def result(text: str, most: int, width: int = WIDTH) -> list[str]:
    """Return the first lines of a result, and how many more there are."""
    lines = text.rstrip("\n").split("\n")
    # One line more is as long as saying that there is one.
    shown = lines if len(lines) <= most + 1 else lines[:most]
    hidden = len(lines) - len(shown)
    return [*(_cut(each, width) for each in shown), *([f"… {hidden} more lines"] if hidden else [])]


def error(body: Mapping[str, Any]) -> str:
    """Return a session's error: what, why, and whether it is tried again."""
    retry = RETRIES.get((body.get("retry_status") or {}).get("type", ""), "")
    where = f" ({printable(str(body['mcp_server_name']))})" if body.get("mcp_server_name") else ""
    tail = f" ({retry})" if retry else ""
    return f"{printable(str(body['type']))}{where}: {shortened(str(body['message']), 400)}{tail}"


def tokens(usage: Mapping[str, Any]) -> str:
    """Return what a session took: tokens, dollars, seconds."""
    cached = usage.get("cache_read_input_tokens") or 0
    took, out = taken(usage)
    parts = [f"{took:,} tokens in{f' ({cached:,} cached)' if cached else ''}, {out:,} out"]
    cost = usage.get("list_cost")
    if cost:
        parts.append(money(cost))
    if usage.get("active_seconds"):
        parts.append(f"{usage['active_seconds']:.1f} s")
    return " · ".join(parts)


def taken(usage: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many tokens went in, whatever a cache had of them, and how many came out; of one request or of many.

    Source: SDK 2.11.0 `…/sessions/beta_managed_agents_{session_thread_usage,span_model_usage}.py`.
    """
    written = usage.get("cache_creation_input_tokens") or sum((usage.get("cache_creation") or {}).values())
    read = usage.get("cache_read_input_tokens") or 0
    return (usage.get("input_tokens") or 0) + read + written, usage.get("output_tokens") or 0


def money(amount: Mapping[str, str]) -> str:
    """Return an amount of the API's, cents as a text, as people write it."""
    cents = int(amount["amount"])
    return f"${cents // 100}.{cents % 100:02d}"


def _cut(line: str, width: int) -> str:
    shown = printable(line.expandtabs(4))
    return shown if len(shown) <= width else f"{shown[: max(width, _LEAST) - 1]}…"


def _block(block: Mapping[str, Any]) -> str:
    match block.get("type"):
        case "text":
            return str(block.get("text", ""))
        case "search_result":
            return f"[{block.get('title')}] {text_of(block.get('content'))}"
        case "document":
            return f"[document {block.get('title') or ''}".rstrip() + "]"
        case other:
            return f"[{other}]"


def value(given: Any, *, is_quoted: bool = False) -> str:
    """Return a value of a call's input as text: text as it is, unless `is_quoted` and quotes keep it together."""
    if isinstance(given, str) and not (is_quoted and (" " in given or not given)):
        return given
    return json.dumps(given, ensure_ascii=False)
