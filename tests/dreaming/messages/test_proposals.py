"""From a model's answers to what a pull request would hold: no line in it without evidence, whatever the model is."""

import pytest

from agentops.dreaming.settling import Ground, remembered, settled
from agentops.memory.files import notes_of
from agentops.memory.gates.port import Policy
from agentops.memory.notes import Ledger, Memory
from tests.dreaming.messages.nights import SECRET, SESSIONS, TODAY, night
from tests.dreaming.messages.scripted import Character, Model, good, malicious, sloppy
from tests.dreaming.messages.test_dreamer import dreamer

pytestmark = pytest.mark.anyio

EVENTS = {(read.session, event.id) for read in SESSIONS for event in read.events}
MINE = Memory({"/notes.md": "# Mine\n\n- The desk opens at nine.\n"})


async def proposed(model: Model, before: Memory = MINE) -> Memory:
    reading = night(before)
    dream = await dreamer(model, at_once=1, wave=2).dream(reading)
    found = settled(reading, dream, Ground(before, "dream-1", Policy()))
    assert not found.judgement.is_blocked
    return remembered(found.after, reading, found.dream)


def check(after: Memory) -> None:
    old = {each.text for each in notes_of(MINE)}
    for each in notes_of(after):
        record = after.ledger.records.get(each.anchor)
        assert each.text in old or (record is not None and record.evidence)
        assert record is None or {(one.session, one.event) for one in record.evidence} <= EVENTS
    everything = repr(after.files)
    assert "evil" not in everything
    assert SECRET not in everything
    assert after.files["/notes.md"] == MINE.files["/notes.md"]


@pytest.mark.parametrize("in_prose", [False, True])
@pytest.mark.parametrize("character", [good, sloppy, malicious])
async def test_every_line_of_a_proposal_has_evidence(character: Character, in_prose: bool) -> None:
    after = await proposed(Model(character, in_prose=in_prose))
    check(after)
    assert any("5433" in each.text for each in notes_of(after))


@pytest.mark.parametrize("calls", range(0, 12, 2))
@pytest.mark.parametrize("character", [good, malicious])
async def test_so_has_every_line_of_a_dream_that_was_cut_short(character: Character, calls: int) -> None:
    check(await proposed(Model(character, dies_after=calls)))


async def test_the_same_sessions_again_change_nothing() -> None:
    after = await proposed(Model())
    reading = night(after)
    dream = await dreamer(Model()).dream(reading)
    assert (dream.operations, dream.spent.input_tokens) == ((), 0)
    assert dream.words.startswith("Nothing to learn")
    assert after.ledger.dreamt.keys() == {each.session for each in SESSIONS}
    assert reading.today == TODAY


async def test_sessions_that_were_read_reinforce_what_is_known_and_add_nothing_twice() -> None:
    after = await proposed(Model())
    forgot = Memory(after.files, Ledger(after.ledger.records))
    dream = await dreamer(Model()).dream(night(forgot))
    assert not [each for each in dream.operations if each.verb in {"add", "reword", "supersede", "dispute"}]
