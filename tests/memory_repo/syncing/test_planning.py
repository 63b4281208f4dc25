"""What becomes of a memory that two sides do not agree on: every case, and laws that hold for all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.memory_repo.syncing.planning import Finding, Three, decisions
from agentops.memory_repo.syncing.policy import Mode, PathPolicies

TEXT = st.one_of(st.none(), st.sampled_from(["one", "two", "three"]))


def policies(mode: str) -> PathPolicies:
    return PathPolicies(((("/*"), Mode(mode)),))


def clash(main: str, base: str, live: str) -> tuple[str, bool]:
    return f"{main}|{base}|{live}", False


@pytest.mark.parametrize(
    ("mode", "sides", "finding", "then"),
    [
        ("both", ("a", "b", "a"), Finding.MAIN_AHEAD, ("b", "b")),
        ("both", ("a", "a", "b"), Finding.LIVE_AHEAD, ("b", "b")),
        ("both", ("a", None, "a"), Finding.MAIN_AHEAD, (None, None)),
        ("both", ("a", "a", None), Finding.LIVE_AHEAD, (None, None)),
        ("both", ("a", "b", None), Finding.MAIN_AHEAD, ("b", "b")),
        ("both", ("a", None, "b"), Finding.LIVE_AHEAD, ("b", "b")),
        ("both", ("a", "b", "c"), Finding.CONFLICT, ("c", "b|a|c")),
        ("both", (None, "b", "c"), Finding.CONFLICT, ("c", "b||c")),
        ("git", ("a", "a", "b"), Finding.TURNED_BACK, ("a", "a")),
        ("git", ("a", "b", "a"), Finding.MAIN_AHEAD, ("b", "b")),
        ("git", (None, None, "b"), Finding.TURNED_BACK, (None, None)),
        ("live", ("a", "b", "a"), Finding.KEPT, ("a", "a")),
        ("live", ("a", "a", "b"), Finding.LIVE_AHEAD, ("b", "b")),
        ("live", ("a", None, "a"), Finding.KEPT, ("a", "a")),
    ],
)
def test_each_case(
    mode: str, sides: tuple[str | None, str | None, str | None], finding: Finding, then: tuple[str | None, str | None]
) -> None:
    """The sides: base, main, live. Then: what the live store shall hold, and what is proposed for main."""
    (found,) = decisions([Three("/a", *sides)], policies(mode), clash)
    assert (found.finding, (found.live, found.main)) == (finding, then)


@given(base=TEXT, main=TEXT, live=TEXT, mode=st.sampled_from(list(Mode)))
def test_what_agrees_is_left_alone_and_what_is_decided_agrees(
    base: str | None, main: str | None, live: str | None, mode: Mode
) -> None:
    found = decisions([Three("/a", base, main, live)], policies(mode), clash)
    assert bool(found) == (main != live)
    for each in found:
        assert each.live == each.main or each.finding is Finding.CONFLICT
        assert decisions([Three("/a", base, each.main, each.main)], policies(mode), clash) == ()


@given(base=TEXT, main=TEXT, live=TEXT)
def test_no_text_is_given_up_for_its_removal_where_both_changed(
    base: str | None, main: str | None, live: str | None
) -> None:
    for each in decisions([Three("/a", base, main, live)], policies("both"), clash):
        if base not in {main, live}:
            assert each.live is not None


def test_the_first_policy_that_matches_counts_and_both_is_the_rest() -> None:
    rules = [{"path": "/rules/*", "mode": "git"}, {"path": "/*", "mode": "live"}]
    assert [PathPolicies.of(rules).mode(path) for path in ("/rules/a/b.md", "/x.md")] == [Mode.GIT, Mode.LIVE]
    assert PathPolicies.of(None).mode("/x.md") is Mode.BOTH
