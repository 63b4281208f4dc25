"""What others said can neither end its frame nor hide in it."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.dreaming.messages.framing import EVENT_LIMIT, cut, framed, shown
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Event, Sort

INVISIBLE = "\u200b\u2028\u2029\u202e\ufeff\U000e0041"


@settings(max_examples=40)
@given(st.lists(st.text(st.characters() | st.sampled_from('<>/events\n"\\' + INVISIBLE)), max_size=4))
def test_a_frame_ends_where_we_end_it(texts: list[str]) -> None:
    frame = framed("events", [{"text": each} for each in texts])
    head, *lines, foot = frame.split("\n")
    assert (head, foot, len(lines)) == ("<events>", "</events>", len(texts))
    for line, text in zip(lines, texts, strict=True):
        assert "<" not in line
        assert json.loads(line) == {"text": text.encode("utf-8", "replace").decode()}


def test_what_nobody_sees_is_shown_as_escapes() -> None:
    frame = framed("events", [{"text": INVISIBLE}])
    assert frame.isascii()
    assert json.loads(frame.split("\n")[1])["text"] == INVISIBLE


def test_a_long_event_is_shown_by_its_ends() -> None:
    event = Event("e1", Sort.RESULT, Origin.TOOL, "a" * 9_000 + "b" * 9_000, tool="bash", is_error=True)
    said = shown(event)
    assert said["text"].startswith("a" * 3_000)
    assert said["text"].endswith("b" * 3_000)
    assert "12000 characters are left out here" in said["text"]
    assert (said["tool"], said["error"], said["by"]) == ("bash", True, "tool")
    assert cut("x" * EVENT_LIMIT) == "x" * EVENT_LIMIT
