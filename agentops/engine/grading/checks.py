"""Checks, carried out: what code finds of a criterion, and what it saw."""

from collections.abc import Iterable
from typing import Final

from agentops.engine.core.outcomes.explaining import plain
from agentops.engine.core.outcomes.rubric import Criterion
from agentops.engine.core.outcomes.verdict import Degree, Finding
from agentops.engine.grading import content
from agentops.engine.tools.port import CheckRun, FileRefused, Inspection
from agentops.wire.rubrics import Check

FILE_MAX: Final = 8 * 1024 * 1024
"""The longest file that a check looks into. Units: bytes."""

PATIENCE_S: Final = 10.0
"""How long a pattern or a schema may take on one file."""

_RUN_S = 60.0
_TAIL = 1000
_COMMAND_SHOWN = 200

Found = tuple[bool, str]
"""Whether it is met, and why."""


async def settled(
    criteria: Iterable[Criterion], inspection: Inspection, patience_s: float = PATIENCE_S
) -> tuple[Finding, ...]:
    """Return what the checks of those criteria that have one find, one after the other.

    Raises:
        ToolsUnavailable: the machine failed, which says nothing about the result.
    """
    return tuple(
        [await _finding(each, each.check, inspection, patience_s) for each in criteria if each.check is not None]
    )


async def _finding(criterion: Criterion, check: Check, inspection: Inspection, patience_s: float) -> Finding:
    try:
        is_met, why = await _found(check, inspection, patience_s)
    except content.Unjudged as error:
        is_met, why = False, f"{check.path} could not be judged: {error}."
    except FileRefused as error:
        is_met, why = False, f"{error}."
    degree = Degree.MET if is_met else Degree.NOT
    return Finding(criterion.id, degree, plain(why), "check", criterion.weight, criterion.is_required)


async def _found(check: Check, inspection: Inspection, patience_s: float) -> Found:
    if check.run is not None:
        return await _ran(check.run, check, inspection)
    if check.exists is not None:
        return await _exists(check.exists, inspection)
    assert check.path is not None
    data, is_cut = await inspection.content(check.path, FILE_MAX)
    if is_cut:
        return False, f"{check.path} has more than {FILE_MAX} bytes, more than a check looks into."
    if check.json_schema is not None:
        wrong = await content.errors(check.json_schema, data, patience_s)
        return not wrong, f"{check.path} is {'not ' if wrong else ''}as the schema has it{_listed(wrong)}."
    if check.absent is not None:
        found = await content.matches(check.absent, data, 1, patience_s)
        where = f"in line {found.first_line}" if found.count else "nowhere"
        return not found.count, f"{check.path} holds {_pattern(check.absent)} {where}."
    assert check.present is not None
    wanted = check.min_count or 1
    found = await content.matches(check.present, data, wanted, patience_s)
    return found.count >= wanted, _present(check.path, check.present, found.count, wanted)


async def _ran(command: str, check: Check, inspection: Inspection) -> Found:
    timeout_s = float(check.timeout_s or _RUN_S)
    ran = await inspection.check(command, timeout_s)
    wanted = check.exit or 0
    return ran.exit_status == wanted, f"{_command(command)} {_end(ran, timeout_s, wanted)}{_printed(ran.output)}"


async def _exists(path: str, inspection: Inspection) -> Found:
    kind = await inspection.kind(path)
    return kind is not None, f"{path} is there." if kind else f"{path}: there is no such file or directory."


def _end(ran: CheckRun, timeout_s: float, wanted: int) -> str:
    if ran.is_timed_out:
        return f"took longer than {timeout_s:g} seconds."
    if ran.exit_status is None:
        return "was stopped."
    return f"ended with status {ran.exit_status}{'' if ran.exit_status == wanted else f', {wanted} is wanted'}."


def _printed(output: str) -> str:
    words = output.strip()
    if not words:
        return " It printed nothing."
    tail = words if len(words) <= _TAIL else f"… {words[-_TAIL:]}"
    return f" It printed:\n{tail}"


def _present(path: str, pattern: str, count: int, wanted: int) -> str:
    if count >= wanted:
        return f"{path} holds {_pattern(pattern)}{'' if wanted == 1 else f' {wanted} times or more'}."
    if count:
        return f"{path} holds {_pattern(pattern)} {count} times, {wanted} times are wanted."
    return f"{path} does not hold {_pattern(pattern)}."


def _listed(wrong: tuple[str, ...]) -> str:
    return f": {'; '.join(wrong)}" if wrong else ""


def _pattern(pattern: str) -> str:
    return f"the pattern {pattern[:_COMMAND_SHOWN]!r}"


def _command(command: str) -> str:
    words = " ".join(command.split())
    return f"`{words if len(words) <= _COMMAND_SHOWN else f'{words[:_COMMAND_SHOWN]} …'}`"
