"""From the store that a dream elsewhere wrote to what a pull request would hold: the gates let it through."""

import pytest

from agentops.dreaming.settling import Ground, settled
from agentops.memory.files import notes_of
from agentops.memory.gates.port import Policy
from tests.dreaming.hosted.test_hosted import FACTS, MEMORY, OLD, PITFALLS, changed, dreamt
from tests.dreaming.messages.nights import night

GONE = {FACTS: OLD[FACTS].replace("- Invoices are written in English. ^lang\n", "")}
WORDS = "`book_reservation` refuses payments that do not add up to the total price. ^pays"
CASES = {
    "supersede": changed(FACTS, "port 5432", "port 5433"),
    "add": {**OLD, "/preferences/seats.md": "- The traveller prefers a window seat on long flights. [sesn_1#u1]\n"},
    "merge": changed(PITFALLS, f"{OLD[PITFALLS].splitlines()[1]}\n", ""),
    "move": {**OLD, **GONE, "/facts/invoices.md": "- Invoices are written in English. ^lang\n"},
    "retire": {**OLD, **GONE},
    "reword": changed(PITFALLS, WORDS, WORDS.replace("payments that do", "a payment amount that does")),
}


@pytest.mark.parametrize("verb", CASES)
def test_what_a_dream_did_well_is_proposed(verb: str) -> None:
    dream = dreamt(CASES[verb])
    assert [(each.verb, bool(each.reason) or verb == "add") for each in dream.operations] == [(verb, True)]
    found = settled(night(MEMORY), dream, Ground(MEMORY, "dream-1", Policy()))
    assert not found.judgement.is_blocked
    assert found.dream.operations == dream.operations
    assert found.dream.quarantined == ()
    old = {each.text for each in notes_of(MEMORY)}
    for each in notes_of(found.after):
        assert each.text in old or found.after.ledger.records[each.anchor].evidence


def test_what_nothing_backs_changes_no_byte() -> None:
    invented = {**OLD, FACTS: OLD[FACTS] + "- Refunds take 14 days. [sesn_1#u1]\n- The moon is made of cheese.\n"}
    found = settled(night(MEMORY), dreamt(invented), Ground(MEMORY, "dream-1", Policy()))
    assert found.after.files == MEMORY.files
    assert len(found.dream.quarantined) == 2
