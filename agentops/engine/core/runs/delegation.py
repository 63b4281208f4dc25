"""The calls by which agents of a session work together: settled in the session itself, in the commit that logs them.

Source: documented, platform.claude.com/docs/en/managed-agents, pages multiagent-orchestration and session-threads.
"""

from agentops.engine.core import rosters
from agentops.engine.core.json import Json, written
from agentops.engine.core.runs import messages, plans, reports, team, waits
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.effects import AskModel
from agentops.engine.core.runs.results import result
from agentops.engine.core.runs.state import Call

THREADS_MAX = 25
"""Source: documented, managed-agents page session-threads."""

_QUESTION = "What do you advise?"


def carry_out(draft: Draft, call: Call) -> None:
    """Do what a call of the team's tools asks for."""
    if call.name in plans.TOOLS:
        plans.carry_out(draft, call)
        return
    try:
        if call.name == team.WAIT:
            _wait(draft, call)
            return
        words = _DEEDS[call.name](draft, call.input)
    except _Wrong as error:
        result(draft, call, (_text(str(error)),), is_error=True)
        return
    result(draft, call, (_text(words),), is_error=False)


class _Wrong(Exception):
    """The call cannot be done; the text is for the model."""


def _wait(draft: Draft, call: Call) -> None:
    named = call.input.get("threads")
    if not isinstance(named, list | None):
        raise _Wrong("threads must be a list of ids of your threads.")
    for each in named or ():
        if not isinstance(each, str) or each not in draft.session.threads:
            raise _Wrong(f"threads must hold ids of your threads, {_shown(each)} is none.")
    if waits.is_over(draft, call):
        waits.answer(draft, call)


def _list(draft: Draft, _input: Json) -> str:
    its = draft.setting.team
    agents = [{"name": name, "description": each.get("description")} for name, each in its.members.items()]
    threads = [
        {"thread_id": key, **waits.standing(each)}
        for key, each in draft.session.threads.items()
        if key is not None and not (each.advises or each.workflow_run_id)
    ]
    return written({"agents": agents, "threads": threads})


def _send(draft: Draft, given: Json) -> str:
    message = _words(given, "message", team.MESSAGE_MAX)
    if given.get("reason") is not None:
        _words(given, "reason", team.REASON_MAX)
    wanted, inline = given.get("agent"), given.get("inline")
    if isinstance(wanted, str) and wanted in draft.session.threads:
        thread_id = _resumed(draft, wanted)
    elif inline is not None:
        thread_id = _begun(draft, _made_up(draft, inline))
    else:
        thread_id = _begun(draft, _member(draft, wanted))
    _deliver(draft, thread_id, message)
    said = {"thread_id": thread_id, "agent": draft.session.threads[thread_id].name}
    return written({**said, "note": "Its report comes to you as a message when it ends its turn."})


def _report(draft: Draft, given: Json) -> str:
    reports.tell(draft, (_text(_words(given, "message", team.MESSAGE_MAX)),))
    return "Sent."


_DEEDS = {team.LIST: _list, team.SEND: _send, team.REPORT: _report}


def _words(given: Json, name: str, most: int) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(f"{name} must be a text that is not empty.")
    if len(value) > most:
        raise _Wrong(f"{name} must have at most {most} characters, it has {len(value)}.")
    return value


def _member(draft: Draft, wanted: object) -> Json:
    members = draft.setting.team.members
    if not isinstance(wanted, str) or wanted not in members:
        known = ", ".join(members) or "none"
        what = "one of the roster or the id of one of your threads"
        raise _Wrong(f"agent must be {what}, {_shown(wanted)} is not. Known: {known}.")
    return members[wanted]


def _made_up(draft: Draft, inline: object) -> Json:
    template = draft.setting.team.template
    if template is None:
        raise _Wrong("inline agents are not allowed here; name an agent of the roster.")
    if not isinstance(inline, dict):
        raise _Wrong("inline must be an object with name and system.")
    name = _words(inline, "name", team.NAME_MAX)
    if name == rosters.ADVISOR_NAME:
        raise _Wrong(f"inline.name must not be {name}, which is reserved.")
    return {**template, "name": name, "system": _words(inline, "system", team.SYSTEM_MAX)}


def _resumed(draft: Draft, thread_id: str) -> str:
    thread = draft.session.threads[thread_id]
    if thread.is_over or not thread.counts:
        raise _Wrong(f"The thread {thread_id} has ended; begin another one.")
    if thread.state.waits_for:
        raise _Wrong(f"The thread {thread_id} waits until a person has answered its calls; say more after that.")
    return thread_id


def _begun(draft: Draft, agent: Json) -> str:
    if sum(each.counts for key, each in draft.session.threads.items() if key is not None) >= THREADS_MAX:
        raise _Wrong(
            f"A session has at most {THREADS_MAX} threads beside yours, and all are taken. Go on in one that is idle, "
            "by its id, or have one archived."
        )
    thread_id = draft.ids.new("sthr")
    draft.begin(thread_id, {"agent_name": agent["name"]}, written({"agent": agent}))
    return thread_id


def _deliver(draft: Draft, thread_id: str, message: str) -> None:
    content = [_text(message)]
    to = {"to_session_thread_id": thread_id, "to_agent_name": draft.session.threads[thread_id].name}
    draft.say(reports.SENT, {**to, "content": content})
    with draft.within(thread_id):
        draft.say(reports.RECEIVED, {"from_session_thread_id": draft.primary_id, "content": content})
    draft.stir(thread_id)


def consult(draft: Draft, use: Json) -> None:
    """Begin the advisor's thread: it reads the whole conversation, and what it says is the result of the call.

    Documented: neither the call nor a message to the advisor shows on the session.
    """
    question = use["input"].get("question") if isinstance(use["input"], dict) else None
    asked = question if isinstance(question, str) and question.strip() else _QUESTION
    thread_id, call_id = draft.ids.new("sthr"), draft.ids.new("sevt")
    kept = {"agent": draft.setting.team.advisor, "advises": call_id, "use": use["id"], "question": asked}
    read = messages.for_advisor(draft.state.conversation, asked)
    draft.begin(thread_id, {"agent_name": rosters.ADVISOR_NAME}, written(kept))
    with draft.within(thread_id):
        draft.run()
        if draft.is_spent:
            reports.unadvised(draft)
        else:
            draft.do(AskModel(draft.say("span.model_request_start", kept=read)))


def _shown(value: object) -> str:
    return repr(value)[:200]


def _text(words: str) -> Json:
    return {"type": "text", "text": words}
