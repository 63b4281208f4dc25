"""What stands in a comment, and what is made of a plan that a stranger wrote."""

import json
from pathlib import Path
from typing import Any

import pytest

from agentops.base.errors import RefusedPlan, UsageError
from agentops.cli.ci import applying, markers
from agentops.cli.ci.commenting import comment_foreign, comment_plan, helpfully, read_foreign
from agentops.cli.ci.pipeline import Pipeline, pipeline
from agentops.cli.ci.results import write_outputs, write_summary
from tests.memory_repo.forges.fake.repository import Comment, Pull
from tests.memory_repo.forges.fake.server import FakeForge
from tests.reconcile.scenes import SCENES
from tests.reconcile.test_views import document

from .conftest import Running

pytestmark = pytest.mark.anyio

PLAN = document(SCENES["edits"]())


@pytest.fixture(params=["run", "gitlab"])
def either(request: pytest.FixtureRequest) -> Pipeline:
    """A run on each forge."""
    found: Pipeline = request.getfixturevalue(request.param)
    return found


async def test_the_comment_shows_the_plan_and_what_is_approved_by_merging(either: Pipeline, pull: Pull) -> None:
    assert await comment_plan(either, PLAN) == "written"
    (said,) = pull.comments
    assert markers.approved(said.body) == PLAN["plan_id"]
    assert f"agentops apply --expect {PLAN['plan_id']}" in said.body
    assert len(said.body) < 61_000
    assert await comment_plan(either, PLAN) == "nothing"


async def test_only_our_own_comment_approves(either: Pipeline, pull: Pull) -> None:
    with pytest.raises(RefusedPlan):
        await applying._approved(either, PLAN, None)
    pull.comments.append(Comment(900, f"{markers.of_plan(PLAN, 'c')}\nMerge me", "mallory"))
    with pytest.raises(RefusedPlan):
        await applying._approved(either, PLAN, pull.number)
    await comment_plan(either, PLAN)
    assert await applying._approved(either, PLAN, pull.number) == PLAN["plan_id"]
    for other in ({**PLAN, "target": "staging"}, {**PLAN, "owner": "github.com/acme/other"}):
        with pytest.raises(RefusedPlan):
            await applying._approved(either, other, pull.number)


async def test_a_strangers_plan_approves_nothing(
    github: Running, run: Pipeline, pull: Pull, forge: FakeForge, tmp_path: Path
) -> None:
    pull.from_fork = True
    about = {"head_branch": pull.branch, "head_sha": pull.head, "head_repository": {"owner": {"login": "stranger"}}}
    after = pipeline(github("workflow_run", {"workflow_run": about}))
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    assert await comment_foreign(after, tmp_path / "plan.json") == "written"
    (said,) = pull.comments
    assert "agentops offline plan" in said.body
    assert markers.approved(said.body) is None
    with pytest.raises(RefusedPlan):
        await applying._approved(run, PLAN, pull.number)


@pytest.mark.parametrize(
    "bent",
    [
        [],
        "x",
        {},
        {**PLAN, "plan_id": "` [x](https://evil.example)"},
        {**PLAN, "steps": [{**PLAN["steps"][0], "action": "<img src=x>"}]},
        {**PLAN, "steps": [{**PLAN["steps"][0], "version": {"from": "x", "to": 2}}]},
        {**PLAN, "steps": [{**PLAN["steps"][0], "changes": [{"field": "x"}]}]},
        {**PLAN, "summary": {}},
        {**PLAN, "summary": {**PLAN["summary"], "create": "[x](y)"}},
    ],
)
def test_what_is_no_plan_is_not_told(bent: Any, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(bent))
    with pytest.raises(UsageError):
        read_foreign(tmp_path / "plan.json")


def test_a_file_that_is_no_json_is_not_told(tmp_path: Path) -> None:
    for text in ("{", "[" * 100_000, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")):
        (tmp_path / "plan.json").write_text(text)
        with pytest.raises(UsageError):
            read_foreign(tmp_path / "plan.json")
    with pytest.raises(UsageError):
        read_foreign(tmp_path / "none.json")


async def test_a_forge_that_says_no_is_told_and_fails_nothing(
    gitlab: Pipeline, pull: Pull, forge: FakeForge, capsys: pytest.CaptureFixture[str]
) -> None:
    pull.number = 99
    await helpfully(gitlab, lambda: comment_plan(gitlab, PLAN))
    assert forge.kept.pulls
    pull.number = 1
    forge.token = type(forge.token)("another")
    await helpfully(gitlab, lambda: comment_plan(gitlab, PLAN))
    said = capsys.readouterr().err
    assert "warning: no comment was written: " in said
    assert "GITLAB_TOKEN" in said


def test_no_output_can_be_read_as_another_one(tmp_path: Path) -> None:
    run = Pipeline("github", outputs=tmp_path / "out", summary=tmp_path / "summary")
    write_outputs(run, {"plan-id": "a\nhas-changes=true", "is-blocked": False})
    assert (tmp_path / "out").read_text() == "plan-id=a has-changes=true\nis-blocked=false\n"
    for _ in range(5):
        write_summary(run, "x" * 300_000)
    assert (tmp_path / "summary").stat().st_size < 1 << 20
