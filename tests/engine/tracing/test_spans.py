"""Spans say what happened in OpenTelemetry's words for generative AI, once, and nothing of what was said."""

import asyncio
import json
import threading
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes

from agentops.base.clock import ManualClock
from agentops.engine.settings import Settings
from agentops.engine.tracing.conventions import SCHEMA, VERSION
from agentops.engine.tracing.exporting import Exporting
from tests.engine.metrics.town import Town, town

pytestmark = pytest.mark.anyio

USAGE = {"input_tokens": 100, "output_tokens": 7, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 2}
SECRET = "sk-ant-api03-canary0123456789"
TURNS = [
    {"call": [{"tool": "bash", "input": {"command": f"echo {SECRET}"}}], "usage": USAGE},
    {"call": [{"tool": "read", "input": {"file_path": "/workspace/nothing"}}], "usage": USAGE},
    {"say": "All done.", "usage": USAGE},
]
TOOLS: Any = [{"type": "agent_toolset_20260401", "default_config": {"permission_policy": {"type": "always_allow"}}}]


class Kept:
    """A tracer whose spans stay here."""

    def __init__(self, *, with_content: bool = False) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracer = Exporting(SimpleSpanProcessor(self._exporter), with_content=with_content)

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self._exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [each for each in self.spans if each.name == name]

    def on(self, settings: Settings, clock: ManualClock, turns: Any, **more: Any) -> AbstractAsyncContextManager[Town]:
        return town(settings, clock, turns, tracer=self.tracer, **more)


async def begun(there: Town) -> Any:
    beta = there.client.beta
    place = await beta.environments.create(name="Workshop", config={"type": "cloud"})
    agent = await beta.agents.create(name="Worker", model="claude-opus-5-5", tools=TOOLS)
    return await beta.sessions.create(agent=agent.id, environment_id=place.id)


async def turn(there: Town, session: Any) -> None:
    events = there.client.beta.sessions.events
    async with await events.stream(session.id) as stream:
        await events.send(
            session.id, events=[{"type": "user.message", "content": [{"type": "text", "text": "Say the secret word."}]}]
        )
        async for event in stream:
            if event.type == "session.status_idle":
                return


async def rest(there: Town, session: Any) -> None:
    sessions = there.client.beta.sessions
    async with await sessions.events.stream(session.id) as stream:
        if (await sessions.retrieve(session.id)).status == "idle":
            return
        async for event in stream:
            if event.type == "session.status_idle":
                return


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(f"sqlite:///{tmp_path / 'engine.db'}", tmp_path)


async def test_a_turn_is_one_trace_in_the_words_of_the_convention(own: Settings, clock: ManualClock) -> None:
    kept = Kept()
    async with kept.on(own, clock, TURNS) as there:
        session = await begun(there)
        await turn(there, session)
    common = {"gen_ai.conversation.id": session.id, "agentops.gen_ai.conventions.version": "1.41.0"}
    cached = {"gen_ai.usage.cache_read.input_tokens": 30, "gen_ai.usage.cache_creation.input_tokens": 2}
    chat = {
        **common,
        **cached,
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-opus-5-5",
        "gen_ai.request.stream": True,
        "gen_ai.agent.name": "Worker",
        "gen_ai.usage.input_tokens": 132,
        "gen_ai.usage.output_tokens": 7,
    }
    tool = {**common, "gen_ai.operation.name": "execute_tool", "gen_ai.tool.type": "function"}
    calling, done = (
        {**chat, "gen_ai.response.finish_reasons": ["tool_use"]},
        {"gen_ai.response.finish_reasons": ["end_turn"]},
    )
    assert [(each.name, each.kind.name, each.status.status_code.name, said(each)) for each in kept.spans] == [
        ("chat claude-opus-5-5", "CLIENT", "UNSET", calling),
        ("execute_tool bash", "INTERNAL", "UNSET", {**tool, "gen_ai.tool.name": "bash"}),
        ("chat claude-opus-5-5", "CLIENT", "UNSET", calling),
        ("execute_tool read", "INTERNAL", "ERROR", {**tool, "gen_ai.tool.name": "read", "error.type": "tool_error"}),
        ("chat claude-opus-5-5", "CLIENT", "UNSET", {**chat, **done}),
        (
            "invoke_agent Worker",
            "INTERNAL",
            "UNSET",
            {
                **common,
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.provider.name": "anthropic",
                "gen_ai.agent.name": "Worker",
                "gen_ai.usage.input_tokens": 396,
                "gen_ai.usage.output_tokens": 21,
                "gen_ai.usage.cache_read.input_tokens": 90,
                "gen_ai.usage.cache_creation.input_tokens": 6,
            },
        ),
    ]
    *children, root = kept.spans
    assert root.context is not None
    assert root.parent is None
    assert {each.parent.span_id for each in children if each.parent} == {root.context.span_id}
    assert {each.context.trace_id for each in kept.spans if each.context} == {root.context.trace_id}
    assert root.instrumentation_scope is not None
    assert root.instrumentation_scope.schema_url == SCHEMA
    assert root.resource.attributes["service.name"] == "agentops"


