"""Threads beside the primary one: listed, read, answered, ended; their events, and which of them the session shows."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from anthropic import BadRequestError, NotFoundError

from agentops.base.clock import ManualClock, timestamp
from agentops.base.ids import RandomIds
from agentops.engine.core.session_events import Event
from agentops.engine.core.threads import Thread
from agentops.engine.store.port import Transaction
from agentops.engine.store.session_events import SessionEvents
from agentops.engine.store.session_threads import SessionThreads
from agentops.engine.store.sessions import Sessions

from .conftest import Servers
from .given import a_message, a_session, an_environment, an_outcome, ids, pages, refused
from .sdk import Api, open_sync

IDS = RandomIds()
USAGE = {
    "input_tokens": 30,
    "output_tokens": 7,
    "cache_read_input_tokens": 4,
    "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 0},
    "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
    "active_seconds": 2.5,
    "list_cost": {"amount": "12", "currency": "USD"},
}
INLINE: dict[str, Any] = {
    "type": "inline",
    "name": "reader",
    "description": None,
    "system": "Read.",
    "tools": [],
    "skills": [],
}
ADVISOR = {"type": "advisor", "model": "claude-opus-5-5"}


@dataclass
class Team:
    """A session whose children were begun below the API: their rows are there, and nobody runs them."""

    api: Api
    session: Any
    run: Callable[[Callable[[Transaction], Any]], Any]
    workspace: str
    now: Callable[[], str]
    waits: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def primary(self) -> str:
        found: str = self.api.sessions.threads.list(self.session.id).data[0].id
        return found

    def child(self, status: str = "idle", agent: Any = None, run_id: str | None = None, **progress: Any) -> str:
        own = {key: value for key, value in self.session.agent.to_dict(mode="json").items() if key != "multiagent"}
        body = json.dumps({**own, "name": "logs"} if agent is None else agent)
        now = self.now()
        reached = {"usage": USAGE, "active_seconds": 2.5, "started_at": now, "stop": "end_turn", **progress}
        thread = Thread(
            IDS.new("sthr"), self.session.id, self.primary, body, status, json.dumps(reached), run_id, now, now
        )
        self.run(lambda tx: SessionThreads(tx, self.workspace, self.session.id).upsert(thread))
        return thread.id

    def say(self, event_type: str, thread_id: str | None = None, *, crossposted: bool = False, **body: Any) -> str:
        event_id = IDS.new("sevt")
        said = json.dumps({"type": event_type, "id": event_id, **body})
        event = Event(event_id, event_type, self.now(), said, thread_id=thread_id, is_crossposted=crossposted)
        self.run(lambda tx: SessionEvents(tx, self.workspace, self.session.id).append([event]))
        return event_id

    def call(self, thread_id: str | None, tool: str = "agent.tool_use", wants: str = "user.tool_confirmation") -> str:
        """Make a call that the session rests for."""
        asks = {} if tool == "agent.custom_tool_use" else {"evaluated_permission": "ask"}
        made = self.say(tool, thread_id, crossposted=thread_id is not None, name="bash", input={}, **asks)
        self.waits[made] = (wants, thread_id or "")
        self.stand("idle", "requires_action")
        return made

    def stand(self, status: str, stop: str | None, **more: Any) -> None:
        waits_for = {each: wants for each, (wants, _) in self.waits.items()}
        waits_in = {each: thread_id for each, (_, thread_id) in self.waits.items() if thread_id}
        reached = {"outcome_evaluations": [], "usage": USAGE, "active_seconds": 2.5, "stop": stop}
        progress = json.dumps({**reached, "waits_for": waits_for, "waits_in": waits_in, **more})
        self.run(lambda tx: Sessions(tx, self.workspace).advance(self.session.id, status, progress, self.now()))

    def progress(self) -> Any:
        found = self.run(lambda tx: Sessions(tx, self.workspace).get(self.session.id))
        return json.loads(found.progress)

    def send(self, *events: Any) -> Any:
        return self.api.sessions.events.send(self.session.id, events=list(events)).data

    def feed(self, thread_id: str | None = None) -> list[Any]:
        events = self.api.sessions.events if thread_id is None else self.api.sessions.threads.events
        found = (
            events.list(self.session.id) if thread_id is None else events.list(thread_id, session_id=self.session.id)
        )
        return list(found.data)


@pytest.fixture
def team(request: pytest.FixtureRequest, api: Api, servers: Servers, clock: ManualClock) -> Callable[..., Team]:
    engine = servers.server(request.node.callspec.params["api"]).engine

    def begin(**fields: Any) -> Team:
        def run(work: Callable[[Transaction], Any]) -> Any:
            return servers.run(engine._database.write(work))

        def now() -> str:
            return timestamp(clock.now())

        return Team(api, a_session(api, **fields), run, engine.settings.workspace, now)

    return begin


def test_threads_are_listed_in_the_order_in_which_they_were_begun(team: Callable[..., Team], api: Api) -> None:
    crew = team()
    begun = [crew.primary, crew.child("running"), crew.child(), crew.child()]
    threads = partial(api.sessions.threads.list, crew.session.id)
    assert ids(threads().data) == begun
    assert [ids(each) for each in pages(threads(limit=3))] == [begun[:3], begun[3:]]
    assert [ids(each) for each in pages(threads(limit=1))] == [[each] for each in begun]
    assert ids(threads(statuses=["running"]).data) == begun[1:2]
    assert [ids(each) for each in pages(threads(limit=2, statuses=["idle"]))] == [[begun[0], begun[2]], begun[3:]]
    refused(BadRequestError, lambda: threads(statuses=["asleep"]), "statuses")
    refused(BadRequestError, lambda: threads(limit=1001), "limit", "1000")
    refused(BadRequestError, lambda: threads(page="page_x"), "page")


def test_a_thread_tells_who_runs_it_and_how_far_it_came(team: Callable[..., Team], clock: ManualClock) -> None:
    crew = team()
    agent = crew.session.agent.to_dict(mode="json")
    inline = {**INLINE, **{key: agent[key] for key in ("model", "mcp_servers", "execution_identity")}}
    primary, child = crew.primary, crew.child()
    fresh = crew.child("idle", inline, started_at=None, usage=None, stop=None)
    advisor = crew.child("terminated", ADVISOR)
    clock.advance(timedelta(seconds=3))
    seen = {each.id: each for each in crew.api.sessions.threads.list(crew.session.id)}
    assert seen[primary].parent_thread_id is None
    assert {each.parent_thread_id for each in seen.values()} == {None, primary}
    found = seen[child]
    assert found == crew.api.sessions.threads.retrieve(child, session_id=crew.session.id)
    assert (found.agent.name, found.agent.version, found.status) == ("logs", 1, "idle")
    assert (found.stats.active_seconds, found.stats.duration_seconds, found.stats.startup_seconds) == (2.5, 3, 0)
    assert found.usage.to_dict(mode="json") == USAGE
    assert (seen[fresh].agent.type, seen[fresh].agent.name) == ("inline", "reader")
    assert (seen[fresh].stats, seen[fresh].usage) == (None, None)
    assert seen[advisor].agent.to_dict() == ADVISOR


def test_the_primary_thread_may_rest_while_the_session_runs(team: Callable[..., Team], api: Api) -> None:
    crew = team()
    own = {"started_at": crew.now(), "usage": {**USAGE, "input_tokens": 1}, "active_seconds": 1, "stop": "end_turn"}
    crew.child("running")
    crew.stand("running", None, primary=own)
    primary = api.sessions.threads.retrieve(crew.primary, session_id=crew.session.id)
    assert api.sessions.retrieve(crew.session.id).status == "running"
    assert (primary.status, primary.usage.input_tokens, primary.stats.active_seconds) == ("idle", 1, 1)


def test_a_thread_is_of_one_session(team: Callable[..., Team], api: Api) -> None:
    crew, other = team(), team()
    child = crew.child()
    threads = api.sessions.threads
    for act in (threads.retrieve, threads.archive, threads.events.list):
        refused(NotFoundError, partial(act, child, session_id=other.session.id), child)


def test_each_feed_shows_what_is_its_own_and_the_sessions_what_it_has_to_know(team: Callable[..., Team]) -> None:
    crew = team()
    child, other = crew.child(), crew.child()
    named: dict[str, Any] = {"session_thread_id": child, "agent_name": "logs"}
    created = crew.say("session.thread_created", **named)
    running = crew.say("session.thread_status_running", child, crossposted=True, **named)
    content = [{"type": "text", "text": "Count the errors."}]
    task = crew.say("agent.thread_message_received", child, from_session_thread_id=crew.primary, content=content)
    quiet = crew.say("agent.tool_use", child, name="bash", input={}, evaluated_permission="allow")
    asked = crew.call(child)
    custom = crew.call(child, "agent.custom_tool_use", "user.custom_tool_result")
    own = crew.call(None)
    crew.say("agent.message", other, content=content)
    shown, its = crew.feed(), crew.feed(child)
    assert ids(shown) == [created, running, asked, custom, own]
    assert [each.session_thread_id for each in shown] == [child, child, child, child, None]
    assert ids(its) == [running, task, quiet, asked, custom]
    assert [each.session_thread_id for each in its[2:]] == [None, None, None]
    assert crew.feed(crew.primary) == shown


def test_a_threads_feed_has_pages(team: Callable[..., Team], api: Api) -> None:
    crew = team()
    child = crew.child()
    said = []
    for _ in range(5):
        said.append(crew.say("agent.message", child, content=[]))
        crew.say("agent.message", content=[])
    events = api.sessions.threads.events.list(child, session_id=crew.session.id, limit=2)
    assert [ids(each) for each in pages(events)] == [said[:2], said[2:4], said[4:]]


def test_answers_go_where_the_call_was_made(team: Callable[..., Team]) -> None:
    crew = team()
    child = crew.child()
    asked, custom = crew.call(child), crew.call(child, "agent.custom_tool_use", "user.custom_tool_result")
    own = crew.call(None)
    allow = {"type": "user.tool_confirmation", "result": "allow"}
    nonsense = {"session_thread_id": "sthr_011111111111111111111111"}
    sent = crew.send(
        {**allow, "tool_use_id": asked, **nonsense},
        {"type": "user.custom_tool_result", "custom_tool_use_id": custom, "content": []},
        {**allow, "tool_use_id": own, **nonsense},
    )
    assert [each.session_thread_id for each in sent] == [child, child, None]
    assert crew.feed()[-2:] == [sent[0], sent[2]]
    assert ids(crew.feed(child)) == [asked, custom, sent[1].id, sent[0].id]
    assert all(each.session_thread_id is None for each in crew.feed(child))
    again = {"type": "user.custom_tool_result", "custom_tool_use_id": custom}
    assert crew.send(again)[0].session_thread_id == child
    refused(BadRequestError, lambda: crew.send({**allow, "tool_use_id": asked}), "waits for a confirmation", asked)


def test_a_worker_answers_a_childs_call(team: Callable[..., Team], api: Api) -> None:
    crew = team(environment_id=an_environment(api, config={"type": "self_hosted"}).id)
    child = crew.child()
    call = crew.call(child, "agent.tool_use", "user.tool_result")
    (sent,) = crew.send({"type": "user.tool_result", "tool_use_id": call, "content": []})
    assert (sent.session_thread_id, sent.processed_at is not None) == (child, True)
    assert ids(crew.feed(child)) == [call, sent.id]


def interrupt(thread_id: str | None = None) -> Any:
    return {"type": "user.interrupt", **({"session_thread_id": thread_id} if thread_id else {})}


def test_one_thread_is_interrupted_or_all(team: Callable[..., Team]) -> None:
    crew = team()
    child, other = crew.child("running"), crew.child()
    asked, own = crew.call(other), crew.call(None)
    (first,) = crew.send(interrupt(child))
    assert first.session_thread_id == child
    assert (ids(crew.feed(child)), ids(crew.feed(other))) == ([first.id], [asked])
    refused(BadRequestError, lambda: crew.send(a_message()), asked, own)
    # An idle thread takes one too; the calls that it waits with are not waited for any more.
    crew.send(interrupt(other))
    refused(BadRequestError, lambda: crew.send(a_message()), own)
    allow = {"type": "user.tool_confirmation", "tool_use_id": asked, "result": "allow"}
    refused(BadRequestError, lambda: crew.send(allow), "waits for a confirmation")
    everyone, _ = crew.send(interrupt(), a_message())
    assert everyone.session_thread_id is None
    assert everyone.id not in ids(crew.feed(child))


def test_interrupting_the_primary_thread_leaves_the_others_waiting(team: Callable[..., Team]) -> None:
    crew = team()
    asked, own = crew.call(crew.child()), crew.call(None)
    error = refused(BadRequestError, lambda: crew.send(interrupt(crew.primary), a_message()), asked)
    assert own not in (error.api_message or "")


def test_threads_that_have_ended_are_not_interrupted(team: Callable[..., Team], api: Api) -> None:
    crew = team()
    ended, archived = crew.child("terminated"), crew.child()
    api.sessions.threads.archive(archived, session_id=crew.session.id)
    for thread_id in (ended, archived, team().child(), "sthr_011111111111111111111111"):
        refused(BadRequestError, lambda thread_id=thread_id: crew.send(interrupt(thread_id)), thread_id, "can go on")


def test_an_archived_thread_is_waited_for_no_more(team: Callable[..., Team], api: Api, clock: ManualClock) -> None:
    crew = team()
    child = crew.child()
    asked, custom = crew.call(child), crew.call(child, "agent.custom_tool_use", "user.custom_tool_result")
    own = crew.call(None)
    archive = partial(api.sessions.threads.archive, child, session_id=crew.session.id)
    ended = archive()
    assert (ended.status, ended.archived_at, ended.stats.duration_seconds) == ("terminated", clock.now(), 0)
    said = crew.feed()[-1]
    assert (said.type, said.session_thread_id, said.agent_name) == ("session.thread_status_terminated", child, "logs")
    assert crew.feed(child)[-1] == said
    assert crew.progress()["waits_for"] == {own: "user.tool_confirmation"}
    assert crew.progress()["waits_in"] == {}
    clock.advance(timedelta(seconds=9))
    assert archive() == ended
    assert crew.feed()[-1] == said
    late = {"type": "user.tool_confirmation", "tool_use_id": asked, "result": "allow"}
    refused(BadRequestError, lambda: crew.send(late), "events.0.tool_use_id", child)
    result = {"type": "user.custom_tool_result", "custom_tool_use_id": custom}
    refused(BadRequestError, lambda: crew.send(result), "events.0.custom_tool_use_id", child)


@pytest.fixture
def streams(request: pytest.FixtureRequest, api: Api, servers: Servers) -> Iterator[Api]:
    """The server's socket: what answers in process answers only when it has come to an end."""
    socket, close = open_sync(servers.server(request.node.callspec.params["api"]).over_socket)
    yield socket
    close()


