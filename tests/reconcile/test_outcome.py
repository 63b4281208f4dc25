"""What an apply did, in each rendering."""

from typing import Any

import pytest

from agentops.reconcile.apply import State
from agentops.reconcile.views.drift import drift_json
from agentops.reconcile.views.markdown import LIMIT, About, drift_markdown
from agentops.reconcile.views.outcome import outcome_markdown
from agentops.reconcile.views.schema import faults

from .scenes import SCENES
from .test_markdown import TRICKS, acting, size
from .test_views import document

ABOUT = About("agentops apply", "0123456789abcdef", "https://github.com/acme/agents/actions/runs/1")


def outcome(said: str = "", count: int = 1) -> dict[str, Any]:
    """Return an outcome in which something of each state happened."""
    states = [State.DONE, State.FAILED, State.SKIPPED]
    results = [
        {"address": f"Agent/a{number}", "action": "update", "state": state.value, "detail": said, "hint": said}
        for number in range(count)
        for state in states
    ]
    counts = {state.value: count for state in states}
    return {"format_version": 1, "is_complete": False, "summary": counts, "results": results, "is_interrupted": False}


def test_what_failed_comes_first() -> None:
    lines = [line for line in outcome_markdown(outcome(), ABOUT).splitlines() if line.startswith("| ")]
    assert [line.split()[1] for line in lines[1:]] == ["failed", "skipped", "done"]


@pytest.mark.parametrize("trick", TRICKS)
def test_what_a_server_says_is_code(trick: str) -> None:
    assert acting(outcome_markdown(outcome(trick), ABOUT)) == [ABOUT.run_url]


def test_an_outcome_of_any_size_fits() -> None:
    assert size(outcome_markdown(outcome("x " * 900, 900), ABOUT)) < 65_536


def test_an_outcome_is_as_its_schema_says() -> None:
    plan = document(SCENES["edits"]())
    for each in (outcome("said"), None):
        assert faults("outcome", {"format_version": 1, "plan": plan, "outcome": each}) == []
    assert faults("outcome", {"format_version": 1, "plan": plan, "outcome": {}})
    assert faults("outcome", {"format_version": 1, "plan": {}, "outcome": None})


def test_a_drift_report_is_told_and_fits() -> None:
    text = drift_markdown(drift_json(SCENES["drift"]()), About("agentops drift"))
    assert "objects changed on the target since the last apply" in text
    assert "`Agent/reviewer`" in text
    assert size(drift_markdown(drift_json(SCENES["hostile"]()), ABOUT, 900)) <= 900
    assert "No drift." in drift_markdown(drift_json(SCENES["first-apply"]()), ABOUT, LIMIT)
