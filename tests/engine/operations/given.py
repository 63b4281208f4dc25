"""What tests of operations ask the API for, and what then lies on disk."""

from pathlib import Path
from typing import Any

import httpx2

MESSAGE = {"type": "user.message", "content": [{"type": "text", "text": "go"}]}


async def made(http: httpx2.AsyncClient, path: str, **fields: Any) -> dict[str, Any]:
    answer = await http.post(path, json=fields)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def a_deployment(http: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    agent = await made(http, "/v1/agents", name="a", model="claude-opus-5-5")
    environment = await made(http, "/v1/environments", name="e")
    parts = {"agent": agent["id"], "environment_id": environment["id"], "initial_events": [MESSAGE]}
    return await made(http, "/v1/deployments", **{"name": "d", **parts, **fields})


def bytes_under(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())
