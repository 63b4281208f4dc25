from datetime import UTC, datetime
from typing import Any

import pytest

from agentops.wire import lists
from agentops.wire.problems import check
from agentops.wire.shape import Shape


def said(shape: type[Shape], *pairs: tuple[str, str]) -> list[tuple[Any, ...]]:
    return [(*each.path, each.kind) for each in check(shape, lists.collected(pairs))[1]]


def test_a_query_s_texts_are_read_as_what_they_mean() -> None:
    pairs = [
        ("limit", "5"),
        ("include_archived", "true"),
        ("created_at[gte]", "2026-05-06T01:10:30Z"),
        ("beta", "true"),
    ]
    query, problems = check(lists.AgentQuery, lists.collected(pairs))
    assert problems == ()
    assert query is not None
    assert (query.limit, query.include_archived) == (5, True)
    assert query.created_at_gte == datetime(2026, 5, 6, 1, 10, 30, tzinfo=UTC)


def test_a_list_has_twenty_entries_a_page_by_default() -> None:
    query, _ = check(lists.AgentQuery, {})
    assert query is not None
    assert query.limit == 20


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", ""])
def test_a_page_has_one_to_a_hundred_entries(limit: str) -> None:
    assert [each[0] for each in said(lists.VaultQuery, ("limit", limit))] == ["limit"]


def test_repeated_brackets_gather_in_a_list() -> None:
    pairs = [("statuses[]", "idle"), ("statuses[]", "running"), ("order", "asc"), ("order", "desc")]
    assert lists.collected(pairs) == {"statuses[]": ["idle", "running"], "order": "desc"}
    assert said(lists.SessionQuery, ("statuses[]", "asleep")) == [("statuses[]", 0, "invalid-value")]


@pytest.mark.parametrize(
    ("shape", "pairs", "path"),
    [
        (lists.DeploymentQuery, [("status", "active"), ("include_archived", "true")], "status"),
        (lists.FileQuery, [("ids[]", "a"), ("limit", "5")], "ids[]"),
        (lists.FileQuery, [("ids[]", str(n)) for n in range(101)], "ids[]"),
        (lists.MemoryQuery, [("path_prefix", "/notes")], "path_prefix"),
        (lists.MemoryQuery, [("depth", "2")], "depth"),
        (lists.AgentQuery, [("created_at[gte]", "yesterday")], "created_at[gte]"),
        (lists.SkillQuery, [("source", "mine")], "source"),
    ],
)
def test_what_cannot_be_asked_is_refused(shape: type[Shape], pairs: Any, path: str) -> None:
    assert [each[0] for each in said(shape, *pairs)] == [path]


def test_the_whole_store_can_be_listed() -> None:
    assert said(lists.MemoryQuery, ("path_prefix", "/"), ("depth", "1"), ("view", "full")) == []
