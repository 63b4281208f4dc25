from dataclasses import replace

import pytest

from agentops.memory.comparing.citing import verdict
from agentops.memory.comparing.containment import LEAST, score
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.operations import Finding
from tests.dreaming.told import agent, call, recalled, session, user

SESSION = session(
    "s1",
    user("Please set up the staging database."),
    agent("I look at the configuration."),
    call("read_config", "The staging database listens on port 5433 and keeps 14 days of logs."),
    user("Thanks, that is all."),
    agent("You are welcome, goodbye."),
)
SHOWN = Evidence("s1", "e3")
READ = {"s1": SESSION}


def test_a_claim_that_its_event_says_is_supported_with_the_words_that_prove_it() -> None:
    found = verdict("The staging database listens on port `5433`.", [SHOWN], READ)
    assert found.finding is Finding.SUPPORTED
    assert found.quote
    assert found.quote in SESSION.events[3].text


@pytest.mark.parametrize(
    "text",
    [
        "The staging database listens on port `5432`.",
        "The staging database keeps 15 days of logs.",
        "The `production` database listens on port `5433`.",
        "Invoices belong to the team that wrote them.",
    ],
)
def test_another_number_another_name_and_other_words_are_not_found(text: str) -> None:
    assert verdict(text, [SHOWN], READ).finding is Finding.NOT_FOUND


def test_a_true_claim_with_the_wrong_citation_is_not_found() -> None:
    assert (
        verdict("The staging database listens on port `5433`.", [Evidence("s1", "e5")], READ).finding
        is Finding.NOT_FOUND
    )


@pytest.mark.parametrize(
    ("text", "finding"),
    [("Be long.", Finding.NOT_FOUND), ("Be `long`.", Finding.SUPPORTED), ("Smoke!", Finding.SUPPORTED)],
)
def test_a_claim_of_one_word_is_said_word_for_word_or_not_at_all(text: str, finding: Finding) -> None:
    read = {"s1": session("s1", user("I like long flights. Never smoke."))}
    assert verdict(text, [Evidence("s1", "e0")], read).finding is finding


def test_the_neighbour_of_the_cited_event_counts() -> None:
    assert (
        verdict("The staging database listens on port `5433`.", [Evidence("s1", "e4")], READ).finding
        is Finding.SUPPORTED
    )


@pytest.mark.parametrize("cited", [[], [Evidence("s1", "e99")], [Evidence("s2", "e3")], [SHOWN, Evidence("s1", "e99")]])
def test_what_cites_nothing_that_exists_is_not_found(cited: list[Evidence]) -> None:
    assert verdict("The staging database listens on port `5433`.", cited, READ).finding is Finding.NOT_FOUND


def test_what_memory_gave_proves_nothing() -> None:
    given = session(
        "s1", user("Hello there."), recalled("The staging database listens on port 5433."), agent("Hello to you.")
    )
    for event in ("e0", "e1", "e2"):
        found = verdict("The staging database listens on port `5433`.", [Evidence("s1", event)], {"s1": given})
        assert found.finding is Finding.NOT_FOUND


def test_counts_are_counted_again() -> None:
    failing = [
        session(
            f"s{number}",
            call("book", "Error: no seats left", seat=1),
            call("book", "done" if number else "Error: no seats left", seat=2),
        )
        for number in range(2)
    ]
    cited = [
        Evidence(each.session, event.id) for each in failing for event in each.events if event.text.startswith("Error")
    ]
    read = {each.session: each for each in failing}
    claim = "`book` can fail with `no seats left`; {} retries worked ({} times in {} sessions)."
    assert verdict(claim.format("1 of 2", 3, 2), cited, read).finding is Finding.SUPPORTED
    for wrong in (("2 of 2", 3, 2), ("1 of 3", 3, 2), ("1 of 2", 4, 2), ("1 of 2", 3, 3)):
        assert verdict(claim.format(*wrong), cited, read).finding is Finding.CONTRADICTED


def test_sessions_that_ended_well_are_counted_again() -> None:
    read = {
        f"s{each}": replace(session(f"s{each}", call("book", "done")), outcome=float(each > 1)) for each in range(5)
    }
    cited = [Evidence(each, "e0") for each in read]
    assert verdict("Runs that call `book`: 3 of 5 sessions ended well.", cited, read).finding is Finding.SUPPORTED
    assert verdict("Runs that call `book`: 4 of 5 sessions ended well.", cited, read).finding is Finding.CONTRADICTED


def test_a_very_long_event_is_read_at_its_ends_and_searched_whole() -> None:
    long = session("s1", call("logs", "the gateway rejects uploads " + "x y z " * 1_000_000 + "limit 5433"))
    assert (
        verdict("The gateway rejects uploads, limit `5433`.", [Evidence("s1", "e1")], {"s1": long}).finding
        is Finding.SUPPORTED
    )


def test_containment_tells_right_from_wrong_citations() -> None:
    claim = "The gateway rejects uploads above 50 MB."
    assert score(claim, "413: uploads above 50 MB are rejected by the gateway") > LEAST
    assert score(claim, "the release branch is called main") < LEAST
    assert score("it is", "it is") == 0.0


def test_words_are_as_heavy_as_they_are_rare_where_that_is_known() -> None:
    from agentops.memory.comparing.containment import weights

    rare = weights(["gateway common", "common words", "common more", "common"])
    assert score("gateway common", "gateway", rare) > score("gateway common", "common", rare)


def test_days_that_were_meant_may_be_written() -> None:
    told = session("s1", user("The gateway was moved to the new cluster yesterday."), day=12)
    assert (
        verdict("The gateway was moved to the new cluster on 2026-11-11.", [Evidence("s1", "e0")], {"s1": told}).finding
        is Finding.SUPPORTED
    )
    assert Origin.USER is told.events[0].origin
