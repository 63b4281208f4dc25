"""Events come out whole, however their bytes were cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.models.sse import EventStream
from tests.engine.models.model_server import HELLO

DATA = [b'{"a":1}', b"two\nlines", "Grüße \u2028 \x85".encode(), b"{}"]
BYTES = b"".join(
    [
        b": a comment\n\nevent: a\nid: 7\nretry: 10\ndata: ",
        DATA[0],
        b"\r\n\r\ndata:two\rdata: lines\r\runknown: x\nevent: c\r\ndata: ",
        DATA[2],
        b"\n\n\n\nevent: nothing\n\ndata\n\ndata: {}\n\ndata: never finished",
    ]
)


def events(*chunks: bytes) -> list[bytes]:
    stream = EventStream()
    return [each for chunk in chunks for each in stream.fed(chunk)]


def test_events_come_out_of_any_line_ends_and_an_unfinished_one_does_not() -> None:
    assert events(BYTES) == DATA


def test_every_cut_in_two_gives_the_same_events() -> None:
    assert all(events(BYTES[:at], BYTES[at:]) == DATA for at in range(len(BYTES) + 1))


@given(st.lists(st.integers(0, len(BYTES)), max_size=30))
def test_every_cut_in_many_gives_the_same_events(cuts: list[int]) -> None:
    at = [0, *sorted(cuts), len(BYTES)]
    assert events(*(BYTES[a:b] for a, b in pairwise(at))) == DATA


def test_byte_for_byte_gives_the_same_events() -> None:
    assert events(*(bytes([each]) for each in BYTES)) == DATA
    assert events(*(bytes([each]) for each in HELLO)) == events(HELLO)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange(raw: bytes) -> None:
    assert all(isinstance(each, bytes) for each in events(raw))