def test_a_thread_is_watched_to_its_end(team: Callable[..., Team], api: Api, streams: Api) -> None:
    crew = team()
    child, other = crew.child(), crew.child()
    its = streams.sessions.threads.events.stream(child, session_id=crew.session.id)
    whole = streams.sessions.events.stream(crew.session.id)
    crew.send(interrupt(child), interrupt(other))
    api.sessions.threads.archive(child, session_id=crew.session.id)
    api.sessions.archive(crew.session.id)
    seen, shown = list(its), list(whole)
    assert [each.type for each in seen] == ["user.interrupt", "session.thread_status_terminated"]
    assert {each.session_thread_id for each in seen} == {child}
    ended = "session.thread_status_terminated"
    kinds = ["user.interrupt", "user.interrupt", ended, ended, ended, "session.status_terminated"]
    assert [each.type for each in shown] == kinds
    assert [each.session_thread_id for each in shown[2:5]] == [child, other, crew.primary]
    assert [shown[0], shown[2]] == seen


def test_a_stream_of_what_is_over_ends_at_once(team: Callable[..., Team], api: Api, streams: Api) -> None:
    crew = team()
    child, other = crew.child(), crew.child()
    watch = partial(streams.sessions.threads.events.stream, session_id=crew.session.id)
    api.sessions.threads.archive(child, session_id=crew.session.id)
    assert list(watch(child)) == []
    api.sessions.archive(crew.session.id)
    assert [list(watch(each)) for each in (child, other, crew.primary)] == [[], [], []]
    assert list(streams.sessions.events.stream(crew.session.id, event_deltas=["agent.message"])) == []


