"""A ledger comes back from its files, and its files are the same for the same ledger."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from agentops.base.errors import RepositoryError
from agentops.memory import ledger_text
from agentops.memory.notes import Ledger
from tests.memory.given import PITFALL, ledgers, record, store


@settings(max_examples=20)
@given(ledgers())
def test_a_ledger_comes_back(ledger: Ledger) -> None:
    back = ledger_text.read(ledger_text.written(ledger))

    assert back.records == ledger.records
    assert back.dreamt == ledger.dreamt
    assert back.rejected == ledger.rejected
    assert set(back.tombstones) == set(ledger.tombstones)


@settings(max_examples=20)
@given(ledgers())
def test_the_order_in_which_a_ledger_was_filled_does_not_show(ledger: Ledger) -> None:
    turned = Ledger(
        dict(reversed(ledger.records.items())),
        dict(reversed(ledger.dreamt.items())),
        ledger.rejected,
        tuple(reversed(ledger.tombstones)),
    )

    assert ledger_text.written(turned) == ledger_text.written(ledger)
    assert ledger_text.written(ledger_text.read(ledger_text.written(ledger))) == ledger_text.written(ledger)


def test_files_that_are_not_there_say_nothing() -> None:
    assert ledger_text.read({}) == Ledger()


def test_a_record_is_one_line_without_what_it_does_not_say() -> None:
    memory = store()
    (line,) = ledger_text.written(memory.ledger)["notes.jsonl"].splitlines()

    assert json.loads(line) == {
        "about": "booking",
        "anchor": record(memory).anchor,
        "born": record(memory).born,
        "dream": "drm_1",
        "evidence": ["sesn_1#e1", "sesn_2#e7"],
        "first_seen": "2026-11-21",
        "kind": "pitfall",
        "last_seen": "2026-11-21",
        "origin": "agent",
        "review_after": "2027-04-05",
        "status": "active",
        "support": {"days": 2, "principals": 1, "sessions": 2},
        "trust": "observed",
        "valid_from": "2026-11-21",
    }
    assert PITFALL not in line


def test_what_a_later_version_says_is_read_over() -> None:
    texts = dict(ledger_text.written(store().ledger))
    said = json.loads(texts["notes.jsonl"])
    texts["notes.jsonl"] = json.dumps({**said, "mood": "good"})

    assert ledger_text.read(texts) == store().ledger


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.jsonl", "{"),
        ("notes.jsonl", '{"anchor": "a"}'),
        ("notes.jsonl", "[]"),
        ("cursor.json", "3"),
        ("rejected.jsonl", "{}"),
        ("tombstones.jsonl", '{"at": "never"}'),
    ],
)
def test_a_line_that_says_nothing_is_told_with_its_file(name: str, text: str) -> None:
    with pytest.raises(RepositoryError, match=name):
        ledger_text.read({name: text})


def test_evidence_that_names_no_event_is_told() -> None:
    memory = store()
    broken = ledger_text.written(memory.ledger)["notes.jsonl"].replace("sesn_1#e1", "sesn_1")

    with pytest.raises(RepositoryError, match="session#event"):
        ledger_text.read({"notes.jsonl": broken})


def test_a_record_keeps_what_speaks_against_it() -> None:
    memory = store()
    one = replace(record(memory), against=record(memory).evidence)
    ledger = replace(memory.ledger, records={one.anchor: one})

    assert ledger_text.read(ledger_text.written(ledger)) == ledger
