"""Who others are told holds the lease, and what becomes of a run that loses it."""

import getpass
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from agentops.base.errors import StalePlan, TargetLocked
from agentops.base.ids import RandomIds
from agentops.cli import signs
from agentops.cli.context import Choice, cache_folder
from agentops.cli.holders import holder_of
from agentops.cli.leasing import Terms, leased, terms_of
from agentops.cli.planning import Planned, Wanted, planned_on
from agentops.manifests.load import load
from agentops.reconcile.apply import Applier, Progress, State
from agentops.reconcile.bodies import Stamp
from agentops.reconcile.delivery import Delivery
from agentops.reconcile.lease import Holder, Lease, locks_of
from agentops.reconcile.lowering import lower
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.planner import PlanOptions
from agentops.targets.endpoint import Endpoint
from agentops.targets.leases import Leases
from agentops.targets.live import LiveTarget
from tests.reconcile.declaring import manifest
from tests.reconcile.ground import URL, Ground, TickingClock, at_once, opened

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "ada",
    "GITHUB_WORKFLOW": "apply",
    "GITHUB_REPOSITORY": "acme/agents",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_RUN_ID": "17",
    "GITHUB_RUN_ATTEMPT": "2",
}
GITLAB = {
    "GITLAB_CI": "true",
    "GITLAB_USER_LOGIN": "ada",
    "CI_JOB_NAME": "apply",
    "CI_PROJECT_PATH": "acme/agents",
    "CI_JOB_URL": "https://gitlab.com/acme/agents/-/jobs/9",
}
COMMIT = "0123456789abcdef"


def test_a_job_of_github_is_told_by_who_started_it_and_where_it_runs() -> None:
    told = holder_of(GITHUB, COMMIT)
    assert (told.name, told.commit) == ("ada (apply of acme/agents)", COMMIT)
    assert told.run == "https://github.com/acme/agents/actions/runs/17/attempts/2"


def test_a_job_of_gitlab_is_told_likewise() -> None:
    told = holder_of(GITLAB, COMMIT)
    assert (told.name, told.run) == ("ada (apply of acme/agents)", "https://gitlab.com/acme/agents/-/jobs/9")


