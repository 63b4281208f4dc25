"""Every reader on whatever text: found by what the file holds, never an exception, the same twice."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.dreaming.readers import finding
from agentops.dreaming.readers.reading import merged
from agentops.memory.evidence import Evidence

CHAT = {"messages": [{"role": "user", "content": "Hi"}]}
EVENT = {"type": "user.message", "id": "sevt_1", "content": [{"type": "text", "text": "Hi"}]}
CODE = {"type": "user", "uuid": "u1", "sessionId": "s", "message": {"role": "user", "content": "Hi"}}
RUN = {"trajectory": [{"action": "ls", "observation": "a"}], "info": {}}


@pytest.mark.parametrize(
    ("log", "kind"),
    [
        (json.dumps(CHAT), "openai-chat"),
        (json.dumps(CHAT["messages"]), "openai-chat"),
        (json.dumps([CHAT, CHAT]), "openai-chat"),
        ('{"broken\n' + json.dumps(CHAT), "openai-chat"),
        (json.dumps(EVENT), "managed-agents"),
        (json.dumps([EVENT]), "managed-agents"),
        (json.dumps({"data": [EVENT], "next_page": None}), "managed-agents"),
        (json.dumps({"session": {"id": "sesn_1"}, "events": [EVENT]}), "managed-agents"),
        (json.dumps({"type": "file-history-snapshot"}) + "\n" + json.dumps(CODE), "claude-code"),
        (json.dumps(RUN), "swe-agent"),
    ],
)
def test_a_log_is_known_by_what_it_holds(log: str, kind: str) -> None:
    assert finding.kind(log) == kind
    assert [each.source for each in finding.read(log)] == [kind] * len(finding.read(log).transcripts)
    assert finding.read(log).transcripts


@pytest.mark.parametrize(
    "log", ["", "Dear diary", "[1, 2]", '{"a": 1}', "null", "[" * 100_000, '"\\ud800"', "NaN", "1" * 5_000]
)
def test_what_no_reader_knows_is_said(log: str) -> None:
    read = finding.read(log)
    assert finding.kind(log) is None
    assert not read.transcripts
    assert read.skipped


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["user", "tool", "assistant"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "role",
                    "content",
                    "messages",
                    "tool_calls",
                    "function",
                    "arguments",
                    "id",
                    "events",
                    "session",
                    "trajectory",
                    "action",
                    "observation",
                    "message",
                    "uuid",
                    "sessionId",
                    "input",
                    "metadata",
                    "info",
                    "reward",
                    "error",
                    "history",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
SEEDS = st.sampled_from([CHAT, EVENT, CODE, RUN])


def mixed(seed: dict[str, Any], more: Any) -> dict[str, Any]:
    return {**seed, **more} if isinstance(more, dict) else {**seed, "content": more, "message": more, "metadata": more}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(finding.READERS)),
    st.lists(st.builds(mixed, SEEDS, VALUES) | VALUES, max_size=4),
    st.integers(0, 20),
)
def test_no_log_makes_a_reader_fail(source: str, lines: list[Any], cut: int) -> None:
    log = "\n".join(map(json.dumps, lines))
    log = log[: len(log) - cut]
    read = finding.READERS[source](log, name="a b#c.jsonl")
    assert read == finding.READERS[source](log, name="a b#c.jsonl")
    for each in read:
        ids = [event.id for event in each.events]
        assert len(set(ids)) == len(ids)
        for event in each.events:
            event.text.encode()
            assert Evidence.parse(str(each.evidence(event))) == each.evidence(event)


@pytest.mark.parametrize("source", sorted(finding.READERS))
@pytest.mark.parametrize("strange", [[], {}, 7, True, None, "", ["user"], {"type": "user"}])
def test_a_field_of_another_type_says_nothing(source: str, strange: Any) -> None:
    for seed in (CHAT, EVENT, CODE, RUN):
        for key in ("type", "id", "uuid", "role", "result", "message", "content", "traj", "info", *seed):
            finding.READERS[source](json.dumps({**seed, key: strange}))
            finding.READERS[source](
                json.dumps({"session": seed, "events": [{**seed, key: strange}], "messages": [seed]})
            )


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_a_reader_fail(text: str) -> None:
    for each in finding.READERS.values():
        each(text)
    finding.read(text)


def test_a_session_that_two_logs_hold_is_told_once() -> None:
    log = json.dumps({"session": {"id": "sesn_1"}, "events": [EVENT]})
    found = merged(finding.read(log), finding.read(log))
    assert len(found.transcripts) == 1
    assert found.skipped == {"a session that was read already": 1}


def test_of_two_logs_that_contradict_each_other_the_longer_is_told() -> None:
    log = json.dumps({"session": {"id": "sesn_1"}, "events": [EVENT, {**EVENT, "id": "sevt_2"}]})
    other = json.dumps(
        {"session": {"id": "sesn_1"}, "events": [{**EVENT, "content": []}, {**EVENT, "type": "agent.message"}]}
    )
    found = merged(finding.read(other), finding.read(log))
    assert found.transcripts == finding.read(log).transcripts
    assert found.skipped == {"a second, different log of one session": 1}
