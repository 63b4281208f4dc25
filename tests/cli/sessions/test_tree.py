"""A session's tree: who ran, in which order and why, from what the API tells, in any terminal."""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentops.base.clock import timestamp
from agentops.base.paint import Paint
from agentops.cli.sessions.drawing import lasted, lines, total
from agentops.cli.sessions.gathering import Gathered, gather
from agentops.cli.sessions.lineage import tree

BEGUN = datetime(2026, 11, 21, 12, tzinfo=UTC)

WIDE = """\
                        start     ran  requests  calls  tokens in  out   cost
incident-lead          +0.0 s  31.0 s         2      1     12,300  410  $0.12  end turn
├─ > outcome: Find out why it fails. ⏎ Then say so.
├─ logs                +2.0 s   8.0 s         1      2      3,000   90  $0.03  end turn
│     why: the gateway saw it first
│     ⇢ Find the first error. ⏎ It was this morning.
│     ⇠ 502 at 09:41
│     ⇢ And the last?
│     ! model_overloaded_error: Try later. (it is tried again)
├─ tickets             +2.0 s  38.0 s                                          running
│     ⇢ Who complains?
├─ ⚙ sweep            +12.0 s   9.0 s                                          error
│  │  One of its agents failed.
│  ├─ Read            +12.0 s   8.0 s                                          ended
│  │  └─ reader       +13.0 s   1.0 s                                          terminated
│  │        ⇢ Read a.
│  └─ Write           +20.0 s   1.0 s                                          ended
├─ ☐ evaluation 1     +21.0 s   4.0 s                         500   20         needs revision
│     The cause is missing.
├─ anthropic.advisor  +26.0 s   0.5 s                                          terminated
└─ ☐ evaluation 2     +30.0 s  10.0 s                                          running
"""

NARROW = """\
incident-lead
   +0.0 s · ran 31.0 s · 2 requests
   1 call · 12,300 in · 410 out
   $0.12 · end turn
├─ > outcome: Find out why it fails.…
├─ logs
│     +2.0 s · ran 8.0 s · 1 request
│     2 calls · 3,000 in · 90 out
│     $0.03 · end turn
│     why: the gateway saw it first
│     ⇢ Find the first error. ⏎ It w…
│     ⇠ 502 at 09:41
"""


class Story:
    """What a server would tell, said moment by moment."""

    def __init__(self) -> None:
        self.feeds: dict[str, list[dict[str, Any]]] = {}
        self.threads: list[dict[str, Any]] = []

    def at(self, seconds: float, kind: str, thread: str = "lead", **body: Any) -> str:
        event_id = f"sevt_{sum(map(len, self.feeds.values()))}"
        moment = timestamp(BEGUN + timedelta(seconds=seconds))
        self.feeds[thread].append({"type": kind, "id": event_id, "processed_at": moment, **body})
        return event_id

    def thread(self, thread_id: str, name: str | None, at: float = 0, **more: Any) -> None:
        model = {"id": "claude-opus-5-5"}
        agent = {"type": "agent", "name": name, "model": model} if name else {"type": "advisor", "model": "claude-x"}
        self.feeds[thread_id] = []
        parent = None if thread_id == "lead" else "lead"
        created_at = timestamp(BEGUN + timedelta(seconds=at))
        self.threads.append(
            {"id": thread_id, "agent": agent, "parent_thread_id": parent, "created_at": created_at, "status": "idle"}
            | more
        )

    def ran(self, thread: str, *moments: float, end: str = "idle") -> None:
        """Say when a thread began and rested, by turns."""
        named = {"session_thread_id": thread, "agent_name": thread}
        for number, at in enumerate(moments):
            kind = "running" if number % 2 == 0 else end
            stop = {"stop_reason": {"type": "end_turn"}} if kind == "idle" else {}
            self.at(at, f"session.thread_status_{kind}", **named, **stop)

    @property
    def gathered(self) -> Gathered:
        feeds = {key: sorted(feed, key=lambda each: each["processed_at"] or "~") for key, feed in self.feeds.items()}
        usage = {"input_tokens": 16_000, "output_tokens": 520, "list_cost": {"amount": "17", "currency": "USD"}}
        return Gathered({"id": "sesn_1", "status": "running", "usage": usage}, self.threads, feeds)


