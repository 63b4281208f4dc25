"""Webhook endpoints in the database: the signing secret lies there sealed, and goes with its endpoint."""

from pathlib import Path

import httpx2
import pytest

from agentops.base.secrets import Secret
from agentops.engine.sealing import Box
from agentops.engine.server import Engine
from agentops.engine.store.secrets import Secrets

from .given import bytes_under

pytestmark = pytest.mark.anyio

HEADERS = {"anthropic-beta": "webhooks-2026-10-07"}
URL = "https://hooks.example.com"
KINDS = {
    "webhooks": ("/v1/organizations/webhooks", {"url": URL, "enabled_events": ["external_key.failed"]}),
    "workspace_webhooks": ("/v1/x-agentops/webhooks", {"url": URL, "events": ["agent.updated"]}),
}


@pytest.mark.parametrize("table", KINDS)
async def test_the_signing_secret_lies_sealed_and_goes_with_its_endpoint(
    http: httpx2.AsyncClient, engine: Engine, tmp_path: Path, table: str
) -> None:
    path, endpoint = KINDS[table]
    made = (await http.post(path, json=endpoint, headers=HEADERS)).json()
    renewed = (await http.post(f"{path}/{made['id']}/regenerate_signing_secret", headers=HEADERS)).json()
    settings = engine.settings
    box = Box(settings.organization if table == "webhooks" else settings.workspace, made["id"])
    kept = await engine._database.read(lambda tx: Secrets(tx, box, engine._keyring).of(made["id"]))
    assert kept == {"signing_secret": Secret(renewed["signing_secret"])}
    tables = ("secrets", "data_keys", table)
    rows = repr(await engine._database.read(lambda tx: [tx.all(f"SELECT * FROM {each}") for each in tables]))
    for secret in (made["signing_secret"], renewed["signing_secret"]):
        assert secret.removeprefix("whsec_") not in rows
        assert secret.removeprefix("whsec_").encode() not in bytes_under(tmp_path)
    assert (await http.delete(f"{path}/{made['id']}", headers=HEADERS)).status_code == 200
    left = await engine._database.read(lambda tx: [tx.all(f"SELECT * FROM {each}") for each in tables])
    assert left == [[], [], []]
