"""Trajectories of SWE-agent: one JSON document a run, in whose steps an action is answered by an observation.

Source: SWE-agent 1.1, `docs/usage/trajectories.md`; older files have the same steps.
"""

import re
from collections import Counter
from pathlib import PurePath
from typing import Any

from agentops.base.canonical import digest
from agentops.dreaming.origins import DEFAULT, Origins
from agentops.dreaming.readers.reading import Read, distinct, fields, identifier, items, score, spoken, values, word
from agentops.dreaming.readers.telling import Place, Telling, is_failure, text_of
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Transcript

SOURCE = "swe-agent"

_TOOLS = frozenset(
    {"open", "goto", "scroll_up", "scroll_down", "create", "edit", "insert", "str_replace_editor", "submit"}
    | {"search_dir", "search_file", "find_file", "filemap", "view_image", "exit_cost", "exit_context", "exit_format"}
)
"""The commands that SWE-agent brings along; everything else is for the shell."""

_COMMAND = re.compile(r"\s{0,20}([\w.-]{1,60})")
_REFUSALS = (
    "Your proposed edit has introduced new syntax error",
    "Your edit was not applied",
    "EXECUTION TIMED OUT",
    "No replacement was performed",
    "Usage:",
    "Invalid ",
    "The path ",
)
_SUBMITTED = "submitted"
_OUTCOMES = ("resolved", "score", "reward", "success")


def read(text: str, *, name: str = "", origins: Origins = DEFAULT) -> Read:
    """Return the runs of a text; `name` is the file's, which is that of the task in SWE-agent's own folders."""
    skipped = Counter[str]()
    found = [each for each in map(fields, values(text, skipped)) if _is_run(each, skipped)]
    return Read(distinct([_transcript(each, PurePath(name).stem, origins) for each in found], skipped), skipped)


def _is_run(value: dict[str, Any], skipped: Counter[str]) -> bool:
    if items(value.get("trajectory")):
        return True
    skipped["a value without a trajectory"] += 1
    return False


def _transcript(run: dict[str, Any], stem: str, origins: Origins) -> Transcript:
    info = fields(run.get("info"))
    telling = Telling(origins)
    _tell_task(telling, run)
    for number, each in enumerate(map(fields, items(run.get("trajectory")))):
        _tell_step(telling, number, each)
    if status := word(info.get("exit_status")):
        telling.judge(Place("exit"), f"exit status: {status}", is_error=not status.startswith(_SUBMITTED))
    task = word(run.get("instance_id")) or word(info.get("instance_id")) or stem
    judged = (score(place.get(key)) for place in (run, info) for key in _OUTCOMES)
    return Transcript(
        # Runs of one task are kept in files of one name, in folders of their own.
        session=identifier(task or "run", digest(items(run.get("trajectory")))[:8]),
        source=SOURCE,
        events=tuple(telling.events),
        agent=word(run.get("agent")) or "swe-agent",
        task=task,
        outcome=next((each for each in judged if each is not None), None),
    )


def _tell_task(telling: Telling, run: dict[str, Any]) -> None:
    """Tell what the run was asked, which quotes an issue that anybody may have written."""
    history = [fields(each) for each in items(run.get("history"))]
    for number, each in enumerate(history):
        if each.get("is_demo") is True or each.get("message_type") == "demonstration":
            continue
        if each.get("role") == "system":
            telling.say(Place(f"given_{number:03d}"), text_of(each.get("content")), Origin.RECALLED)
        elif each.get("role") == "user":
            telling.say(Place(f"given_{number:03d}"), text_of(each.get("content")), Origin.EXTERNAL)
            return


def _tell_step(telling: Telling, number: int, step: dict[str, Any]) -> None:
    place, action = Place(f"step_{number:03d}"), spoken(step.get("action")).strip()
    telling.say(place, step.get("thought"), Origin.AGENT)
    if not action:
        return
    call, observation = f"step_{number:03d}", spoken(step.get("observation"))
    telling.call(place, _tool(action), {"command": action}, call)
    telling.result(place, call, observation, is_error=observation.startswith(_REFUSALS) or is_failure(observation))


def _tool(action: str) -> str:
    found = _COMMAND.match(action)
    return found[1] if found is not None and found[1] in _TOOLS else "bash"
