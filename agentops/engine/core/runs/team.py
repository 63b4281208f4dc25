"""Whom an agent may delegate to, and with which tools: what its model is told of them, and what the session knows.

The names are the documented ones; their inputs are not published. Source: platform.claude.com/docs/en/managed-agents,
page multiagent-orchestration, and the cookbook CMA_plan_big_execute_small.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentops.engine.core import rosters
from agentops.engine.core.json import Json

LIST, SEND, WAIT, ADVISE = "list_agents", "send_to_agent", "wait_for_agents", "consult_advisor"
REPORT = "send_to_parent"

OF_RUN = "of_workflow_run"
"""What is kept with the agent of a thread that works in a workflow run: it reports to that, and to no agent."""

MESSAGE_MAX = 100_000
"""How long a message between threads may be. Units: characters."""

REASON_MAX = 1_000
SYSTEM_MAX = 100_000
"""How long the prompt of an agent may be that is made up on the spot. Source: SDK 2.11.0 `agent_create_params.py`."""

NAME_MAX = 256


@dataclass(frozen=True, slots=True)
class Team:
    """Whom one agent may call on."""

    members: Mapping[str, Json] = field(default_factory=dict)
    """The agents of its roster by name: whole snapshots, none of which delegates."""

    template: Json | None = None
    """What an agent has that is made up on the spot, beside a name and a prompt; None where that is not allowed."""

    advisor: Json | None = None
    """`{"type": "advisor", "model": …}`."""

    delegates: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the tools that come with the team."""
        of_team = (LIST, SEND, WAIT) if self.delegates else ()
        return (*of_team, ADVISE) if self.advisor else of_team


NOBODY = Team()


def team_of(agent: Json) -> Team:
    """Return whom the agent of a session may call on; the snapshot holds every member whole.

    Source: SDK 2.11.0 `…session_multiagent_coordinator.py`, `…session_multiagent20261001.py`.
    """
    multiagent = agent.get("multiagent")
    if multiagent is None:
        return NOBODY
    if multiagent["type"] == rosters.COORDINATOR:
        entries, may_make_up = multiagent["agents"], False
        model = next((each["model"] for each in entries if each["type"] == "advisor"), None)
    else:
        subagents = multiagent["subagents"]
        entries = subagents.get("predefined_agents") or []
        may_make_up = subagents["type"] == "enabled" and subagents["inline_agents"]["type"] == "enabled"
        model = multiagent["advisor"].get("model")
    members = {each["name"]: _alone(each) for each in entries if each["type"] == "agent"}
    return Team(
        members,
        _template(agent) if may_make_up else None,
        {"type": "advisor", "model": model} if model else None,
        delegates=bool(members) or may_make_up,
    )


def _alone(agent: Json) -> Json:
    return {key: value for key, value in agent.items() if key != "multiagent"}


def _template(agent: Json) -> Json:
    """Return the agent without what makes it this one.

    Source: SDK 2.11.0 `…/sessions/beta_managed_agents_inline_agent.py`.
    """
    kept = ("model", "tools", "mcp_servers", "skills", "execution_identity")
    return {"type": "inline", "description": None, **{key: agent[key] for key in kept}}


def definitions(team: Team) -> list[Json]:
    """Return what a model is told of the tools that come with its team."""
    every = {each["name"]: each for each in (_LIST, _send(team), _WAIT, _ADVISE)}
    return [every[name] for name in team.names]


def _tool(name: str, description: str, required: list[str], **properties: Json) -> Json:
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"name": name, "description": description, "input_schema": schema}


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


_LIST = _tool(
    LIST, "List the agents that you can delegate to, and the threads that you have begun with how they stand.", []
)

_WAIT = _tool(
    WAIT,
    "Wait until the threads you named, or all of yours, have ended their turns. Without it you go on at once, and "
    "reports reach you as messages whenever they come.",
    [],
    threads={"type": "array", "items": {"type": "string"}, "description": "Ids of threads; all of yours unless said."},
)

_ADVISE = _tool(
    ADVISE,
    "Ask an advisor, a stronger model that reads this whole conversation, before a decision that is hard to take back "
    "or when you are stuck.",
    [],
    question=_text("What you want to know."),
)


def _send(team: Team) -> Json:
    inline: Json = {
        "type": "object",
        "properties": {
            "name": _text("What the agent is called."),
            "system": _text("Its system prompt: its task, its rules, and what its report has to hold."),
        },
        "required": ["name", "system"],
        "additionalProperties": False,
        "description": "An agent made up for this task, with your own tools, instead of one that is there.",
    }
    known = f" The agents are: {', '.join(team.members)}." if team.members else ""
    return _tool(
        SEND,
        "Give another agent a task, or say more to one that has one. A name begins a new thread, the id of a thread "
        "goes on in that one. This returns at once; the agent works beside you, with the same files and none of your "
        f"conversation, and its last message comes to you when it ends its turn.{known}",
        ["message"],
        agent=_text("The name of an agent, or the id of a thread."),
        message=_text("The task, with everything that the agent has to know."),
        reason=_text("Why this one, in a sentence: for people who follow the session."),
        **({"inline": inline} if team.template else {}),
    )


OF_CHILD = _tool(
    REPORT,
    "Say something to the agent that gave you the task, before you are done. Your last message reaches it by itself.",
    ["message"],
    message=_text("What it has to know now."),
)
