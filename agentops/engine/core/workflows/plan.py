"""What an agent hands in: a plan, checked, and cut to the documented lengths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agentops.base.ids import IdSource
from agentops.engine.core.json import Json

NAME_MAX = 64
DESCRIPTION_MAX = 256
"""Longer ones are cut. Source: platform.claude.com/docs/en/managed-agents/workflow-runs."""

PROGRAM_MAX = 200_000
PHASES_MAX = 64
PHASE_NAME_MAX = 256
PHASE_DESCRIPTION_MAX = 2_000
UNNAMED = "workflow"


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a plan that has a name. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_workflow_run_phase.py`."""

    id: str
    name: str
    description: str | None = None

    @property
    def shown(self) -> Json:
        """Return it as events show it."""
        return {"id": self.id, "name": self.name, "description": self.description}


@dataclass(frozen=True, slots=True)
class Plan:
    """A program, and what it declares of itself."""

    name: str
    description: str | None
    phases: tuple[Phase, ...]
    program: str


class Unfit(Exception):
    """It is no plan; the text tells the agent why."""


def planned(sent: object, ids: IdSource) -> Plan:
    """Return the plan of a tool call's input.

    Raises:
        Unfit: it is none.
    """
    fields = _object(sent, ("name", "description", "phases", "program"), "The input")
    program = _text(fields, "program", "program", PROGRAM_MAX)
    if not program.strip():
        raise Unfit("program must hold the plan: Python source.")
    name = _text(fields, "name", "name") if fields.get("name") is not None else ""
    description = _text(fields, "description", "description") if fields.get("description") is not None else None
    return Plan(
        name=name.strip()[:NAME_MAX] or UNNAMED,
        description=description[:DESCRIPTION_MAX] if description is not None else None,
        phases=_phases(fields.get("phases"), ids),
        program=program,
    )


def run_to_stop(sent: object) -> str:
    """Return the id of the run that a tool call wants to stop.

    Raises:
        Unfit: it names none.
    """
    fields = _object(sent, ("workflow_run_id",), "The input")
    return _text(fields, "workflow_run_id", "workflow_run_id", 128)


def _phases(sent: object, ids: IdSource) -> tuple[Phase, ...]:
    if sent is None:
        return ()
    if not isinstance(sent, list) or len(sent) > PHASES_MAX:
        raise Unfit(f"phases must be a list of at most {PHASES_MAX} objects with a name.")
    found = tuple(_phase(each, index, ids) for index, each in enumerate(sent))
    names = [each.name for each in found]
    if repeated := next((each for each in names if names.count(each) > 1), None):
        raise Unfit(f"phases must have names of their own: {repeated!r} is there more than once.")
    return found


def _phase(sent: object, index: int, ids: IdSource) -> Phase:
    here = f"phases[{index}]"
    fields = _object(sent, ("name", "description"), here)
    name = _text(fields, "name", f"{here}.name", PHASE_NAME_MAX)
    if not name.strip():
        raise Unfit(f"{here}.name must not be empty.")
    told = fields.get("description")
    description = None if told is None else _text(fields, "description", f"{here}.description", PHASE_DESCRIPTION_MAX)
    return Phase(ids.new("wrph"), name, description)


def _object(sent: object, allowed: Sequence[str], here: str) -> Mapping[str, object]:
    if not isinstance(sent, dict):
        raise Unfit(f"{here} must be an object.")
    if unknown := next((each for each in sent if each not in allowed), None):
        raise Unfit(f"{here} has no field {str(unknown)[:64]!r}; there are: {', '.join(allowed)}.")
    return sent


def _text(fields: Mapping[str, object], name: str, here: str, most: int | None = None) -> str:
    found = fields.get(name)
    if not isinstance(found, str):
        raise Unfit(f"{here} must be a text.")
    if most is not None and len(found) > most:
        raise Unfit(f"{here} must have at most {most} characters, it has {len(found)}.")
    return found.replace("\0", "\ufffd")
