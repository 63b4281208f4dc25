from typing import Any

import pytest

from agentops.wire.dream_schedules import DreamScheduleCreate
from agentops.wire.dreams import DreamCreate
from agentops.wire.problems import check
from agentops.wire.shape import Shape
from agentops.wire.skills import SkillCreate, SkillHeader
from agentops.wire.webhooks import WebhookCreate, WebhookUpdate

STORE = {"type": "memory_store", "memory_store_id": "m"}
SESSIONS = {"type": "sessions", "session_ids": ["s"]}


def said(shape: type[Shape], data: Any) -> list[tuple[Any, ...]]:
    return [(*each.path, each.kind) for each in check(shape, data)[1]]


def dream(*inputs: Any, **fields: Any) -> list[tuple[Any, ...]]:
    return said(DreamCreate, {"inputs": list(inputs), "model": "m", **fields})


def test_a_skill_s_front_matter_has_a_slug_and_a_description() -> None:
    assert said(SkillHeader, {"name": "pdf-forms", "description": "x" * 1024, "license": "MIT"}) == []
    assert said(SkillHeader, {"name": "PDF", "description": "x" * 1025}) == [
        ("name", "bad-format"),
        ("description", "too-long"),
    ]
    assert said(SkillHeader, {"name": "x" * 65, "description": ""}) == [
        ("name", "too-long"),
        ("description", "too-short"),
    ]
    for name in ("-a", "a-", "a--b", ""):
        assert [path for path, _ in said(SkillHeader, {"name": name, "description": "x"})] == ["name"]


@pytest.mark.parametrize("name", ["x" * 256, "two\nlines"])
def test_a_skill_s_label_is_one_short_line(name: str) -> None:
    assert [each[0] for each in said(SkillCreate, {"display_name": name})] == ["display_name"]


@pytest.mark.parametrize("url", ["http://a.b", "a.b", "https://u:p@a.b", "https://a:70000"])
def test_a_webhook_goes_to_an_https_url(url: str) -> None:
    assert said(WebhookCreate, {"url": url, "enabled_events": ["external_key.failed"]}) == [("url", "bad-format")]


def test_a_webhook_asks_for_events_that_there_are() -> None:
    assert said(WebhookCreate, {"url": "https://a.b", "enabled_events": []}) == [("enabled_events", "too-few")]
    [problem] = check(WebhookCreate, {"url": "https://a.b", "enabled_events": ["external_key.fail"]})[1]
    assert problem.path == ("enabled_events", 0)
    assert "external_key.failed" in problem.candidates
    assert said(WebhookUpdate, {"enabled_events": [], "state": "disabled"}) == []


def test_a_dream_reads_one_store_and_some_sessions() -> None:
    assert dream(STORE, SESSIONS) == []
    assert dream(SESSIONS) == [("inputs", "too-few")]
    assert dream(STORE, STORE, SESSIONS) == [("inputs", "too-many")]


def test_a_dream_s_sessions_are_one_to_a_hundred_each_once() -> None:
    assert dream(STORE, {**SESSIONS, "session_ids": []}) == [("inputs", 1, "session_ids", "too-few")]
    assert dream(STORE, {**SESSIONS, "session_ids": list(map(str, range(101)))}) == [
        ("inputs", 1, "session_ids", "too-many")
    ]
    assert dream(STORE, {**SESSIONS, "session_ids": ["s", "s"]}) == [("inputs", 1, "session_ids", 1, "not-unique")]


def test_a_dream_writes_to_a_new_store_or_to_the_one_it_read() -> None:
    assert dream(STORE, SESSIONS, output_behavior={"type": "update_existing", "memory_store_id": "m"}) == []
    assert dream(STORE, SESSIONS, output_behavior={"type": "update_existing", "memory_store_id": "x"}) == [
        ("output_behavior", "memory_store_id", "bad-combination")
    ]


def test_a_dream_has_its_limits() -> None:
    assert dream(STORE, SESSIONS, instructions="") == [("instructions", "too-short")]
    assert dream(STORE, SESSIONS, instructions="x" * 4097) == [("instructions", "too-long")]
    assert dream(STORE, SESSIONS, model={"id": "m", "speed": "fast"}) == [("model", "speed", "invalid-value")]
    assert dream(STORE, SESSIONS, model="x" * 257) == [("model", "too-long")]


@pytest.mark.parametrize("engine", ["messages", "hosted"])
def test_a_schedule_whose_engine_asks_a_model_names_one(engine: str) -> None:
    least = {"name": "nightly", "store": "memstore_01A", "after_sessions": 5}
    _, problems = check(DreamScheduleCreate, {**least, "engine": engine})
    assert [(each.path, each.kind) for each in problems] == [(("model",), "missing-field")]
    assert check(DreamScheduleCreate, {**least, "engine": engine, "model": "claude-opus-5-5"})[1] == ()
    assert check(DreamScheduleCreate, {**least, "engine": "lexical"})[1] == ()
    assert check(DreamScheduleCreate, least)[1] == ()
