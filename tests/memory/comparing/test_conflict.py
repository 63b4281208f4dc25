import json

import pytest

from agentops.memory.comparing.conflict import conflict
from agentops.memory.comparing.tfidf import Space
from tests.dreaming.told import DATA


def pairs(file: str, kind: str) -> list[tuple[str, str]]:
    lines = map(json.loads, (DATA / "claims" / file).read_text().splitlines())
    return [(each["a"], each["b"]) for each in lines if each["kind"] == kind]


def found(file: str, kind: str) -> int:
    return sum(conflict(a, b) is not None for a, b in pairs(file, kind))


def test_changed_values_are_found_and_paraphrases_are_not() -> None:
    assert found("pairs.jsonl", "changed value") >= 13
    assert found("pairs.jsonl", "paraphrase") <= 4
    assert found("pairs.jsonl", "same topic") == 0
    assert found("pairs.jsonl", "unrelated") == 0


def test_on_pairs_written_after_the_rule_it_finds_fewer() -> None:
    assert found("pairs-unseen.jsonl", "changed value") >= 12
    assert found("pairs-unseen.jsonl", "paraphrase") <= 2


def test_likeness_tells_topics_apart_and_no_contradictions() -> None:
    alike = {kind: likenesses(kind) for kind in ("paraphrase", "same topic", "changed value", "unrelated")}
    assert min(alike["paraphrase"]) > max(alike["same topic"]) > max(alike["unrelated"])
    assert sum(alike["changed value"]) / 15 > sum(alike["paraphrase"]) / 50


def likenesses(kind: str) -> list[float]:
    every = [
        pair
        for each in ("paraphrase", "same topic", "changed value", "unrelated")
        for pair in pairs("pairs.jsonl", each)
    ]
    space = Space([text for pair in every for text in pair])
    return [space.likeness(2 * every.index(pair), 2 * every.index(pair) + 1) for pair in pairs("pairs.jsonl", kind)]


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        ("The database listens on port 5433.", "The database listens on port 5432.", "5433 against 5432"),
        ("Refunds need approval.", "Refunds do not need approval.", "one says no to the other"),
        ("Flags are enabled on staging.", "Flags are disabled on staging.", "enabl against disabl"),
        ("Data moves from staging to production.", "Data moves from production to staging.", "changed places"),
        ("Dependencies are installed with `uv`.", "Dependencies are installed with `poetry`.", "uv against poetry"),
        ("Releases happen on Mondays.", "Releases happen on Thursdays.", "monday against thursday"),
    ],
)
def test_it_says_why(a: str, b: str, why: str) -> None:
    assert why in str(conflict(a, b))


def test_it_is_the_same_both_ways() -> None:
    for kind in ("paraphrase", "changed value"):
        for a, b in pairs("pairs.jsonl", kind):
            assert (conflict(a, b) is None) == (conflict(b, a) is None)


def test_a_detail_more_is_no_conflict() -> None:
    assert conflict("Uploads above 50 MB are rejected.", "Uploads above 50 MB are rejected with status 413.") is None


def test_two_errors_and_two_habits_are_two_cases() -> None:
    assert conflict("`pay` can fail with `not enough money`.", "`pay` can fail with `too much money`.") is None
    runs = "Runs in which the agent calls `{}`, then `b` end {} than others."
    assert conflict(runs.format("a", "better"), runs.format("c", "better")) is None
    assert conflict(runs.format("a", "better"), runs.format("a", "worse")) == "better against wors"


def test_counts_of_two_nights_are_no_conflict() -> None:
    text = "`book` can fail with `no seats`; {} retries worked ({} times in {} sessions)."
    assert conflict(text.format("2 of 4", 5, 4), text.format("3 of 9", 12, 8)) is None


def test_nothing_conflicts_with_nothing() -> None:
    assert conflict("", "") is None
