"""Why runs end, in the server's own words: events never hold what came from a run or its agents.

Source: SDK 2.11.0 `types/beta/sessions/beta_managed_agents_*_workflow_run_error_object.py`.
"""

from agentops.engine.core.json import Json
from agentops.engine.core.workflows.happenings import Cause
from agentops.engine.core.workflows.state import Bounds

COMPLETED: Json = {"type": "completed"}
STOPPED: Json = {"type": "stopped"}


def program_error(message: str) -> Json:
    """Return the error of a plan that failed, or that was refused."""
    return {"type": "program_error", "message": message}


RAISED = program_error("The plan raised an exception that it did not handle.")
NOT_REPEATED = program_error(
    "The plan did not repeat itself: run again after an interruption of the server, it asked for something else."
)
NO_SUCH_AGENT = program_error("The plan asked for an agent or a tool that it may not have.")
NO_SUCH_PHASE = program_error("The plan entered a phase that it had not declared.")
ENDLESS = program_error("The plan made more requests than a plan may make.")
LOST = {
    Cause.DIED: program_error("The plan's process ended before the plan did."),
    Cause.GARBLED: program_error("The plan wrote into the line between its process and the server."),
    Cause.CPU: program_error("The plan used up its processing time: only agents are to do work that takes long."),
    Cause.UNAVAILABLE: {"type": "unknown_error", "message": "The server could not run the plan."},
}


def timeout_error(bounds: Bounds) -> Json:
    """Return the error of a run that took too long."""
    return {"type": "timeout_error", "message": f"The run was open for {bounds.lifetime_s} seconds, its time limit."}


def thread_limit_error(bounds: Bounds) -> Json:
    """Return the error of a run that wanted too many agents."""
    message = f"The run wanted more than the {bounds.agents} agents that a run can have."
    return {"type": "thread_limit_error", "message": message}


def max_workflow_runs_error(bounds: Bounds) -> Json:
    """Return the error of a run that there cannot be."""
    message = f"The session has {bounds.open_runs} open workflow runs, as many as it can have."
    return {"type": "max_workflow_runs_error", "message": message}