def said(span: ReadableSpan) -> dict[str, Any]:
    """Return the attributes, without the ids that differ each time."""
    found = {name: [*value] if isinstance(value, tuple) else value for name, value in (span.attributes or {}).items()}
    assert found.pop("gen_ai.tool.call.id", "sevt_01").startswith("sevt_01")
    found.pop("agentops.thread.id", None)
    return found


async def test_what_was_said_is_in_no_span_unless_it_is_asked_for(own: Settings, clock: ManualClock) -> None:
    quiet, open_ = Kept(), Kept(with_content=True)
    for number, kept in enumerate((quiet, open_)):
        folder = own.data / str(number)
        async with kept.on(Settings(f"sqlite:///{folder / 'engine.db'}", folder), clock, TURNS) as there:
            await turn(there, await begun(there))
    texts = [json.dumps([json.loads(each.to_json()) for each in kept.spans]) for kept in (quiet, open_)]
    assert not any(word in texts[0] for word in ("All done", "echo", "/workspace/nothing", "secret word"))
    assert all(word in texts[1] for word in ("All done", "echo", "/workspace/nothing"))
    assert SECRET not in texts[0] + texts[1]


async def test_a_turn_that_another_server_ends_is_one_trace_and_nothing_is_told_twice(
    own: Settings, clock: ManualClock
) -> None:
    """The first server goes in the middle of a request; what it did is replayed by the second, and not told again."""
    kept, asked, held = Kept(), asyncio.Event(), asyncio.Event()

    async def hang(_seconds: float) -> None:
        asked.set()
        await held.wait()

    slow = [TURNS[0], {**TURNS[2], "delay_ms": 5}]
    async with kept.on(own, clock, slow, sleep=hang) as there:
        session = await begun(there)
        message: Any = {"type": "user.message", "content": [{"type": "text", "text": "Go."}]}
        await there.client.beta.sessions.events.send(session.id, events=[message])
        await asked.wait()
    assert [each.name for each in kept.spans] == ["chat claude-opus-5-5", "execute_tool bash", "chat claude-opus-5-5"]
    assert (kept.spans[-1].attributes or {})["error.type"] == "cancelled"
    kept.tracer = Exporting(SimpleSpanProcessor(kept._exporter))
    async with kept.on(own, clock, [TURNS[0], TURNS[2]]) as there:
        await rest(there, session)
    assert [each.name for each in kept.spans[3:]] == ["chat claude-opus-5-5", "invoke_agent Worker"]
    assert len({each.context.trace_id for each in kept.spans if each.context}) == 1
    (root,) = kept.named("invoke_agent Worker")
    assert root.context is not None
    assert {each.parent.span_id for each in kept.spans if each.parent} == {root.context.span_id}


async def test_a_model_that_fails_is_told_by_its_kind(own: Settings, clock: ManualClock) -> None:
    kept = Kept()
    async with kept.on(own, clock, [{"error": {"kind": "rejected"}}]) as there:
        await turn(there, await begun(there))
    (span,) = kept.named("chat claude-opus-5-5")
    assert (span.attributes or {})["error.type"] == "model_request_failed_error"
    assert (span.status.status_code.name, span.status.description) == ("ERROR", "model_request_failed_error")


async def test_a_collector_that_hangs_holds_nobody_up() -> None:
    asked, released = threading.Event(), threading.Event()

    class Hanging(InMemorySpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            asked.set()
            released.wait(30)
            return super().export(spans)

    exporter = Hanging()
    async with Exporting(BatchSpanProcessor(exporter), patience_s=0.01) as tracer:
        tracer.begin("internal", "execute_tool bash", {}, None).end({})
    assert exporter.get_finished_spans() == ()
    assert asked.wait(30)
    released.set()


def test_every_attribute_is_the_conventions_or_our_own() -> None:
    source = Path(__file__).parents[3] / "agentops" / "engine" / "tracing" / "conventions.py"
    used = {word for word in source.read_text().split('"') if word.startswith("gen_ai.") and word.count(" ") == 0}
    known = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
    assert used <= known
    assert VERSION in SCHEMA


def test_without_a_tracer_nothing_stands_before_the_ports(own: Settings) -> None:
    from agentops.engine.instruments import NOTHING

    means: Any = object()
    database: Any = object()
    assert NOTHING.on_means(means, None) is means
    assert NOTHING.on_database(database) is database
    assert replace(NOTHING) == NOTHING
