"""Environments from request to database and back, on both databases."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock

pytestmark = pytest.mark.anyio


async def make(http: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await http.post("/v1/environments", json={"name": "e", **fields})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_an_update_is_kept_and_an_empty_one_changes_nothing(http: httpx2.AsyncClient, clock: ManualClock) -> None:
    made = await make(http, description="d")
    path = f"/v1/environments/{made['id']}"
    clock.advance(timedelta(seconds=1))
    assert (await http.post(path, json={})).json() == made
    changed = (await http.post(path, json={"description": ""})).json()
    assert changed == {**made, "description": "", "updated_at": changed["updated_at"]}
    assert changed["updated_at"] > made["updated_at"]
    assert (await http.get(path)).json() == changed


async def test_the_outcome_of_an_update_has_to_hold_together(http: httpx2.AsyncClient) -> None:
    made = await make(http, config={"type": "cloud", "packages": {"pip": ["httpx"]}})
    config = {"type": "cloud", "networking": {"type": "limited"}}
    answer = await http.post(f"/v1/environments/{made['id']}", json={"config": config})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "config.networking.allow_package_managers: must be true, because packages are listed"
    )


async def test_a_type_cannot_change(http: httpx2.AsyncClient) -> None:
    made = await make(http)
    answer = await http.post(f"/v1/environments/{made['id']}", json={"config": {"type": "self_hosted"}})
    assert (answer.status_code, answer.json()["error"]["details"]) == (
        400,
        {"error_code": "invalid_config_type_change"},
    )


async def test_only_the_organization_is_a_scope(http: httpx2.AsyncClient) -> None:
    made = await make(http, scope="organization")
    for path in ("/v1/environments", f"/v1/environments/{made['id']}"):
        assert (await http.post(path, json={"name": "x", "scope": "account"})).status_code == 400


async def test_an_archived_environment_is_read_and_deleted(http: httpx2.AsyncClient, clock: ManualClock) -> None:
    made = await make(http)
    path = f"/v1/environments/{made['id']}"
    clock.advance(timedelta(seconds=1))
    archived = (await http.post(f"{path}/archive")).json()
    clock.advance(timedelta(seconds=1))
    assert (await http.post(f"{path}/archive")).json() == archived
    refused = await http.post(path, json={"name": "x"})
    assert (refused.status_code, refused.json()["error"]["details"]) == (400, {"error_code": "environment_archived"})
    assert (await http.get("/v1/environments")).json()["data"] == []
    assert (await http.get("/v1/environments?include_archived=true")).json()["data"] == [archived]
    assert (await http.delete(path)).json() == {"type": "environment_deleted", "id": made["id"]}
    for method in ("GET", "DELETE"):
        assert (await http.request(method, path)).status_code == 404
