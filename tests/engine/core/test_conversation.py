"""A conversation is its messages one after the other, however they came and wherever they lie."""

import json

from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.core.conversation import Conversation, pieces

messages = st.builds(lambda text: json.dumps({"role": "user", "content": text}).encode(), st.text(max_size=5))
portions = st.lists(st.lists(messages, max_size=100), max_size=6)


def told(several: list[list[bytes]]) -> Conversation:
    conversation = Conversation()
    for each in several:
        conversation = conversation.and_then(each)
    return conversation


@given(portions, st.data())
def test_it_reads_as_the_messages_that_were_said(several: list[list[bytes]], data: st.DataObject) -> None:
    conversation, plain = told(several), tuple(each for portion in several for each in portion)
    assert (len(conversation), tuple(conversation)) == (len(plain), plain)
    assert conversation == Conversation().and_then(plain)
    assert tuple(reversed(conversation)) == plain[::-1]
    bound = st.none() | st.integers(-len(plain) - 1, len(plain) + 1)
    part = slice(data.draw(bound), data.draw(bound))
    assert conversation[part] == plain[part]
    if plain:
        index = data.draw(st.integers(-len(plain), len(plain) - 1))
        assert conversation[index] == plain[index]


@given(portions)
def test_it_goes_over_the_wire_as_an_array_of_them(several: list[list[bytes]]) -> None:
    conversation = told(several)
    sent = b"".join(pieces(conversation))
    assert sent == b"".join(pieces(tuple(conversation)))
    assert json.loads(sent) == [json.loads(each) for each in conversation]


def test_what_was_said_goes_in_few_pieces_however_long_it_gets() -> None:
    """A request costs what its bytes cost, not what gathering each message costs."""
    conversation = Conversation()
    for number in range(4_000):
        conversation = conversation.and_then([b"%d" % number])
    assert len(pieces(conversation)) < 4_000 / 50
