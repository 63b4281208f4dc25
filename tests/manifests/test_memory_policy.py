from typing import get_args

import pytest

from agentops.manifests.codes import policies
from agentops.manifests.marks import Text
from agentops.manifests.memory_policy import FILE, Policies, policies_of
from agentops.memory.gates.port import Policy
from agentops.memory.gates.strictness import FLOORS, Strictness
from agentops.wire.memory_policies import Gate

STORES = ("incidents", "booking")


def _read(text: str) -> Policies:
    return policies_of(Text(FILE, text), STORES)


def _told(text: str) -> list[tuple[str, int, str, str]]:
    found = _read(text).report.diagnostics
    return [(each.code.slug, each.span.line if each.span else 0, each.message, each.label) for each in found]


def test_an_empty_policy_leaves_gates_as_they_were_built() -> None:
    assert _read("").of("incidents") == Policy()
    assert _told("# nothing yet\n") == []


def test_a_store_has_what_is_said_for_all_and_then_its_own() -> None:
    found = _read(
        "gates: {lint: off, personal_data: warn}\n"
        "protected: [/preferences/**]\n"
        "most_changed: 0.5\n"
        "stores:\n"
        "  incidents:\n"
        "    gates: {lint: block}\n"
        "    protected: [/playbooks/rollback.md]\n"
        "    most_growth: 1\n"
    )
    assert found.report.diagnostics == ()
    assert found.of("incidents") == Policy(
        strictness={"lint": "block", "personal_data": "warn"},
        protected=("/preferences/**", "/playbooks/rollback.md"),
        most_changed=0.5,
        most_growth=1.0,
    )
    assert found.of("booking").strictness == {"lint": "off", "personal_data": "warn"}


def test_what_a_schedule_asks_for_stands_above_the_file() -> None:
    assert _read("gates: {lint: off}\n").of("booking", {"lint": "warn"}).strictness == {"lint": "warn"}


@pytest.mark.parametrize("gate", sorted(FLOORS))
def test_a_gate_with_a_floor_is_not_made_milder(gate: str) -> None:
    told = _told(f"gates:\n  {gate}: off\n")
    assert [each[:2] for each in told] == [("policy.floor", 2)]
    assert told[0][2] == f"the gate {gate} cannot be `off`: it is `{FLOORS[gate]}` at least"
    assert _told(f"gates: {{{gate}: {FLOORS[gate]}}}\n") == []


def test_a_floor_holds_in_a_single_store_too() -> None:
    found = _read("stores: {booking: {gates: {secrets: warn}}}\n")
    assert [each.code for each in found.report.diagnostics] == [policies.FLOOR]
    assert found.of("booking") == Policy(), "a policy with errors counts as none"


def test_what_is_misspelt_is_told_at_its_place_with_a_guess() -> None:
    told = _told("gates:\n  secret: block\nmost_changes: 0.5\nstores: {incident: {}}\nprotected: [preferences/**]\n")
    slugs = [(slug, line) for slug, line, _, _ in told]
    assert slugs == [("manifest.invalid-value", 2), ("manifest.unknown-field", 3), ("manifest.bad-format", 5)]
    assert told[1][3] == "did you mean most_changed?"


def test_a_store_that_is_not_there_is_a_warning() -> None:
    found = _read("stores: {incident: {gates: {lint: off}}}\n")
    assert [(each.code.slug, each.label) for each in found.report.diagnostics] == [
        ("policy.unknown-store", "did you mean incidents?")
    ]
    assert not found.report.has_errors


def test_there_is_one_document_and_its_shares_are_shares() -> None:
    assert [each[0] for each in _told("gates: {}\n---\ngates: {}\n")] == ["policy.documents"]
    assert [each[0] for each in _told("most_changed: 25\n")] == ["manifest.invalid-value"]
    assert [each[0] for each in _told("most_changed: [\n")] == ["yaml.syntax"]


def test_floors_are_of_gates_that_there_are_and_the_long_form_names_each() -> None:
    assert set(FLOORS) <= set(get_args(Gate))
    for gate, least in FLOORS.items():
        assert gate in policies.FLOOR.explanation
        assert least is not Strictness.OFF
    assert all(len(each.explanation) > 80 for each in policies.CODES.values())
