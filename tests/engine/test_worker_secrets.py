"""Keys and tokens of workers: nowhere in the database, and told to nobody but who was given them."""

import json
import logging
from base64 import urlsafe_b64decode

import httpx2
import pytest

from agentops.engine.server import Engine
from agentops.engine.store.port import Transaction

pytestmark = pytest.mark.anyio

TABLES = ("environment_keys", "work_tokens", "work", "work_pollers", "environments", "sessions", "session_events")


async def test_neither_a_key_nor_a_token_is_at_rest(
    http: httpx2.AsyncClient, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    environment = (await http.post("/v1/environments", json={"name": "e", "config": {"type": "self_hosted"}})).json()
    agent = (await http.post("/v1/agents", json={"name": "a", "model": "claude-opus-5-5"})).json()
    path = f"/v1/environments/{environment['id']}/work"
    key = (await http.post(f"/v1/x-agentops/environments/{environment['id']}/keys", json={})).json()["key"]
    session = await http.post("/v1/sessions", json={"agent": agent["id"], "environment_id": environment["id"]})
    worker = {"authorization": f"Bearer {key}", "x-api-key": ""}
    item = (await http.get(f"{path}/poll", headers=worker)).json()
    token = json.loads(urlsafe_b64decode(item["secret"]))["sessions_token"]
    shown = [
        session.text,
        (await http.get(f"{path}/{item['id']}")).text,
        (await http.get(path, headers=worker)).text,
        (await http.get(f"/v1/x-agentops/environments/{environment['id']}/keys")).text,
        (await http.post(f"{path}/nothing/heartbeat", headers={**worker, "authorization": f"Bearer {token}"})).text,
    ]

    def rows(tx: Transaction) -> str:
        return "\n".join(repr(row) for table in TABLES for row in tx.all(f"SELECT * FROM {table}"))

    kept = await engine._database.read(rows)
    assert item["id"] in kept
    files = [each.read_bytes() for each in engine.settings.data.parent.glob("engine.db*")]
    for secret in (key, token, item["secret"]):
        assert secret not in kept + caplog.text + "".join(shown)
        assert not any(secret.encode() in each for each in files)
