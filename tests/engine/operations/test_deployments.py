"""Deployments from request to database: tokens sealed, runs by schedule, pauses by failures, and the limit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest

from agentops.base.clock import ManualClock, timestamp
from agentops.base.secrets import Secret
from agentops.engine.core.deployments import SCHEDULED_MAX
from agentops.engine.operations import deployment_runs
from agentops.engine.operations.call import Call
from agentops.engine.sealing import Box
from agentops.engine.server import Engine
from agentops.engine.store.deployments import Deployments, StoredDeployment
from agentops.engine.store.port import Transaction
from agentops.engine.store.secrets import Secrets

from .given import a_deployment, bytes_under, made

pytestmark = pytest.mark.anyio

T = TypeVar("T")

NIGHTLY = {"type": "cron", "expression": "0 2 * * *", "timezone": "UTC"}
TOKEN, OTHER = "marked-secret-1", "marked-secret-2"
DUE = "2026-11-22T02:00:00.000000Z"


def repository(name: str, token: str | None) -> dict[str, Any]:
    known = {"authorization_token": token} if token else {}
    return {"type": "github_repository", "url": f"https://github.com/acme/{name}", **known}


def in_a_call(engine: Engine, clock: ManualClock, work: Callable[[Call], T]) -> Callable[[Transaction], T]:
    def done(tx: Transaction) -> T:
        settings = engine.settings
        names = (settings.organization, settings.workspace, "apikey_1", timestamp(clock.now()))
        return work(Call(tx, *names, engine._ids, engine._keyring))

    return done


async def fired(engine: Engine, clock: ManualClock, deployment_id: str, at: str = DUE) -> str | None:
    work = in_a_call(engine, clock, lambda call: deployment_runs.fire(call, deployment_id, at))
    return await engine._database.write(work)


async def tokens(engine: Engine, deployment_id: str) -> dict[str, str]:
    box = Box(engine.settings.workspace, deployment_id)
    kept = await engine._database.read(lambda tx: Secrets(tx, box, engine._keyring).of(deployment_id))
    return {name: each.reveal() for name, each in kept.items()}


async def test_tokens_lie_sealed_follow_their_resources_and_go_with_the_archive(
    http: httpx2.AsyncClient, engine: Engine, tmp_path: Path
) -> None:
    resources = [repository("public", None), repository("private", TOKEN)]
    deployment = await a_deployment(http, resources=resources)
    path = f"/v1/deployments/{deployment['id']}"
    assert await tokens(engine, deployment["id"]) == {"1": TOKEN}
    await made(http, path, name="other")
    assert await tokens(engine, deployment["id"]) == {"1": TOKEN}
    run = await made(http, f"{path}/run")
    box = Box(engine.settings.workspace, run["session_id"])
    mounted = await engine._database.read(
        lambda tx: tx.all("SELECT holder FROM secrets WHERE owner = :owner", {"owner": box.owner})
    )
    [(holder,)] = mounted
    kept = await engine._database.read(lambda tx: Secrets(tx, box, engine._keyring).of(holder))
    assert kept == {"authorization_token": Secret(TOKEN)}
    await made(http, path, resources=[repository("private", OTHER), repository("public", None)])
    assert await tokens(engine, deployment["id"]) == {"0": OTHER}
    await made(http, path, resources=[repository("private", None)])
    assert await tokens(engine, deployment["id"]) == {}
    await made(http, path, resources=[repository("private", OTHER)])
    await made(http, f"{path}/archive")
    assert await tokens(engine, deployment["id"]) == {}
    assert TOKEN.encode() not in bytes_under(tmp_path)
    assert OTHER.encode() not in bytes_under(tmp_path)


async def test_a_due_schedule_starts_one_session_and_says_when(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock
) -> None:
    deployment = await a_deployment(http, schedule=NIGHTLY)
    assert await fired(engine, clock, deployment["id"])
    assert await fired(engine, clock, deployment["id"]) is None, "at most one run for each moment"
    [run] = (await http.get("/v1/deployment_runs", params={"trigger_type": "schedule"})).json()["data"]
    assert run["trigger_context"] == {"type": "schedule", "scheduled_at": DUE}
    assert run["session_id"].startswith("sesn_")
    after = (await http.get(f"/v1/deployments/{deployment['id']}")).json()
    assert after["schedule"].pop("last_run_at") == timestamp(clock.now())
    before = {**deployment, "schedule": {k: v for k, v in deployment["schedule"].items() if k != "last_run_at"}}
    assert after == before


async def test_a_schedule_does_not_fire_when_paused_archived_or_taken_away(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock
) -> None:
    deployment = await a_deployment(http, schedule=NIGHTLY)
    path = f"/v1/deployments/{deployment['id']}"
    await made(http, f"{path}/pause")
    assert await fired(engine, clock, deployment["id"]) is None
    await made(http, f"{path}/unpause")
    await made(http, path, schedule=None)
    assert await fired(engine, clock, deployment["id"]) is None
    await made(http, path, schedule=NIGHTLY)
    await made(http, f"{path}/archive")
    assert await fired(engine, clock, deployment["id"]) is None
    assert (await http.get("/v1/deployment_runs")).json()["data"] == []


async def test_a_failure_by_schedule_pauses_with_its_word_and_leaves_no_session(
    http: httpx2.AsyncClient, engine: Engine, clock: ManualClock
) -> None:
    store = await made(http, "/v1/memory_stores", name="m")
    resources = [repository("tickets", TOKEN), {"type": "memory_store", "memory_store_id": store["id"]}]
    deployment = await a_deployment(http, schedule=NIGHTLY, resources=resources)
    await made(http, f"/v1/memory_stores/{store['id']}/archive")
    assert await fired(engine, clock, deployment["id"])
    [run] = (await http.get("/v1/deployment_runs", params={"has_error": "true"})).json()["data"]
    assert run["error"]["type"] == "memory_store_archived_error"
    after = (await http.get(f"/v1/deployments/{deployment['id']}")).json()
    assert after["status"] == "paused"
    assert after["paused_reason"] == {"type": "error", "error": {"type": "memory_store_archived_error"}}
    assert after["schedule"]["last_run_at"] is None
    left = await engine._database.read(
        lambda tx: [tx.one(f"SELECT COUNT(*) FROM {each}") for each in ("sessions", "session_resources", "secrets")]
    )
    assert left == [(0,), (0,), (1,)], "what the attempt wrote before it failed is gone; the deployment's token is not"


async def test_a_thousand_schedules_are_as_many_as_an_organization_has(
    http: httpx2.AsyncClient, engine: Engine
) -> None:
    plain, scheduled = await a_deployment(http), await a_deployment(http, schedule=NIGHTLY)

    def fill(tx: Transaction) -> None:
        there = Deployments(tx, "wrkspc_another")
        for number in range(SCHEDULED_MAX - 1):
            one = StoredDeployment(f"depl_{number}", "{}", "agent_1", "active", 1, None, DUE)
            there.insert(one, engine.settings.organization)

    await engine._database.write(fill)
    path = f"/v1/deployments/{plain['id']}"
    refusal = await http.post(path, json={"schedule": NIGHTLY})
    assert (refusal.status_code, "1000" in refusal.text) == (400, True)
    parts = {key: scheduled[key] for key in ("name", "agent", "environment_id", "initial_events")}
    assert (await http.post("/v1/deployments", json={**parts, "schedule": NIGHTLY})).status_code == 400
    await made(http, "/v1/deployments", **parts)
    await made(http, f"/v1/deployments/{scheduled['id']}", schedule={**NIGHTLY, "timezone": "Europe/Berlin"})
    await made(http, f"/v1/deployments/{scheduled['id']}/archive")
    await made(http, path, schedule=NIGHTLY)


async def test_the_rehearsal_of_a_session_leaves_nothing(http: httpx2.AsyncClient, engine: Engine) -> None:
    deployment = await a_deployment(http, resources=[repository("tickets", TOKEN)])
    await made(http, f"/v1/deployments/{deployment['id']}", agent=deployment["agent"]["id"])
    tables = ("sessions", "session_resources", "session_events", "work")
    left = await engine._database.read(lambda tx: [tx.one(f"SELECT COUNT(*) FROM {each}") for each in tables])
    assert left == [(0,)] * len(tables)
    owners = await engine._database.read(lambda tx: tx.all("SELECT DISTINCT owner FROM secrets"))
    assert owners == [(deployment["id"],)]
