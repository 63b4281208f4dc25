"""What becomes of real plans by default: those that the golden files hold, as `agentops plan -o json` prints them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentops.controller.grace import unwanted
from agentops.controller.policy import Policy, decide

PLANS = Path(__file__).parents[1] / "golden" / "plans"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GOES, ASKS, REFUSED = (True, "nothing"), (False, "approval"), (False, "nothing")

BECOMES = {
    "braked": REFUSED,
    "conflict": REFUSED,
    "destroy": ASKS,
    "drift": GOES,
    "edits": ASKS,
    "emptied": REFUSED,
    "every-word": REFUSED,
    "first-apply": GOES,
    "hostile": ASKS,
    "keys-and-skills": GOES,
    "keys-edited": ASKS,
    "keys-removed": ASKS,
    "left-out": GOES,
    "nothing-to-do": GOES,
    "refused": REFUSED,
    "removals": ASKS,
    "restored": GOES,
    "retired": GOES,
    "ripe": ASKS,
    "running": GOES,
    "running-destroyed": ASKS,
    "running-edits": ASKS,
    "widened": REFUSED,
}


def test_every_plan_is_judged() -> None:
    assert {each.stem for each in PLANS.glob("*.json")} == set(BECOMES)


@pytest.mark.parametrize("scene", BECOMES)
def test_a_plan_goes_asks_or_is_refused(scene: str) -> None:
    made = json.loads((PLANS / f"{scene}.json").read_text("utf-8"))
    found = decide(made, Policy(), NOW)
    assert (found.may_apply, found.waits_for) == BECOMES[scene], found.reasons


def test_each_reason_names_its_step_and_its_line() -> None:
    found = decide(json.loads((PLANS / "edits.json").read_text("utf-8")), Policy(), NOW)
    assert found.reasons == (
        (
            "Agent/reviewer (agent_toolset_20260401: every other tool asks each time → never asks): "
            "policy.risks.permission_widened is ask unless set otherwise"
        ),
    )


def test_what_a_plan_removes_is_unwanted_with_and_without_pruning() -> None:
    removing = json.loads((PLANS / "removals.json").read_text("utf-8"))
    assert unwanted(removing) >= {each["address"] for each in removing["steps"] if each["action"] == "archive"}
    assert unwanted(removing)
