"""What an apply leaves behind of itself: enough to tell how it ended, and nothing that anything depends on."""

import errno
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentops.base.clock import ManualClock
from agentops.cli.journal import FOLDER, KEPT, Journal, last_run, plan_of
from agentops.reconcile.apply import Outcome, Progress, State
from agentops.reconcile.plan import Plan
from agentops.reconcile.saving.description import steps
from tests.disks import files_end_at
from tests.reconcile.given import NOWHERE, OWNER, TARGET, a_team, an_agent, planned

from .shell import Shell
from .test_saved_plans import AGENT, PROJECT

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def a_plan() -> Plan:
    return planned([a_team("crew", ["a", "b"]), an_agent("a"), an_agent("b", system="SAY NOTHING OF THIS")])


class Desk:
    """Runs of one plan, kept in a folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.plan = a_plan()
        self.clock = ManualClock(NOON)
        self.warned: list[str] = []

    def begun(self) -> Journal:
        journal = Journal(self.home, self.clock, self.warned.append)
        journal.begin(self.plan, steps(self.plan, NOWHERE))
        return journal

    def told(self) -> str:
        run = last_run(self.home, OWNER, TARGET)
        return run.sentence if run else "no run"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_run_that_was_cut_off_says_how_far_it_came(desk: Desk) -> None:
    one, two, _ = desk.plan.steps
    with desk.begun() as journal:
        for progress in (
            Progress(one, State.STARTED),
            Progress(two, State.STARTED),
            Progress(one, State.DONE, "version 1"),
        ):
            journal.note(progress)
    assert desk.told() == (
        f"the last apply from here (plan {desk.plan.id}, 2026-11-22 12:00 UTC) was cut off after step 1 of 3, "
        "with Agent/b under way; this one goes on from there"
    )


def test_a_run_that_left_something_says_how_much(desk: Desk) -> None:
    one, two, three = desk.plan.steps
    results = (Progress(one, State.DONE), Progress(two, State.FAILED, "Busy."), Progress(three, State.SKIPPED, "needs"))
    with desk.begun() as journal:
        for each in results:
            journal.note(each)
        journal.end(Outcome(results))
    assert "left 2 of 3 steps undone; this one goes on from there" in desk.told()


def test_a_run_that_did_everything_says_nothing(desk: Desk) -> None:
    results = tuple(Progress(each, State.DONE) for each in desk.plan.steps)
    with desk.begun() as journal:
        journal.end(Outcome(results))
    assert desk.told() == ""


def test_a_run_that_is_under_way_is_not_told_of(desk: Desk) -> None:
    with desk.begun():
        assert desk.told() == "no run"
    assert "was cut off after step 0 of 3" in desk.told()


def test_another_project_or_target_had_no_run(desk: Desk) -> None:
    with desk.begun():
        pass
    assert last_run(desk.home, "theirs", TARGET) is None
    assert last_run(desk.home, OWNER, "elsewhere") is None


def test_the_plan_that_was_begun_is_known_by_its_id(desk: Desk) -> None:
    with desk.begun():
        pass
    assert plan_of(desk.home, OWNER, TARGET, desk.plan.id) == steps(desk.plan, NOWHERE)
    assert plan_of(desk.home, OWNER, TARGET, "0123456789ab") is None


def test_no_text_of_a_manifest_is_in_it_and_only_its_owner_reads_it(desk: Desk) -> None:
    with desk.begun():
        pass
    (file,) = (desk.home / FOLDER).glob("*.jsonl")
    assert "SAY NOTHING" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (desk.home / FOLDER / ".gitignore").read_text() == "*\n"


def test_only_the_newest_are_kept_and_nothing_else_is_touched(desk: Desk) -> None:
    (desk.home / FOLDER).mkdir()
    (desk.home / FOLDER / "notes.txt").write_text("mine")
    for minute in range(KEPT + 5):
        desk.clock = ManualClock(NOON.replace(minute=minute))
        with desk.begun():
            pass
    files = sorted(each.name for each in (desk.home / FOLDER).glob("*.jsonl"))
    assert len(files) == KEPT
    assert files[-1].startswith("20261122T1224")
    assert (desk.home / FOLDER / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "bent", ["", "[]\n", "{\n", '{"event": "planned"}\n', '{"event": "planned", "steps": 3}\n', "\0\xff"]
)
def test_a_journal_that_somebody_bent_is_no_journal(desk: Desk, bent: str) -> None:
    with desk.begun():
        pass
    (file,) = (desk.home / FOLDER).glob("*.jsonl")
    whole = json.loads(file.read_text())
    file.write_text(bent.replace('{"event"', f'{{"owner": "{OWNER}", "target": "{TARGET}", "event"'))
    assert desk.told() in {"no run", ""}
    assert plan_of(desk.home, OWNER, TARGET, desk.plan.id) in {None, ()}
    file.write_text(json.dumps(whole) + '\n{"event": "star')
    assert "was cut off after step 0 of 3" in desk.told()


def test_a_disk_that_takes_nothing_stops_nobody(desk: Desk) -> None:
    desk.home.joinpath(FOLDER).write_text("a file where a folder should be")
    with desk.begun() as journal:
        journal.note(Progress(desk.plan.steps[0], State.DONE))
    (said,) = desk.warned
    assert "no journal is kept" in said
    assert errno.errorcode  # whatever the system calls it


def test_a_disk_that_fills_up_leaves_no_journal_that_tells_of_a_run_cut_off(desk: Desk) -> None:
    one, two, _ = desk.plan.steps
    with desk.begun() as journal:
        (file,) = (desk.home / FOLDER).glob("*.jsonl")
        with files_end_at(file.stat().st_size + 10):
            journal.note(Progress(one, State.DONE))
            journal.note(Progress(two, State.DONE))
    (said,) = desk.warned
    assert said == f"note: no journal is kept in {desk.home / FOLDER}: File too large"
    assert desk.told() == "no run"
    with files_end_at(0):
        desk.begun().end(Outcome(()))
    assert list((desk.home / FOLDER).glob("*.jsonl")) == []


def test_what_it_tells_changes_nothing_that_is_done(agentops: Shell) -> None:
    Path("agents.d").mkdir()
    for name, text in (("project", PROJECT), ("x", AGENT), ("bad", AGENT.replace("name: x", "name: bad"))):
        Path(f"agents.d/{name}.yaml").write_text(text)
    bad = Path("agents.d/bad.yaml")
    bad.write_text(
        bad.read_text().replace(
            "system: one",
            "tools: [{type: agent_toolset_20260401}], skills: [{type: custom, skill_id: skill_01nowhere}]",
        )
    )
    said = agentops("apply", "--yes", status=1)
    assert "1 failed" in said.err
    approved = Path(".agentops", FOLDER)
    (file,) = approved.glob("*.jsonl")
    plan_id = file.stem.rpartition("-")[2]
    again = agentops("apply", "--expect", plan_id, status=4)
    assert f"plan {plan_id} was begun from here; 1 of 2 steps are in place" in again.err
    told = agentops("apply", "--yes", status=1)
    assert f"the last apply from here (plan {plan_id}, " in told.err
    assert "left 1 of 2 steps undone; this one goes on from there" in told.err
    shutil.rmtree(approved)
    untold = agentops("apply", "--yes", status=1)
    assert "the last apply from here" not in untold.err
    assert untold.out == told.out
