"""Files that are no saved plan, or that somebody bent: each is refused in a sentence."""

import json
from typing import Any

import pytest

from agentops.base.errors import UsageError
from agentops.base.names import Address
from agentops.reconcile.planner import PlanOptions
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.saving.options import restored, saved
from agentops.reconcile.saving.shape import LARGEST, parsed

PLAN: dict[str, Any] = {
    "format_version": 1,
    "tool_version": "0.1.0",
    "plan_id": "0123456789ab",
    "made_at": "2026-11-22T08:00:00Z",
    "owner": "acme",
    "target": {"name": "", "label": "https://api.example.com", "url": "https://api.example.com"},
    "tree": {"path": "."},
    "steps": [{"address": "Agent/x", "object": "agent", "action": "create"}],
}


def test_the_smallest_plan_is_read() -> None:
    assert parsed(json.dumps(PLAN), "plan.json").steps[0].address == "Agent/x"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "plan.json is no saved plan"),
        ('{"plan_id": "x"}', "plan.json is no saved plan"),
        (json.dumps(PLAN | {"format_version": 2}), "has format version '2'; this agentops reads 1"),
        (json.dumps(PLAN | {"summary": {}}), "is what `plan -o json` prints"),
        (json.dumps(PLAN | {"plan_id": "x"}), "`plan_id`: string should match"),
        (json.dumps(PLAN | {"bodies": []}), "`bodies`: extra inputs are not permitted"),
        (json.dumps(PLAN | {"owner": "a\x1b[2J"}), "`owner`: string should match"),
        (json.dumps(PLAN | {"owner": "a" * 2000}), "`owner`: string should have at most 1024 characters"),
        (json.dumps(PLAN | {"steps": [{"address": "Agent/x"}]}), "`steps.0.object`: field required"),
        (json.dumps(PLAN | {"steps": "all"}), "`steps`"),
        (json.dumps(PLAN | {"tree": {"path": ""}}), "`tree.path`"),
        (" " * (LARGEST + 1), "is larger than any saved plan"),
    ],
)
def test_what_is_no_plan_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(text, "plan.json")
    assert sentence in caught.value.message
    assert len(caught.value.message) < 400
    assert "\x1b" not in caught.value.message
    assert caught.value.hint


def test_options_survive_a_file() -> None:
    x, y = Address.parse("Agent/x"), Address.parse("Vault/v/part")
    assert x
    assert y
    removal = RemovalRules(prune=True, max_archive=3, skips_grace=True, cascade=frozenset({"depl_1"}))
    chosen = PlanOptions(adopt=frozenset({x, y}), take={x: "agent_1"}, max_update=0, removal=removal)
    document = json.loads(json.dumps(saved(chosen)))
    assert restored(document, PlanOptions(), "plan.json") == chosen
    assert saved(PlanOptions()) == {}


@pytest.mark.parametrize(
    "document",
    [
        {"force": True},
        {"removal": {"force": True}},
        {"removal": True},
        {"removal": {"prune": "yes"}},
        {"removal": {"prune": 1}},
        {"removal": {"now": "2026-11-22"}},
        {"max_update": True},
        {"max_update": "3"},
        {"adopt": "Agent/x"},
        {"adopt": ["x"]},
        {"adopt": [1]},
        {"take": ["Agent/x"]},
        {"take": {"Agent/x": 1}},
        {"adopt": ["Agent/x"] * 10_001},
    ],
)
def test_options_that_nobody_can_give_are_refused(document: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="options that this agentops does not know"):
        restored(document, PlanOptions(), "plan.json")
