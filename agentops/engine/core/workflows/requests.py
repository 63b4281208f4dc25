"""What a plan's process says, judged line by line: a model wrote what speaks here, so every line may be anything."""

from collections.abc import Mapping

from agentops.engine.core.workflows.happenings import (
    Asked,
    Cause,
    Choice,
    Failed,
    Finished,
    Logged,
    Lost,
    PhaseBegun,
    PhaseLeft,
    Request,
    Waits,
)

TEXT_MAX = 100_000
"""Of a prompt, a system prompt or a report. The process is told before it sends a longer one. Units: characters."""

NAME_MAX = 256
TOOLS_MAX = 128
LOG_MAX = 2_000
TRACE_MAX = 4_000
"""Longer ones are cut. Units: characters."""


class _Garbled(Exception):
    pass


def requested(line: Mapping[str, object]) -> Request:
    """Return what the line asks for; whatever is no request ends the plan."""
    try:
        return _requested(line)
    except _Garbled:
        return Lost(Cause.GARBLED)


def _requested(line: Mapping[str, object]) -> Request:
    match line.get("op"):
        case "begin":
            return PhaseBegun(_number(line, "n"), _text(line, "phase", NAME_MAX))
        case "end":
            return PhaseLeft(_number(line, "n"))
        case "ask":
            return Asked(_number(line, "n"), _text(line, "prompt", TEXT_MAX), _choice(line))
        case "log":
            return Logged(_cut(line, "text")[:LOG_MAX])
        case "wait":
            return Waits(_number(line, "heard"))
        case "done":
            return Finished(_cut(line, "report")[:TEXT_MAX] or None)
        case "failed":
            return Failed(_cut(line, "trace")[-TRACE_MAX:])
    raise _Garbled


def _choice(line: Mapping[str, object]) -> Choice:
    tools = line.get("tools")
    if tools is not None and not (isinstance(tools, list) and len(tools) <= TOOLS_MAX):
        raise _Garbled
    return Choice(
        agent=_optional(line, "agent", NAME_MAX),
        name=_optional(line, "name", NAME_MAX),
        system=_optional(line, "system", TEXT_MAX),
        tools=tuple(_text({"tool": each}, "tool", NAME_MAX) for each in tools) if tools is not None else None,
    )


def _number(line: Mapping[str, object], name: str) -> int:
    found = line.get(name)
    if type(found) is not int or not 0 <= found < 2**31:
        raise _Garbled
    return found


def _optional(line: Mapping[str, object], name: str, most: int) -> str | None:
    return None if line.get(name) is None else _text(line, name, most)


def _text(line: Mapping[str, object], name: str, most: int) -> str:
    found = _cut(line, name)
    if not found or len(found) > most:
        raise _Garbled
    return found


def _cut(line: Mapping[str, object], name: str) -> str:
    found = line.get(name)
    if not isinstance(found, str):
        raise _Garbled
    # No database takes a NUL.
    return found.replace("\0", "\ufffd")
