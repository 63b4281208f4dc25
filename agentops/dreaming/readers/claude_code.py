"""Logs that Claude Code keeps under `~/.claude/projects`: JSON lines, a message each, subagents as side chains.

Source: the files that Claude Code 1 and 2 write; their form is documented nowhere and what is unknown is passed over.
"""

from collections import Counter
from pathlib import PurePath
from typing import Any

from agentops.base.canonical import digest
from agentops.dreaming.origins import DEFAULT, Origins
from agentops.dreaming.readers.openai_chat import tell_block
from agentops.dreaming.readers.reading import Read, distinct, fields, identifier, items, moment, spoken, values, word
from agentops.dreaming.readers.telling import Place, Telling, text_of
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Transcript

SOURCE = "claude-code"

_SILENT = frozenset(
    {"summary", "system", "progress", "attachment", "file-history-snapshot", "queue-operation", "permission-mode"}
    | {"custom-title", "ai-title", "agent-name", "last-prompt", "mode", "tag", "pr-link", "result"}
)
"""Lines that tell how the program ran and not what was said."""

_BY_PROGRAM = ("<local-command-", "<command-name>", "<command-message>", "<bash-", "Caveat: The messages below were")
"""How a message begins that the program wrote in the user's name."""

_DENIED = "The user doesn't want to"
_WORDS_OF_DENIAL = "the user said:"
_INTERRUPTED = "[Request interrupted by user"


def read(text: str, *, name: str = "", origins: Origins = DEFAULT) -> Read:
    """Return the sessions of a log; a line that was copied into it twice is told once."""
    skipped = Counter[str]()
    lines: dict[str, list[dict[str, Any]]] = {}
    seen: set[str] = set()
    for each in map(fields, values(text, skipped)):
        uuid = word(each.get("uuid"))
        if uuid and uuid in seen:
            skipped["a line that was read already"] += 1
        elif each.get("type") in ("user", "assistant"):
            seen.add(uuid)
            lines.setdefault(word(each.get("sessionId")), []).append(each)
        elif word(each.get("type")) not in _SILENT:
            skipped[f"a line of type {spoken(each.get('type'))[:40] or '(none)'}"] += 1
    told = (_transcript(session or PurePath(name).stem, each, origins) for session, each in lines.items())
    return Read(distinct(told, skipped), skipped)


def _transcript(session: str, lines: list[dict[str, Any]], origins: Origins) -> Transcript:
    telling = Telling(origins)
    for number, each in enumerate(lines):
        thread = (word(each.get("agentId")) or "side-chain") if each.get("isSidechain") is True else ""
        name = identifier(word(each.get("uuid"))) or f"evt_{number:04d}"
        _tell(telling, Place(name, moment(each.get("timestamp")), identifier(thread)), each)
    return Transcript(
        session=identifier(session) or f"session-{digest(lines)[:12]}",
        source=SOURCE,
        events=tuple(telling.events),
        agent="claude-code",
    )


def _tell(telling: Telling, place: Place, line: dict[str, Any]) -> None:
    message = fields(line.get("message"))
    content = message.get("content")
    is_agent = line["type"] == "assistant"
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else map(fields, items(content))
    for each in blocks:
        if each.get("type") == "tool_result":
            _tell_result(telling, place, each)
        elif line.get("isApiErrorMessage") is True:
            telling.judge(place, text_of(each), is_error=True)
        elif is_agent or not _is_by_program(line, text_of(each)):
            tell_block(telling, place, each, _speaker(line))


def _speaker(line: dict[str, Any]) -> Origin:
    if line.get("isCompactSummary") is True:
        return Origin.RECALLED
    # On a side chain, the agent that began it speaks in the user's place.
    return Origin.AGENT if line["type"] == "assistant" or line.get("isSidechain") is True else Origin.USER


def _is_by_program(line: dict[str, Any], text: str) -> bool:
    return line.get("isMeta") is True or text.lstrip().startswith((*_BY_PROGRAM, _INTERRUPTED))


def _tell_result(telling: Telling, place: Place, block: dict[str, Any]) -> None:
    text, call = text_of(block.get("content")), word(block.get("tool_use_id"))
    if text.startswith(_DENIED):
        said = text.partition(_WORDS_OF_DENIAL)[2].strip() or "denied"
        telling.say(place, said, Origin.USER, tool=telling.tool_of(call), call=call)
    else:
        tell_block(telling, place, block, Origin.TOOL)
