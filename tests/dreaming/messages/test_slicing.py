"""Slices: every event is read, turns stay whole, and no slice is too long."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.dreaming.messages.slicing import Slice, size, sliced
from agentops.memory.evidence import Origin
from agentops.memory.transcripts import Event, Sort, Transcript

SORTS = {Sort.MESSAGE: Origin.USER, Sort.CALL: Origin.AGENT, Sort.RESULT: Origin.TOOL, Sort.OUTCOME: Origin.TOOL}


def transcript(*sizes: tuple[Sort, int]) -> Transcript:
    events = tuple(
        Event(f"e{number}", sort, SORTS[sort], "word " * length) for number, (sort, length) in enumerate(sizes, 1)
    )
    return Transcript("s1", "managed-agents", events)


def ids(part: Slice) -> list[str]:
    return [each.id for each in part.events]


any_session = st.lists(st.tuples(st.sampled_from(list(SORTS)), st.integers(0, 40)), max_size=40)


@settings(max_examples=40)
@given(any_session, st.integers(40, 400))
def test_every_event_is_read_in_order_and_no_slice_is_too_long(session: list[tuple[Sort, int]], tokens: int) -> None:
    read = transcript(*session)
    parts = sliced(read, tokens)
    assert list(dict.fromkeys(each for part in parts for each in ids(part))) == [each.id for each in read.events]
    for part in parts:
        assert len(part.events) == 1 or size(part.events) <= tokens
        assert (part.number, part.of) == (parts.index(part) + 1, len(parts))


@settings(max_examples=40)
@given(any_session, st.integers(40, 400))
def test_each_slice_brings_something_new(session: list[tuple[Sort, int]], tokens: int) -> None:
    seen: set[str] = set()
    for part in sliced(transcript(*session), tokens):
        assert set(ids(part)) - seen
        seen |= set(ids(part))


def test_a_slice_begins_with_the_last_two_turns_of_the_one_before() -> None:
    turn = (Sort.MESSAGE, 10)
    read = transcript(*[turn] * 9)
    one = size(read.events[:1])
    assert [ids(each) for each in sliced(read, 5 * one + 4)] == [
        ["e1", "e2", "e3", "e4", "e5"],
        ["e4", "e5", "e6", "e7", "e8"],
        ["e7", "e8", "e9"],
    ]


def test_a_call_stays_with_its_result() -> None:
    read = transcript(*[(Sort.MESSAGE, 5), (Sort.CALL, 5), (Sort.RESULT, 5)] * 6)
    for part in sliced(read, 3 * size(read.events[:3]) + 4)[1:]:
        assert part.events[0].sort is Sort.MESSAGE
        assert part.events[-1].sort is Sort.RESULT


def test_recalled_memory_is_not_read_again() -> None:
    recalled = Event("e1", Sort.RESULT, Origin.RECALLED, "what the store said")
    said = Event("e2", Sort.MESSAGE, Origin.USER, "hello")
    (part,) = sliced(Transcript("s1", "managed-agents", (recalled, said)))
    assert ids(part) == ["e2"]
    assert sliced(Transcript("s1", "managed-agents", (recalled,))) == ()
