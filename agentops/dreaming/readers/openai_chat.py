"""Chat logs in the form of OpenAI's API, which most frameworks write: messages with calls and results by call id.

Runs of tau-bench are such logs with a task, a trial and a reward. Content blocks of the Messages API are read too.
Source: OpenAI API reference, chat completions; tau-bench 2024 `EnvRunResult`.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from agentops.base.canonical import digest
from agentops.dreaming.origins import DEFAULT, Origins
from agentops.dreaming.readers.reading import (
    Read,
    distinct,
    fields,
    identifier,
    items,
    moment,
    score,
    spoken,
    values,
    word,
)
from agentops.dreaming.readers.telling import Place, Telling, text_of
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Transcript

SOURCE = "openai-chat"

_MESSAGES = ("messages", "traj", "conversation", "input")
_IDS = ("session_id", "conversation_id", "thread_id", "trace_id", "id")
_OUTCOMES = ("reward", "score", "outcome", "success")
_GIVEN = ("system", "developer")


def read(text: str, *, name: str = "", origins: Origins = DEFAULT) -> Read:
    """Return the sessions of a log; `name` is the file's, by which sessions without an id are called."""
    skipped = Counter[str]()
    stem = PurePath(name).stem.removesuffix("-sessions").removesuffix("_sessions")
    found = (_session(each, stem, origins, skipped) for each in values(text, skipped))
    return Read(distinct((each for each in found if each is not None), skipped), skipped)


def messages_of(value: Any) -> list[Any]:
    """Return the messages of a logged session: empty where it is none."""
    found = [value, *(fields(value).get(key) for key in _MESSAGES)]
    return next((each for each in map(items, found) if any("role" in fields(message) for message in each)), [])


def _session(value: Any, stem: str, origins: Origins, skipped: Counter[str]) -> Transcript | None:
    messages, body = messages_of(value), fields(value)
    if not messages:
        skipped["a value without messages"] += 1
        return None
    telling = Telling(origins)
    for number, each in enumerate(messages):
        _tell(telling, number, fields(each), skipped)
    metadata = fields(body.get("metadata"))
    return Transcript(
        session=_name(body, stem) or identifier(stem or "chat", digest(value)[:12]),
        source=SOURCE,
        events=tuple(telling.events),
        agent=word(body.get("agent")) or word(metadata.get("agent")),
        task=word(body.get("task_id")) or word(body.get("task")) or word(metadata.get("task")),
        principal=word(body.get("user")) or word(metadata.get("principal")) or word(metadata.get("user")),
        outcome=next((found for key in _OUTCOMES if (found := score(body.get(key))) is not None), None),
    )


def _name(body: dict[str, Any], stem: str) -> str:
    task, trial = word(body.get("task_id")), word(body.get("trial"))
    if task and trial:
        return identifier(stem or "task", task, trial)
    return identifier(next(filter(None, (word(body.get(key)) for key in _IDS)), ""))


def _tell(telling: Telling, number: int, message: dict[str, Any], skipped: Counter[str]) -> None:
    at = moment(message.get("timestamp") or message.get("created_at") or message.get("created"))
    place = Place(f"evt_{number:03d}", at)
    match message.get("role") or message.get("type"):
        case "user" | "human":
            _tell_blocks(telling, place, message, Origin.USER)
        case "assistant" | "ai" | "model":
            _tell_blocks(telling, place, message, Origin.AGENT)
            for tool, arguments, call in _calls(message, number):
                telling.call(place, tool, arguments, call)
        case "tool" | "function" | "function_call_output":
            call = word(message.get("tool_call_id")) or word(message.get("call_id"))
            said = message.get("content", message.get("output"))
            name = word(message.get("name"))
            telling.result(place, call or _legacy(name), _told(said), is_error=_said(message), tool=name)
        case "function_call":
            telling.call(place, word(message.get("name")), message.get("arguments"), word(message.get("call_id")))
        case "system" | "developer":
            # What an agent is given to know: a dream that took it for news would learn its own notes again.
            telling.say(place, text_of(message.get("content")), Origin.RECALLED)
        case role:
            skipped[f"a message of {spoken(role)[:40] or 'nobody'}"] += 1


def _tell_blocks(telling: Telling, place: Place, message: dict[str, Any], origin: Origin) -> None:
    """Tell a content in the order of its blocks: those of the Messages API hold calls and results too."""
    content = message.get("content")
    blocks = [fields(each) for each in items(content)]
    if not any(each.get("type") in ("tool_use", "tool_result") for each in blocks):
        telling.say(place, text_of(content), origin)
        return
    for each in blocks:
        tell_block(telling, place, each, origin)


def tell_block(telling: Telling, place: Place, block: dict[str, Any], origin: Origin) -> None:
    """Tell one block of a message of the Messages API. Source: SDK 2.11.0 `types/content_block_param.py`."""
    match block.get("type"):
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            server = word(block.get("server_name"))
            tool = word(block.get("name"))
            telling.call(place, f"mcp__{server}__{tool}" if server else tool, block.get("input"), word(block.get("id")))
        case "tool_result" | "mcp_tool_result" | "web_search_tool_result" | "web_fetch_tool_result":
            call = word(block.get("tool_use_id"))
            telling.result(place, call, text_of(block.get("content")), is_error=_said(block))
        case "thinking" | "redacted_thinking":
            pass
        case _:
            telling.say(place, text_of(block), origin)


def _calls(message: dict[str, Any], number: int) -> Iterator[tuple[str, Any, str]]:
    for place, each in enumerate(map(fields, items(message.get("tool_calls")))):
        function = fields(each.get("function")) or fields(each.get("custom")) or each
        given = function.get("arguments", function.get("input", function.get("args")))
        yield word(function.get("name")), given, word(each.get("id")) or f"{number}.{place}"
    if legacy := fields(message.get("function_call")):
        name = word(legacy.get("name"))
        yield name, legacy.get("arguments"), _legacy(name)


def _legacy(name: str) -> str:
    """Return what stands for a call that has no id: a function's answer follows its call at once."""
    return f"function:{name}"


def _told(content: Any) -> Any:
    return content if isinstance(content, str) else text_of(content)


def _said(message: dict[str, Any]) -> bool | None:
    """Return whether the log says that it failed; None where it says neither, and the text decides."""
    if message.get("is_error") is True or message.get("status") in ("error", "failed"):
        return True
    return False if message.get("is_error") is False else None