def test_only_a_child_that_rests_can_be_archived(team: Callable[..., Team], api: Api) -> None:
    crew = team()
    archive = partial(api.sessions.threads.archive, session_id=crew.session.id)
    refused(BadRequestError, lambda: archive(crew.primary), "primary", crew.session.id)
    for status in ("running", "rescheduling"):
        refused(BadRequestError, lambda status=status: archive(crew.child(status)), status, "interrupt")
    refused(BadRequestError, lambda: archive(crew.child(run_id="wrun_01abc")), "workflow_run_open", "wrun_01abc")
    before = crew.feed()
    assert archive(crew.child("terminated")).archived_at is not None
    assert crew.feed() == before
    archive(crew.child("idle", ADVISOR))
    assert crew.feed()[-1].agent_name == "anthropic.advisor"


def test_threads_end_with_their_session(team: Callable[..., Team], api: Api, clock: ManualClock) -> None:
    crew = team()
    everyone = [crew.primary, crew.child(), crew.child()]
    api.sessions.archive(crew.session.id)
    threads = partial(api.sessions.threads.list, crew.session.id)
    assert [(each.id, each.status, each.archived_at) for each in threads().data] == [
        (each, "terminated", clock.now()) for each in everyone
    ]
    assert ids(threads(statuses=["terminated"]).data) == everyone
    assert threads(statuses=["idle"]).data == []
    before = crew.feed()
    clock.advance(timedelta(seconds=1))
    archived = api.sessions.threads.archive(everyone[1], session_id=crew.session.id)
    assert (archived.archived_at, crew.feed()) == (clock.now() - timedelta(seconds=1), before)


def test_outcomes_are_worked_on_one_by_one(team: Callable[..., Team], api: Api) -> None:
    crew = team(initial_events=[an_outcome()])
    (first,) = crew.session.outcome_evaluations
    refused(BadRequestError, lambda: crew.send(an_outcome()), first.outcome_id)
    ended = {**first.to_dict(mode="json"), "result": "satisfied", "completed_at": crew.now()}
    crew.stand("idle", "end_turn", outcome_evaluations=[ended])
    error = refused(BadRequestError, lambda: crew.send(an_outcome(), an_outcome()), "events.1", "one by one")
    assert first.outcome_id not in (error.api_message or "")
