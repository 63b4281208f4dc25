"""The two tools of an agent that may run workflows, and the little language that it is taught for them."""

from typing import Final

from agentops.engine.core.json import Json
from agentops.engine.core.workflows.effects import Facts

RUN: Final = "run_workflow"
STOP: Final = "stop_workflow"

_LANGUAGE = """\
Start a workflow: a Python program of yours that hands work to many agents, in parallel and in phases. It runs in the \
background while you go on or end your turn; when it has ended you are told how, and what it reported. Use it where \
the work falls into many parts that are alike, or into steps that depend on each other; for two or three tasks \
delegate directly.

The program is plain Python 3 with its standard library, and these names:

agent(prompt, *, agent=None, name=None, system=None, tools=None) -> str
    Have one piece of work done and return the agent's last message. The prompt is all that the agent knows of the \
task: name files by their paths, say what to return and in which form. {who} Raises AgentFailed when the agent fails.
parallel(functions) -> list
    Call functions without arguments at the same time and return their results in order. When some raise, the first \
of their exceptions is raised after all have ended.
phase(name)
    `with phase("search"):` shows what the program is at. Only names that `phases` declares.
log(text)
    Note something; you are told the last notes at the end.
report(value)
    Say what you want to be told at the end: a text, or a value that becomes JSON. The last call counts.

Rules: the program has no files, no network and little processing time: agents do the work, and share the session's \
files. It must do the same each time it is given the same results, because it is run again from its start after an \
interruption: no clock, no randomness, no threads of your own. At most 64 agents work at once, others wait; at most \
1,000 in one run. An agent may in rare cases do its work twice.

Example:
with phase("review"):
    files = ["a.py", "b.py"]
    found = parallel([lambda f=f: agent(f"Review /workspace/{{f}}. Return one line for each bug.") for f in files])
with phase("sum up"):
    report(agent("Sum these findings up, the worst first:\\n\\n" + "\\n".join(found)))"""

_INLINE = (
    "Without `agent` it is one like you, with your model and, unless `tools` names some of them, your tools: {tools}."
)
_ROSTER = "`agent` names one of: {agents}."
_ONLY_ROSTER = "`agent` must name one of: {agents}."


def definitions(facts: Facts) -> list[Json]:
    """Return what a model is told of the two tools."""
    return [
        {"name": RUN, "description": _LANGUAGE.format(who=_who(facts)), "input_schema": _RUN_INPUT},
        {
            "name": STOP,
            "description": "Stop a workflow run that is open: its program and all of its agents end at once.",
            "input_schema": _object(["workflow_run_id"], workflow_run_id=_text("The id that run_workflow returned.")),
        },
    ]


def _who(facts: Facts) -> str:
    agents = ", ".join(facts.agents)
    if not facts.has_inline:
        return _ONLY_ROSTER.format(agents=agents)
    inline = _INLINE.format(tools=", ".join(facts.tools) or "none")
    return f"{inline} {_ROSTER.format(agents=agents)}" if facts.agents else inline


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _object(required: list[str], **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_RUN_INPUT: Final = _object(
    ["name", "program"],
    name=_text("What to call the run; at most 64 characters are kept."),
    description=_text("What it is for; at most 256 characters are kept."),
    phases={
        "type": "array",
        "description": "The phases that the program enters, in order.",
        "items": _object(
            ["name"], name=_text("The name that the program enters it by."), description=_text("What happens in it.")
        ),
    },
    program=_text("The Python source."),
)