@pytest.mark.parametrize("environment", [{}, {"GITHUB_ACTIONS": "true"}, {"GITLAB_CI": "true"}, {"CI": "true"}])
def test_everybody_else_is_a_person_at_a_machine(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ada")
    assert holder_of(environment, "") == holder_of({}, "")
    assert holder_of(environment, "").name == f"{getpass.getuser()}@{socket.gethostname()}"
    assert holder_of(environment, "").run == ""


def test_whoever_runs_it_for_others_says_who_it_is_in_one_line() -> None:
    told = holder_of(GITHUB | {"AGENTOPS_HOLDER": "the controller\n\x1b[2J of shop", "GITHUB_SERVER_URL": "x y"}, "")
    assert told.name == "the controller \\x1b[2J of shop"
    assert told.run == ""


AGENT = manifest("Agent", "one", "{model: claude-haiku-5-5}")


@pytest.fixture
async def ground(anyio_backend: str) -> AsyncIterator[Ground]:
    """An engine and a way to it that have one time."""
    async with opened() as found:
        endpoint, way = Endpoint("engine", URL, found.engine.credential), httpx2.ASGITransport(app=found.engine.app)
        async with LiveTarget(endpoint, way, sleep=at_once, clock=TickingClock()) as target:
            yield Ground(found.engine, target, found.sdk, found.http, "shop")


async def planned(ground: Ground, folder: Path, *documents: str, spec: str = "{}") -> Planned:
    """Return the plan for a tree of these manifests."""
    (folder / "all.yaml").write_text("---\n".join([manifest("Project", "shop", spec), *documents]))
    tree = load(folder)
    desired, _ = lower(tree)
    return await planned_on(ground.target, Choice("", "a test"), Wanted(tree, desired), PlanOptions())


async def others(ground: Ground) -> Leases:
    """Return what another run of the same project does."""
    return Leases(ground.target, "shop", locks_of(await ground.target.list(ObjectKind.MEMORY_STORE) or (), "shop"))


def a_lease(ground: Ground) -> Lease:
    return Lease(Holder("ada@forge"), ground.target.pages.time.now(), 60, RandomIds().new("lease"))


@pytest.mark.anyio
async def test_whoever_meets_another_run_is_told_whose_it_is(ground: Ground, tmp_path: Path) -> None:
    plan = await planned(ground, tmp_path, AGENT)
    other = await others(ground)
    await other.take(a_lease(ground))
    with pytest.raises(
        TargetLocked, match=r"ada@forge has been applying since .* Nothing was changed on engine"
    ) as told:
        async with leased(plan):
            pytest.fail("nobody has the lease")
    assert "--lock-wait 5m" in told.value.hint
    await other.release()
    async with leased(plan) as hold:
        assert hold.planned.plan.id == plan.plan.id
        assert (await (await others(ground)).take(a_lease(ground))).holder


@pytest.mark.anyio
async def test_a_run_of_this_machine_that_was_killed_is_not_waited_for_and_what_it_did_is_looked_at(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    plan = await planned(ground, tmp_path, AGENT)
    lease = a_lease(ground)
    await (await others(ground)).take(lease)
    with signs.alive(cache_folder(os.environ), lease.nonce), pytest.raises(TargetLocked):
        async with leased(plan):
            pytest.fail("its holder lives")
    (sign := signs._place(tmp_path / "caches" / "agentops", lease.nonce)).write_text(signs._machine())
    await ground.carry_out(plan.plan, plan.world)
    async with leased(plan, lambda _: None) as hold:
        assert hold.planned.plan.is_empty
    assert "note: ada@forge was killed on this machine while it applied: its lease" in capsys.readouterr().err
    assert not sign.exists()


@pytest.mark.anyio
async def test_who_comes_second_carries_out_no_plan_that_the_first_one_has_carried_out(
    ground: Ground, tmp_path: Path
) -> None:
    first, second, third = [await planned(ground, tmp_path, AGENT) for _ in range(3)]
    async with leased(first) as hold:
        await ground.carry_out(hold.planned.plan, hold.planned.world)
    with pytest.raises(StalePlan, match=f"plan {second.plan.id} was made; the plan is now"):
        async with leased(second):
            pytest.fail("another plan than the one that was shown")
    seen: list[Planned] = []
    async with leased(third, seen.append) as hold:
        assert hold.planned.plan.is_empty
        assert seen == [hold.planned]
    assert len((await ground.everything())["agents"]) == 1


@pytest.mark.anyio
async def test_a_run_that_loses_its_lease_begins_no_further_step(ground: Ground, tmp_path: Path) -> None:
    plan = await planned(ground, tmp_path, *(AGENT.replace("one", each) for each in ("one", "two", "three")))
    async with leased(plan) as hold:

        def tell(progress: Progress) -> None:
            if progress.state is State.STARTED:
                hold.lose("the lease was taken over by ada@forge")

        stamp, delivery = Stamp("shop", "", "0.1.0"), Delivery(ground.target, at_once)
        applier = Applier(ground.target, delivery, stamp, RandomIds(), tell, parallel=1)
        hold.when_lost(applier.stop)
        outcome = await applier.run(plan.plan, {})
    ends = [(each.state, each.detail) for each in outcome.results]
    assert ends == [
        (State.DONE, "version 1"),
        (State.SKIPPED, "the lease was taken over by ada@forge"),
        (State.SKIPPED, "the lease was taken over by ada@forge"),
    ]


@pytest.mark.anyio
async def test_a_project_says_how_long_a_lease_lives_and_whether_there_is_one(ground: Ground, tmp_path: Path) -> None:
    plan = await planned(ground, tmp_path, spec="{lock: {ttl: 5m}}")
    assert terms_of(plan.tree) == Terms("lease", 300)
    bare = await planned(ground, tmp_path)
    assert terms_of(bare.tree) == Terms("lease", 60)
    none = await planned(ground, tmp_path, AGENT, spec="{lock: {mode: none}}")
    async with leased(none):
        assert locks_of(await ground.target.list(ObjectKind.MEMORY_STORE) or (), "shop") == []
