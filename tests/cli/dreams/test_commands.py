"""Dream and review commands as a person types them, mistakes too."""

from pathlib import Path

import pytest

from tests.cli.shell import Shell, Stages

SESSIONS = Path(__file__).parents[2] / "data" / "tau-bench" / "airline-sessions.jsonl"
PROJECT = """\
apiVersion: agentops/v1
kind: Project
metadata: {name: demo}
spec:
  memory_repository: {path: memory.git}
---
apiVersion: agentops/v1
kind: MemoryStore
metadata: {name: desk}
spec:
  name: desk
---
apiVersion: agentops/v1
kind: DreamSchedule
metadata: {name: nightly}
spec:
  name: Nightly
  store: desk
  schedule: {type: cron, expression: "0 3 * * *", timezone: Europe/Berlin}
  since: last-dream
"""


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """An empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGENTOPS_TARGET", "embedded")
    return Shell(capsys)


def apply(shell: Shell) -> None:
    Path("agents.d").mkdir()
    Path("agents.d/project.yaml").write_text(PROJECT)
    shell("apply", "--yes")


def begin(shell: Shell) -> None:
    apply(shell)
    shell("memory", "init")


def dream(shell: Shell) -> None:
    begin(shell)
    shell("dream", "run", "nightly", "--transcripts", str(SESSIONS))


@pytest.fixture
def shell(bare: Shell, stages: Stages) -> Shell:
    stages.at("applied", lambda: apply(bare))
    return bare


@pytest.fixture
def begun(bare: Shell, stages: Stages) -> Shell:
    stages.at("begun", lambda: begin(bare))
    return bare


@pytest.fixture
def dreamt(bare: Shell, stages: Stages) -> Shell:
    stages.at("dreamt", lambda: dream(bare))
    return bare


def test_from_logs_to_the_live_store(begun: Shell) -> None:
    ran = begun("dream", "run", "--due", "--transcripts", str(SESSIONS), "-o", "json").json["dreams"][0]
    assert (ran["outcome"], ran["failed"], ran["merged"]) == ("opened", False, False)
    operations = ran["proposal"]["operations"]
    assert len(operations) >= 5
    assert all(each["evidence"] for each in operations)

    assert "nothing is due" in begun("dream", "run", "--due", "--transcripts", str(SESSIONS)).err
    listed = begun("dream", "list", "-o", "json").json["schedules"][0]
    assert (listed["last"]["state"], listed["operations"]) == ("done", len(operations))
    shown = begun("dream", "show", "nightly").out
    assert all(each["id"] in shown for each in operations)
    assert shown == begun("memory", "review").out + "\nproposed; `agentops memory review desk` judges it\n"

    assert "1 rejected" in begun("memory", "review", "--reject", operations[0]["id"][:6], "--accept", "all").out
    assert "merged" in begun("memory", "review", "desk", "--merge").out
    assert "merged; `agentops memory status desk` tells" in begun("dream", "show", "nightly").out
    assert begun("dream", "show", "desk", "-o", "json").json["is_merged"]
    begun("memory", "push")
    found = begun("memory", "search", operations[1]["about"], "-o", "json").json
    assert operations[1]["texts"][0] in str(found)
    assert operations[0]["texts"][0] not in str(found)
    assert "nothing new to read" in begun("dream", "run", "nightly", "--transcripts", str(SESSIONS)).out
    assert "No changes" in begun("plan").out


def test_a_trial_writes_nothing_anywhere(begun: Shell) -> None:
    before = sorted(Path("memory.git").rglob("*"))
    shown = begun("dream", "run", "nightly", "--transcripts", str(SESSIONS), "--dry-run").out

    assert "gates passed" in shown
    assert sorted(Path("memory.git").rglob("*")) != []
    assert begun("dream", "list", "-o", "json").json["schedules"][0]["operations"] == 0
    assert [each for each in sorted(Path("memory.git").rglob("*")) if "heads" in each.parts] == [
        each for each in before if "heads" in each.parts
    ]


def test_a_dream_without_a_schedule_names_its_store(begun: Shell) -> None:
    told = begun("dream", "run", "--store", "desk", "--transcripts", f"openai-chat:{SESSIONS}", "--only-transcripts")

    assert "operations in refs/agentops/proposals/1, opened" in told.out


@pytest.mark.parametrize(
    ("arguments", "said", "way_out"),
    [
        (["run"], "say what to dream", "--due"),
        (["run", "nigtly"], "there is no DreamSchedule `nigtly`", "did you mean `nightly`?"),
        (["run", "--store", "dsek"], "no MemoryStore `dsek`", "did you mean `desk`?"),
        (["run", "nightly", "--transcripts", "openai:x"], "no reader is called `openai`", "openai-chat"),
        (["run", "nightly", "--transcripts", "gone.jsonl"], "there is no log gone.jsonl", "KIND:FILE"),
        (["run", "nightly", "--transcripts", "agents.d/project.yaml"], "holds no session", "readers:"),
        (["run", "nightly", "--engine", "hosted", "--model", "m"], "ends with it", "--engine lexical"),
        (["run", "nightly", "--engine", "messages", "--transcripts", str(SESSIONS)], "needs a model", "--model"),
        (["run", "nightly", "--model", "m", "--transcripts", str(SESSIONS)], "no model is configured", "lexical"),
        (["show", "nothing"], "is no schedule, no store and no dream", "nightly"),
        (["show", "nightly"], "no dream is known", "dream list"),
    ],
)
def test_a_mistake_is_told_with_the_way_out(begun: Shell, arguments: list[str], said: str, way_out: str) -> None:
    told = begun("dream", *arguments, status=2)

    assert said in told.err
    assert way_out in told.err


def test_before_there_is_a_repository_the_way_to_one_is_told(shell: Shell) -> None:
    assert "agentops memory init" in shell("dream", "run", "nightly", status=1).err
    assert "agentops memory init" in shell("dream", "list", status=1).err
    assert "agentops memory init" in shell("memory", "review", status=1).err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reject", "99"], "`99` names no operation"),
        (["--reject", "zzz"], "`zzz` names no operation"),
        (["--accept", "1", "--merge"], "neither accepted nor rejected"),
        (["dsek"], "no MemoryStore `dsek`"),
    ],
)
def test_a_review_that_names_nothing_changes_nothing(dreamt: Shell, arguments: list[str], said: str) -> None:
    assert said in dreamt("memory", "review", *arguments, status=2).err
    assert dreamt("dream", "list", "-o", "json").json["schedules"][0]["operations"] >= 5


def test_there_is_nothing_to_review_before_something_is_proposed(begun: Shell) -> None:
    told = begun("memory", "review", status=2)

    assert "nothing is proposed" in told.err
    assert "agentops dream run" in told.err


def test_who_rejects_everything_is_told_what_is_left(dreamt: Shell) -> None:
    told = dreamt("memory", "review", "--reject", "all").out
    assert "proposes nothing else; `agentops memory review desk --merge` keeps that on main" in told
    assert "is open" not in told


def test_a_dream_without_any_session_says_so(begun: Shell) -> None:
    assert "nothing to read: no session was found, and no log given" in begun("dream", "run", "nightly").out


def test_what_is_unticked_is_dropped_by_a_refresh(dreamt: Shell) -> None:
    assert "desk: unchanged, 0 unticked" in dreamt("memory", "refresh").out


def test_a_dream_at_an_interval_is_due_once_within_it(begun: Shell) -> None:
    nightly = '  schedule: {type: cron, expression: "0 3 * * *", timezone: Europe/Berlin}\n'
    assert nightly in PROJECT
    Path("agents.d/project.yaml").write_text(PROJECT.replace(nightly, "  every: 52w\n"))
    begun("apply", "--yes")
    assert "No changes" in begun("plan").out

    [ran] = begun("dream", "run", "--due", "--transcripts", str(SESSIONS), "-o", "json").json["dreams"]
    assert ran["outcome"] == "opened"
    assert "nothing is due" in begun("dream", "run", "--due", "--transcripts", str(SESSIONS)).err
    [listed] = begun("dream", "list", "-o", "json").json["schedules"]
    assert listed["last"]["slot"] == ran["slot"]
    assert listed["next"] > listed["last"]["slot"]
