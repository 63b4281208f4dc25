"""Sessions of the engine, run by a scripted model, as transcripts: read through the API, as a dream reads them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from anthropic import AsyncAnthropic

from agentops.base.clock import ManualClock
from agentops.base.errors import TargetUnreachable
from agentops.base.secrets import Secret
from agentops.engine.settings import Settings
from agentops.memory.transcripts import Sort, Transcript
from agentops.targets.endpoint import Endpoint
from agentops.targets.live import LiveTarget
from agentops.targets.sessions import Sessions
from agentops.targets.transcripts import Wanted, fetched, listed
from tests.contract.given import a_custom_tool, the_agent_toolset
from tests.contract.outcome_plays import BRIEF, CAUSE, POOR, SATISFIED_BY_IT, leaves, outcome, rubric
from tests.contract.stage import Play, Scene, Stage, answer, confirmation, opened, watched

pytestmark = pytest.mark.anyio


def runs(command: str) -> dict[str, Any]:
    return {"call": [{"tool": "bash", "input": {"command": command}}]}


async def works(scene: Scene) -> None:
    await scene.turn("Look after the disk.")
    await scene.send(answer(scene.last("agent.custom_tool_use"), "Error: no such ticket"))
    await scene.idle()


async def denies(scene: Scene) -> None:
    await scene.turn()
    await scene.send(confirmation(scene.last("agent.tool_use"), "deny", deny_message="Not on a Friday."))
    await scene.idle()


async def strives(scene: Scene) -> None:
    await scene.send(outcome(rubric(CAUSE, BRIEF)))
    await scene.idle()


WORK = Play(
    "work",
    (
        {
            "call": [
                *runs("cat /mnt/memory/notes/disk.md")["call"],
                *runs("echo https://status.example.com")["call"],
                *runs("echo 93%")["call"],
            ]
        },
        {"call": [{"tool": "lookup", "input": {"ticket": 7}}]},
        {"say": "It is nearly full."},
    ),
    {"tools": [the_agent_toolset(), a_custom_tool()]},
    {"metadata": {"task": "disk", "principal": "ada"}},
    "cloud",
    (),
    works,
)
DENIED = Play(
    "denied",
    (runs("echo one"), {"say": "Then not."}),
    {"tools": [the_agent_toolset(default_config={"permission_policy": {"type": "always_ask"}})]},
    {"title": "Clean up"},
    "cloud",
    (),
    denies,
)
STRIVING = Play(
    "striving",
    ({"say": "Written."}, leaves(), {"say": "Mended."}, SATISFIED_BY_IT, POOR),
    {"tools": [the_agent_toolset()]},
    {},
    "cloud",
    (),
    strives,
)
TEAM = Play(
    "team",
    (
        {"call": [{"tool": "send_to_agent", "input": {"agent": "scout", "message": "Find the cause."}}]},
        {"call": [{"tool": "wait_for_agents"}]},
        {"say": "So it was the disk."},
        {**runs("df -h | head -1"), "when": {"agent": "scout"}},
        {"say": "The disk was full.", "when": {"agent": "scout"}},
    ),
    {"tools": [the_agent_toolset()]},
    {},
    "cloud",
    (),
    Scene.turn,
    {"scout": {"tools": [the_agent_toolset()]}},
    {},
)
CLOCK = ManualClock(datetime(2026, 11, 21, 8, tzinfo=UTC))


@pytest.fixture
async def stage(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Stage]:
    settings = Settings(database=f"sqlite:///{tmp_path}/engine.db", data=tmp_path, port=0, allow_loopback=True)
    async with opened(settings, CLOCK, [WORK, DENIED, STRIVING, TEAM]) as found:
        yield found


@pytest.fixture
async def target(stage: Stage) -> AsyncIterator[LiveTarget]:
    async with target_of(stage.client) as found:
        yield found


def target_of(client: AsyncAnthropic) -> LiveTarget:
    return LiveTarget(Endpoint("here", str(client.base_url).rstrip("/"), Secret(client.api_key or "")))


async def played(stage: Stage, play: Play) -> str:
    async with watched(stage, play) as scene:
        await play.act(scene)
    return str(scene.session.id)


def told(transcript: Transcript, *sorts: Sort) -> list[tuple[str, str, str]]:
    chosen = [each for each in transcript.events if each.sort in sorts]
    return [(each.origin.value, each.tool, each.text.splitlines()[0] if each.text else "") for each in chosen]


async def test_a_session_is_told_with_what_its_results_may_be_trusted_for(stage: Stage, target: LiveTarget) -> None:
    session = await played(stage, WORK)
    (found,) = (read := await fetched(Sessions(target), [session]))
    assert not read.skipped
    assert (found.session, found.source, found.agent) == (session, "managed-agents", "work")
    assert (found.task, found.principal, found.outcome) == ("disk", "ada", None)
    assert [(origin, tool) for origin, tool, _ in told(found, Sort.RESULT)] == [
        ("recalled", "bash"),
        ("external", "bash"),
        ("tool", "bash"),
        ("tool", "lookup"),
    ]
    assert told(found, Sort.MESSAGE) == [("user", "", "Look after the disk."), ("agent", "", "It is nearly full.")]
    assert told(found, Sort.RESULT)[2:] == [("tool", "bash", "93%"), ("tool", "lookup", "Error: no such ticket")]
    assert found.events[-2].is_error
    assert all(each.id.startswith("sevt_") and each.at is not None for each in found.events)


async def test_a_denial_is_the_users_word_and_a_title_the_task(stage: Stage, target: LiveTarget) -> None:
    (found,) = await fetched(Sessions(target), [await played(stage, DENIED)])
    assert ("user", "bash", "Not on a Friday.") in told(found, Sort.MESSAGE)
    assert found.task == "Clean up"


async def test_the_last_verdict_is_the_outcome(stage: Stage, target: LiveTarget) -> None:
    (found,) = await fetched(Sessions(target), [await played(stage, STRIVING)])
    assert found.outcome == 1.0
    verdicts = [each for each in found.events if each.sort is Sort.OUTCOME]
    assert [(each.text.partition(":")[0], each.is_error) for each in verdicts] == [
        ("needs_revision", True),
        ("satisfied", False),
    ]


async def test_a_teams_threads_are_told_once_each(stage: Stage, target: LiveTarget) -> None:
    (found,) = await fetched(Sessions(target), [await played(stage, TEAM)])
    messages = [(bool(each.thread), each.origin.value, each.text) for each in found.events if each.sort is Sort.MESSAGE]
    assert sorted(messages) == [
        (False, "agent", "Find the cause."),
        (False, "agent", "So it was the disk."),
        (False, "user", "Go."),
        (True, "agent", "The disk was full."),
    ]
    assert [each.tool for each in found.events if each.thread and each.sort is Sort.CALL] == ["bash"]
    assert len({each.id for each in found.events}) == len(found.events)


async def test_sessions_are_listed_newest_first_and_are_not_read_again(stage: Stage, target: LiveTarget) -> None:
    names = []
    for _ in range(2):
        for play in (DENIED, STRIVING):
            CLOCK.advance(timedelta(minutes=1))
            names.append(await played(stage, play))
    sessions = Sessions(target)
    found = await listed(sessions, Wanted())
    assert [each["id"] for each in found] == names[::-1]
    assert [each["id"] for each in await listed(sessions, Wanted(most=3))] == names[:0:-1]
    one = found[0]["agent"]["id"]
    assert [each["id"] for each in await listed(sessions, Wanted(agents=(one,)))] == [names[3]]
    both = Wanted(agents=(one, found[1]["agent"]["id"]), since=CLOCK.now() - timedelta(seconds=30))
    assert [each["id"] for each in await listed(sessions, both)] == [names[3]]
    by_body, by_id = await fetched(sessions, found), await fetched(sessions, [each["id"] for each in found])
    assert by_body == by_id
    assert [each.session for each in by_body] == names[::-1]


def counting(answers: dict[str, Any], asked: list[str]) -> Sessions:
    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        body = answers.get(request.url.path)
        return httpx2.Response(404 if body is None else 200, json=body if body is not None else {})

    return Sessions(LiveTarget(Endpoint("there", "http://engine.test", Secret("k")), httpx2.MockTransport(answer)))


async def test_what_is_gone_is_counted_and_the_rest_is_told() -> None:
    asked: list[str] = []
    event = {"type": "user.message", "id": "sevt_1", "content": [{"type": "text", "text": "Hi"}]}
    sessions = counting(
        {"/v1/sessions/sesn_1": {"id": "sesn_1"}, "/v1/sessions/sesn_1/events": {"data": [event]}}, asked
    )
    read = await fetched(sessions, ["sesn_0", "sesn_1"])
    assert [each.session for each in read] == ["sesn_1"]
    assert read.skipped == {"a session that is not there any more": 1}


async def test_a_session_that_was_listed_costs_one_request() -> None:
    asked: list[str] = []
    sessions = counting({f"/v1/sessions/sesn_{number}/events": {"data": []} for number in range(30)}, asked)
    await fetched(sessions, [{"id": f"sesn_{number}"} for number in range(30)])
    assert len(asked) == 30


async def test_no_more_pages_are_read_than_are_wanted() -> None:
    asked: list[dict[str, list[str]]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        query = parse_qs(request.url.query.decode())
        asked.append(query)
        first = int(query.get("page", ["0"])[0])
        data = [{"id": f"sesn_{first + number}"} for number in range(int(query["limit"][0]))]
        return httpx2.Response(200, json={"data": data, "next_page": str(first + len(data))})

    sessions = Sessions(LiveTarget(Endpoint("there", "http://engine.test", Secret("k")), httpx2.MockTransport(answer)))
    assert len(await listed(sessions, Wanted(store="memstore_1", most=150, with_archived=True))) == 150
    assert [each["limit"] for each in asked] == [["100"], ["50"]]
    assert asked[0]["memory_store_id"] == ["memstore_1"]
    assert asked[0]["statuses[]"] == ["idle", "terminated"]
    assert asked[0]["include_archived"] == ["true"]


async def test_sessions_of_dreams_are_not_dreamt_of_and_take_no_ones_place() -> None:
    dream, page = {"id": "sesn_0", "agent": {"id": "agent_dreamer"}}, "/v1/sessions"
    asked: list[str] = []
    sessions = counting({page: {"data": [dream, {"id": "sesn_1"}], "next_page": None}}, asked)
    assert [each["id"] for each in await listed(sessions, Wanted(most=1))] == ["sesn_1"]


async def test_a_part_is_never_taken_for_the_whole() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("gone", request=request)

    async def at_once(_seconds: float) -> None:
        return None

    endpoint = Endpoint("there", "http://engine.test", Secret("k"))
    sessions = Sessions(LiveTarget(endpoint, httpx2.MockTransport(answer), sleep=at_once))
    with pytest.raises(TargetUnreachable):
        await fetched(sessions, [{"id": "sesn_1"}, {"id": "sesn_2"}])