def text(words: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": words}]


def usage(took: int, out: int, cents: int) -> dict[str, Any]:
    cost = {"amount": str(cents), "currency": "USD"}
    return {"input_tokens": took - 300, "output_tokens": out, "cache_read_input_tokens": 300, "list_cost": cost}


@pytest.fixture
def story() -> Story:
    """An incident: two specialists, a workflow run, two gradings and an advisor."""
    told = Story()
    told.thread("lead", "incident-lead", usage=usage(12_300, 410, 12))
    told.thread("logs", "logs", 2, usage=usage(3_000, 90, 3))
    told.thread("tickets", "tickets", 2, status="running", usage=None)
    told.thread("reader", "reader", 13, status="terminated", workflow_run_id="run_1")
    told.thread("advisor", None, 26, status="terminated")
    told.at(0, "user.define_outcome", description="Find out why it fails.\nThen say so.")
    told.ran("lead", 0, 31)
    told.at(1, "span.model_request_end")
    told.at(9, "span.model_request_end")
    sent = {
        "agent": "logs",
        "message": "Find the first error.\nIt was this morning.",
        "reason": "the gateway saw it first",
    }
    told.at(1, "agent.tool_use", name="send_to_agent", input=sent)
    told.at(1, "agent.tool_use", session_thread_id="logs", name="bash", input={"command": "rm x"})
    told.at(2, "agent.thread_message_sent", to_session_thread_id="logs", content=text(sent["message"]))
    told.at(2, "agent.thread_message_sent", to_session_thread_id="tickets", content=text("Who complains?"))
    told.ran("logs", 2, 8, 10, 12)
    told.ran("tickets", 2)
    told.at(3, "agent.tool_use", "logs", name="bash", input={})
    told.at(3, "agent.mcp_tool_use", "logs", name="search", input={})
    told.at(4, "span.model_request_end", "logs")
    error = {"type": "model_overloaded_error", "message": "Try later.", "retry_status": {"type": "retrying"}}
    told.at(4, "session.error", "logs", error=error)
    told.at(8, "agent.thread_message_received", from_session_thread_id="logs", content=text("502 at 09:41"))
    told.at(10, "agent.thread_message_sent", to_session_thread_id="logs", content=text("And the last?"))
    a_workflow_run(told)
    first = told.at(21, "span.outcome_evaluation_start", outcome_id="outc_1", iteration=0)
    graded = {"outcome_evaluation_start_id": first, "outcome_id": "outc_1", "iteration": 0, "result": "needs_revision"}
    took = {"input_tokens": 400, "cache_creation_input_tokens": 100, "output_tokens": 20}
    told.at(25, "span.outcome_evaluation_end", **graded, explanation="The cause is missing.", usage=took)
    told.ran("advisor", 26, 26.5, end="terminated")
    told.at(30, "span.outcome_evaluation_start", outcome_id="outc_1", iteration=1)
    told.at(39, "user.message", content=text("Hurry."), processed_at=None)
    return told


def a_workflow_run(told: Story) -> None:
    run = {"workflow_run_id": "run_1"}
    phases = [{"id": "p1", "name": "Read"}, {"id": "p2", "name": "Write"}]
    told.at(12, "workflow_run.created", **run, name="sweep", phases=phases)
    told.at(12, "workflow_run.status_running", **run)
    begun = told.at(12, "workflow_run.phase_started", **run, workflow_run_phase_id="p1")
    told.at(13, "session.thread_created", **run, session_thread_id="reader", agent_name="reader")
    told.ran("reader", 13, 14, end="terminated")
    told.at(13, "agent.thread_message_received", "reader", from_session_thread_id="lead", content=text("Read a."))
    told.at(20, "workflow_run.phase_ended", **run, phase_started_id=begun, workflow_run_phase_id="p1")
    begun = told.at(20, "workflow_run.phase_started", **run, workflow_run_phase_id="p2")
    told.at(21, "workflow_run.phase_ended", **run, phase_started_id=begun, workflow_run_phase_id="p2")
    error = {"type": "program_error", "message": "One of its agents failed."}
    told.at(21, "workflow_run.status_ended", **run, result={"type": "error", "error": error})


def drawn(story: Story, width: int) -> list[str]:
    return list(lines(tree(story.gathered, BEGUN + timedelta(seconds=40)), Paint(), width))


def test_a_wide_terminal_gets_a_table(story: Story) -> None:
    assert "\n".join(drawn(story, 110)) + "\n" == WIDE


def test_a_narrow_terminal_gets_the_same_beneath_each_name(story: Story) -> None:
    told = drawn(story, 37)
    assert "\n".join(told[:12]) + "\n" == NARROW
    assert max(map(len, told)) <= 37


@pytest.mark.parametrize("width", [1, 20, 60, 80, 100, 200])
def test_no_line_is_longer_than_the_terminal_where_that_can_be(story: Story, width: int) -> None:
    assert max(map(len, drawn(story, width))) <= max(width, 40)


def test_colour_changes_nothing_but_colour(story: Story) -> None:
    root = tree(story.gathered, BEGUN + timedelta(seconds=40))
    plain = [list(lines(root, Paint(), width)) for width in (60, 120)]
    assert [list(map(uncoloured, lines(root, Paint(is_on=True), width))) for width in (60, 120)] == plain


def uncoloured(line: str) -> str:
    return "".join(part.partition("m")[2] if number else part for number, part in enumerate(line.split("\x1b[")))


def test_what_somebody_else_wrote_cannot_move_the_cursor(story: Story) -> None:
    story.threads[1]["agent"]["name"] = "lo\x1b[2Jgs"
    story.at(11, "agent.thread_message_received", from_session_thread_id="logs", content=text("\x1b[1A\u202e"))
    assert not {"\x1b", "\u202e"} & set("".join([*drawn(story, 100), *drawn(story, 30)]))


def test_programs_get_every_message_whole_and_why_it_was_sent(story: Story) -> None:
    root = tree(story.gathered, BEGUN + timedelta(seconds=40))
    logs = next(each for each in root["children"] if each.get("id") == "logs")
    assert [(each["way"], each.get("reason")) for each in logs["messages"]] == [
        ("to", "the gateway saw it first"), ("from", None), ("to", None),
    ]  # fmt: skip
    assert logs["messages"][0]["text"].endswith("\nIt was this morning.")
    assert (logs["seconds"], logs["started_at"], logs["tool_calls"]) == (8, "2026-11-21T12:00:02.000000Z", 2)
    assert [each["type"] for each in root["children"]] == [
        "outcome", "thread", "thread", "workflow_run", "evaluation", "thread", "evaluation",
    ]  # fmt: skip


def test_a_session_without_others_is_one_line() -> None:
    story = Story()
    story.thread("lead", "alone", stats=None, usage=None)
    assert drawn(story, 100)[1:] == ["alone  +0.0 s  0.0 s                                         idle"]
    said = list(total(story.gathered.session, 100))
    assert said == ["", "sesn_1 running · 16,000 tokens in, 520 out · $0.17"]
    assert list(total(story.gathered.session, 30)) == ["", "sesn_1 running", "16,000 tokens in, 520 out", "$0.17"]


def test_an_outcome_interrupted_before_it_was_graded_has_its_place(story: Story) -> None:
    ended = {"outcome_evaluation_start_id": "", "outcome_id": "outc_2", "iteration": 0, "result": "interrupted"}
    story.at(35, "span.outcome_evaluation_end", **ended, explanation="", usage={})
    last = tree(story.gathered, BEGUN + timedelta(seconds=40))["children"][-1]
    assert (last["type"], last["status"], last["seconds"]) == ("evaluation", "interrupted", 0)


def test_times_are_told_in_the_units_that_fit() -> None:
    assert [lasted(each) for each in (0, 59.94, 61, 3599, 3600, 90_000)] == [
        "0.0 s", "59.9 s", "1 m 01 s", "59 m 59 s", "1 h 00 m", "25 h 00 m",
    ]  # fmt: skip


class Shelf:
    """Lists as a target has them, with how many are read at once."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.asked: list[str] = []
        self.most = self._open = 0

    async def threads(self, _session_id: str) -> list[dict[str, Any]]:
        return self.story.threads[::-1]

    async def events(self, _session_id: str, _params: Any) -> list[dict[str, Any]]:
        return await self.thread_events("", "lead")

    async def thread_events(self, _session_id: str, thread_id: str) -> list[dict[str, Any]]:
        self._open += 1
        self.most = max(self.most, self._open)
        self.asked.append(thread_id)
        await pause()
        self._open -= 1
        return self.story.feeds[thread_id]


class pause:  # noqa: N801 - it is awaited like a function
    """Lets everybody else go on once."""

    def __await__(self) -> Generator[Any, Any, Any]:
        yield


@pytest.mark.anyio
async def test_each_list_is_read_once_and_some_at_a_time() -> None:
    story = Story()
    for number in range(25):
        story.thread("lead" if not number else f"t{number}", "x")
    shelf: Any = Shelf(story)
    found = await gather(shelf, {"id": "sesn_1"})
    assert sorted(shelf.asked) == sorted(story.feeds)
    assert (shelf.most, found.threads[0]["id"], len(found.feeds)) == (8, "lead", 25)
