"""What a watch applies without asking, and what waits for a person."""

from pathlib import Path

import pytest

from agentops.cli.watching.leave import is_marked, objections
from agentops.manifests.load import load
from agentops.reconcile.plan import Plan
from tests.reconcile.scenes import SCENES


def scene(name: str) -> Plan:
    return SCENES[name]()


@pytest.mark.parametrize("name", ["first-apply", "nothing-to-do"])
def test_what_takes_nothing_from_anybody_goes_through(name: str) -> None:
    plan = scene(name)
    risky = {each.kind for step in plan.steps for each in step.risks if each.severity == "high"}
    assert bool(objections(plan)) == bool(risky)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("drift", "somebody changed Agent/reviewer on the target"),
        ("conflict", "the plan is blocked"),
        ("removals", "would be taken away"),
        ("destroy", "would be taken away"),
        ("keys-removed", "would be taken away"),
        ("edits", "permission widened"),
    ],
)
def test_what_a_person_should_look_at_waits(name: str, reason: str) -> None:
    assert any(reason in each for each in objections(scene(name))), objections(scene(name))


def test_only_the_project_marks_a_target(tmp_path: Path) -> None:
    spec = "{targets: {dev: {url: 'http://127.0.0.1:1', watch: apply}, prod: {url: 'http://127.0.0.1:2'}}}"
    text = f"apiVersion: agentops/v1\nkind: Project\nmetadata: {{name: acme}}\nspec: {spec}\n"
    (tmp_path / "project.yaml").write_text(text)
    tree = load(tmp_path)
    assert not tree.report.has_errors
    assert [is_marked(tree, each) for each in ("dev", "prod", "embedded", "")] == [True, False, False, False]
    (tmp_path / "project.yaml").write_text(text.replace("watch: apply", "watch: always"))
    assert load(tmp_path).report.has_errors
