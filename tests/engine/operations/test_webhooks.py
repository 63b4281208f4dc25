"""Webhook endpoints in the database: the signing secret lies there sealed, and goes with its endpoint."""

from pathlib import Path

import httpx2
import pytest

from agentops.base.secrets import Secret
from agentops.engine.sealing import Box
from agentops.engine.server import Engine
from agentops.engine.store.secrets import Secrets

pytestmark = pytest.mark.anyio

PATH = "/v1/organizations/webhooks"
HEADERS = {"anthropic-beta": "webhooks-2026-10-07"}
ENDPOINT = {"url": "https://hooks.example.com", "enabled_events": ["external_key.failed"]}


def bytes_under(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())


async def test_the_signing_secret_lies_sealed_and_goes_with_its_endpoint(
    http: httpx2.AsyncClient, engine: Engine, tmp_path: Path
) -> None:
    made = (await http.post(PATH, json=ENDPOINT, headers=HEADERS)).json()
    renewed = (await http.post(f"{PATH}/{made['id']}/regenerate_signing_secret", headers=HEADERS)).json()
    box = Box(engine.settings.organization, made["id"])
    kept = await engine._database.read(lambda tx: Secrets(tx, box, engine._keyring).of(made["id"]))
    assert kept == {"signing_secret": Secret(renewed["signing_secret"])}
    rows = repr(
        await engine._database.read(lambda tx: tx.all("SELECT * FROM secrets") + tx.all("SELECT * FROM webhooks"))
    )
    for secret in (made["signing_secret"], renewed["signing_secret"]):
        assert secret.removeprefix("whsec_") not in rows
        assert secret.removeprefix("whsec_").encode() not in bytes_under(tmp_path)
    assert (await http.delete(f"{PATH}/{made['id']}", headers=HEADERS)).status_code == 200
    tables = ("secrets", "data_keys", "webhooks")
    left = await engine._database.read(lambda tx: [tx.all(f"SELECT * FROM {table}") for table in tables])
    assert left == [[], [], []]
