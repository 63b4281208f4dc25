"""What the other threads of a session say to the one that began them, and how they end.

Source: documented, platform.claude.com/docs/en/managed-agents, pages session-threads and multiagent-orchestration.
"""

from collections.abc import Sequence

from agentops.engine.core.json import Json
from agentops.engine.core.runs.draft import Draft
from agentops.engine.core.runs.rests import rest, settle
from agentops.engine.core.runs.state import END_TURN, Standing
from agentops.engine.core.workflows.happenings import AgentEnded

RECEIVED = "agent.thread_message_received"
SENT = "agent.thread_message_sent"

_NO_ADVICE = "There is no advice: the advisor could not be asked. Go on without it."
_NOTHING: Json = {"type": "text", "text": "(The agent ended its turn without a message.)"}


def report(draft: Draft) -> None:
    """End the turn of a thread that another began: its last message is what it reports."""
    # No model takes a message of blanks.
    said = tuple(each for each in draft.state.said if each["text"].strip())
    if draft.here.workflow_run_id is not None:
        draft.stop(END_TURN)
        tell_run(draft, "\n".join(each["text"] for each in said if each["type"] == "text"))
        return
    if draft.here.advises is not None:
        _advise(draft, said or (_text(_NO_ADVICE),))
        return
    tell(draft, said or (_NOTHING,))
    rest(draft, END_TURN)


def tell(draft: Draft, content: Sequence[Json]) -> None:
    """Send something from the thread to the one that began it."""
    draft.say(SENT, {"to_session_thread_id": draft.primary_id, "content": list(content)})
    _deliver(draft, content)


def tell_run(draft: Draft, words: str, *, is_error: bool = False) -> None:
    """Have the workflow run hear what came of the thread, and end it. Documented: no event shows what it was."""
    run_id, thread_id = draft.here.workflow_run_id, draft.thread_id
    assert run_id is not None
    assert thread_id is not None
    draft.untold.append((run_id, AgentEnded(thread_id, words, is_error)))
    draft.is_unsettled = True


def refused(draft: Draft, details: Json) -> None:
    """Rest after a refusal; who gave the task hears of it."""
    stop = {"type": "refusal"}
    if draft.thread_id is None:
        rest(draft, stop, details)
    elif draft.here.workflow_run_id is not None:
        draft.stop(stop, details)
        tell_run(draft, "The model refused to do the work.", is_error=True)
    elif draft.here.advises is not None:
        unadvised(draft)
    else:
        _deliver(draft, (_text("(The model refused to go on. There is no report; another task may be taken.)"),))
        rest(draft, stop, details)


def lost(draft: Draft, why: str) -> None:
    """End a thread for good; who began it hears why, and may begin another."""
    if draft.here.workflow_run_id is not None:
        tell_run(draft, why, is_error=True)
        return
    if draft.here.advises is not None:
        unadvised(draft)
        return
    bereft(draft, why)
    draft.say("session.thread_status_terminated", draft.thread)
    settle(draft)


def bereft(draft: Draft, why: str) -> None:
    """Tell who began a thread that it has ended, and why."""
    _deliver(draft, (_text(f"(The thread has ended without a report: {why})"),))


def unadvised(draft: Draft) -> None:
    """End an advisor's thread without advice; documented, that is no trouble for who asked."""
    _advise(draft, (_text(_NO_ADVICE),))


def _advise(draft: Draft, content: Sequence[Json]) -> None:
    """Bring an advisor's word to the call that asked for it, if that still waits; its thread is done."""
    call_id = draft.here.advises or ""
    call = draft.session.primary.calls.get(call_id)
    if call is not None and call.standing is not Standing.DONE:
        _deliver(draft, content, call_id=call_id)
    draft.stop(END_TURN)
    draft.say("session.thread_status_terminated", draft.thread)
    settle(draft)


def _deliver(draft: Draft, content: Sequence[Json], *, call_id: str | None = None) -> None:
    sender = {"from_session_thread_id": draft.setting.thread_id, "from_agent_name": draft.setting.agent_name}
    with draft.within(None):
        draft.say(RECEIVED, {**sender, "content": list(content)}, kept=call_id)
    draft.stir(None)


def _text(words: str) -> Json:
    return {"type": "text", "text": words}
