from typing import Any

import pytest

from agentops.wire.deployments import DeploymentCreate, DeploymentUpdate
from agentops.wire.problems import check

TEXT = {"type": "text", "text": "go"}
MESSAGE = {"type": "user.message", "content": [TEXT]}
OUTCOME = {"type": "user.define_outcome", "description": "a report", "rubric": {"type": "text", "content": "- short"}}
SYSTEM = {"type": "system.message", "content": [TEXT]}


def said(**fields: Any) -> list[tuple[Any, ...]]:
    data = {"name": "d", "agent": "a", "environment_id": "e", "initial_events": [MESSAGE], **fields}
    return [(*each.path, each.kind) for each in check(DeploymentCreate, data)[1]]


def events(*given: Any) -> list[tuple[Any, ...]]:
    return [each[1:] for each in said(initial_events=list(given))]


def resource(**fields: Any) -> list[tuple[Any, ...]]:
    return [each[1:] for each in said(resources=[fields])]


def test_an_agent_an_environment_and_a_message_are_enough() -> None:
    assert said() == []
    assert said(agent={"type": "agent", "id": "a", "version": 3}) == []


def test_events_are_one_to_fifty_and_set_something_going() -> None:
    assert events() == [("too-few",)]
    assert events(*[MESSAGE] * 50) == []
    assert events(*[MESSAGE] * 51) == [("too-many",)]
    assert events(SYSTEM) == [("bad-combination",)]


def test_one_outcome_at_a_time() -> None:
    assert events(MESSAGE, OUTCOME) == []
    assert events(OUTCOME, MESSAGE, OUTCOME) == [(2, "not-unique")]


def test_a_system_message_follows_the_message_it_goes_with_and_is_last() -> None:
    assert events(MESSAGE, SYSTEM) == []
    assert events(MESSAGE, SYSTEM, MESSAGE) == [(1, "bad-combination")]
    assert events(OUTCOME, SYSTEM) == [(1, "bad-combination")]
    assert events(MESSAGE, SYSTEM, SYSTEM) == [(1, "bad-combination"), (2, "bad-combination")]


@pytest.mark.parametrize("iterations", [0, 21, "3", 1.5])
def test_an_outcome_is_tried_one_to_twenty_times(iterations: Any) -> None:
    [(index, field, _)] = events({**OUTCOME, "max_iterations": iterations})
    assert (index, field) == (0, "max_iterations")


def test_a_rubric_is_text_within_a_limit_or_a_file() -> None:
    assert events({**OUTCOME, "rubric": {"type": "file", "file_id": "file_1"}}) == []
    long = {"type": "text", "content": "x" * 262_145}
    assert events({**OUTCOME, "rubric": long}) == [(0, "rubric", "content", "too-long")]
    assert events({**OUTCOME, "rubric": None}) == [(0, "rubric", "wrong-type")]


@pytest.mark.parametrize("kind", ["user.interrupt", "user.tool_result", "agent.message", ""])
def test_other_events_cannot_be_first(kind: str) -> None:
    assert events({"type": kind}) == [(0, "type", "invalid-value")]


def test_what_only_the_platform_makes_cannot_be_sent() -> None:
    assert events({"type": "user.message", "content": [{"type": "redacted"}]}) == [
        (0, "content", 0, "type", "invalid-value")
    ]


def test_documents_from_files_are_at_most_a_hundred() -> None:
    block = {"type": "document", "source": {"type": "file", "file_id": "f"}}
    assert events({"type": "user.message", "content": [block] * 100}) == []
    assert events({"type": "user.message", "content": [block] * 101}) == [("too-many",)]


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/a/b.git",
        "git@github.com:a/b",
        "https://gitlab.com/a/b",
        "https://github.com/a",
        "http://github.com/a/b",
    ],
)
def test_a_repository_is_one_of_github(url: str) -> None:
    assert resource(type="github_repository", url=url) == [(0, "url", "bad-format")]
    assert resource(type="github_repository", url="https://github.com/a-b/c.d_e") == []


def test_a_checkout_is_a_branch_or_a_full_commit() -> None:
    there = {"type": "github_repository", "url": "https://github.com/a/b"}
    assert resource(**there, checkout={"type": "commit", "sha": "a" * 40}) == []
    assert resource(**there, checkout={"type": "commit", "sha": "abc123"}) == [(0, "checkout", "sha", "bad-format")]
    assert resource(**there, mount_path="/etc/x") == [(0, "mount_path", "bad-format")]
    assert resource(**there, mount_path="/workspace/../etc") == [(0, "mount_path", "bad-format")]


def test_memory_stores_are_at_most_eight_each_once() -> None:
    stores = [{"type": "memory_store", "memory_store_id": f"m{n}"} for n in range(9)]
    assert said(resources=stores[:8]) == []
    assert said(resources=stores) == [("resources", "too-many")]
    assert said(resources=[stores[0], stores[0]]) == [("resources", 1, "memory_store_id", "not-unique")]


def test_resources_vaults_and_instructions_have_their_limits() -> None:
    assert said(resources=[{"type": "file", "file_id": "f"}] * 501) == [("resources", "too-many")]
    assert said(vault_ids=["v"] * 51) == [("vault_ids", "too-many")]
    long = {"type": "memory_store", "memory_store_id": "m", "instructions": "x" * 4097}
    assert said(resources=[long]) == [("resources", 0, "instructions", "too-long")]


@pytest.mark.parametrize("amount", ["0", "025", "2.5", "-1", "+1", "", "1e3", "1 000"])
def test_a_budget_is_a_whole_number_of_cents(amount: str) -> None:
    budget = {"type": "limit", "max_list_cost": {"amount": amount, "currency": "USD"}}
    assert said(budget=budget) == [("budget", "max_list_cost", "amount", "bad-format")]


def test_a_number_is_no_amount() -> None:
    budget = {"type": "limit", "max_list_cost": {"amount": 2500, "currency": "USD"}}
    assert said(budget=budget) == [("budget", "max_list_cost", "amount", "wrong-type")]


def test_an_update_clears_what_can_be_cleared() -> None:
    clearable = ("description", "resources", "vault_ids", "schedule", "budget", "metadata")
    assert check(DeploymentUpdate, dict.fromkeys(clearable))[1] == ()
    fixed = ("name", "agent", "environment_id", "initial_events")
    assert [each.path for each in check(DeploymentUpdate, dict.fromkeys(fixed))[1]] == [(each,) for each in fixed]
