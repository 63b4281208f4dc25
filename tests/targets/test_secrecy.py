"""Against the engine: what is sent in the clear is in no log, no error, no answer and no file of the server."""

import logging
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import SystemClock
from agentops.base.errors import TargetRejected
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.server import build
from agentops.engine.settings import Settings
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.target import Verb, Write
from agentops.reconcile.write_only import WriteOnly
from agentops.targets.endpoint import Endpoint
from agentops.targets.live import LiveTarget

pytestmark = pytest.mark.anyio

URL = "http://engine.test"
TOKEN = "token-5hK2pQ8vW1zR7nT4"
CREDENTIAL = Write(
    Verb.CREATE,
    ObjectKind.CREDENTIAL,
    body={
        "auth": {
            "type": "static_bearer",
            "mcp_server_url": "https://a.example.com",
            "token": WriteOnly(Secret(TOKEN), ""),
        }
    },
    parent="vlt_01there",
)


def everything_in(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())


class Repeating(httpx2.AsyncBaseTransport):
    """A server that repeats what it does not take, as servers should not."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = (await request.aread()).decode()
        error: dict[str, Any] = {"type": "invalid_request_error", "message": f"No: {body}", "details": [body]}
        return httpx2.Response(400, json={"type": "error", "error": error}, request=request)


async def test_an_error_that_repeats_the_secret_is_told_without_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with LiveTarget(Endpoint("there", URL, Secret("key")), Repeating()) as target:
        with pytest.raises(TargetRejected) as caught:
            await target.write(CREDENTIAL)
    assert "•••" in caught.value.message
    assert TOKEN not in caught.value.message + caplog.text
    assert caught.value.__cause__ is None


async def test_no_log_and_no_file_holds_a_secret_however_much_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = Settings(database=f"sqlite:///{tmp_path}/engine.db", data=tmp_path)
    async with build(settings, clock=SystemClock(), ids=RandomIds()) as engine:
        endpoint = Endpoint("here", URL, engine.credential)
        async with LiveTarget(endpoint, httpx2.ASGITransport(app=engine.app)) as target:
            vault = await target.write(Write(Verb.CREATE, ObjectKind.VAULT, body={"display_name": "v", "metadata": {}}))
            parent = str(vault["id"])
            body = {**CREDENTIAL.body, "metadata": {}}
            made = await target.write(Write(Verb.CREATE, ObjectKind.CREDENTIAL, body=body, parent=parent))
            found = await target.list(ObjectKind.CREDENTIAL, parent)
            assert found == [made] == [await target.read(ObjectKind.CREDENTIAL, str(made["id"]), parent)]
    assert "Request options" in caplog.text, "writes without secrets are logged as ever"
    kept = everything_in(tmp_path)
    assert kept
    assert TOKEN not in caplog.text + repr(made) + repr(CREDENTIAL)
    assert TOKEN.encode() not in kept
