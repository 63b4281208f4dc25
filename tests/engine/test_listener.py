"""The engine on a port."""

import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.applications import Starlette

from agentops.base.clock import SystemClock
from agentops.base.errors import UsageError
from agentops.base.ids import RandomIds
from agentops.engine import listener
from agentops.engine.listener import Address, serve
from agentops.engine.server import build
from agentops.engine.settings import Settings
from tests.conftest import Served

SERVE = """
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from agentops.base.clock import SystemClock
from agentops.base.ids import RandomIds
from agentops.engine.listener import serve
from agentops.engine.server import build
from agentops.engine.settings import Settings

folder = Path(sys.argv[1])
settings = Settings(f"sqlite:///{folder / 'engine.db'}", folder, port=0)
serve(build(settings, clock=SystemClock(), ids=RandomIds()), lambda at: print(at.url, flush=True))
print("closed", flush=True)
"""


@pytest.mark.flow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_served_engine_answers_with_its_key_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVE, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        key = (tmp_path / "api-key").read_text().strip()
        headers = {"x-api-key": key, "anthropic-beta": "managed-agents-2026-04-01"}
        answer = httpx2.get(f"{url}/v1/agents", headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"data": [], "next_page": None})
        assert "server" not in answer.headers
        server.send_signal(number)
        out, errors = server.communicate(timeout=30)
    assert (server.returncode, out, errors) == (0, "closed\n", "")
    assert not (tmp_path / "engine.db-wal").exists()


def test_a_port_in_use_is_refused_by_name(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(f"sqlite:///{tmp_path / 'x.db'}", tmp_path, port=taken.getsockname()[1])
        with pytest.raises(UsageError, match=r"127\.0\.0\.1:\d+ cannot be listened on"):
            serve(build(settings, clock=SystemClock(), ids=RandomIds()), print)


def test_answers_do_not_wait_for_acknowledgements() -> None:
    listening = listener.bound("127.0.0.1", 0)
    assert listening.proto == socket.IPPROTO_TCP
    listening.close()


@pytest.mark.parametrize("start", [b"GET /", b"GET / HTTP/1.1\r\nx-long: "])
def test_a_head_without_an_end_is_cut_off(served: Served, start: bytes) -> None:
    with socket.create_connection((urlsplit(served.url).hostname, urlsplit(served.url).port)) as client:
        client.sendall(start)
        with suppress(ConnectionError):  # the server need not read on
            for _ in range(64):
                client.sendall(b"x" * 64 * 1024)
        answer = b""
        with suppress(ConnectionError):  # nor wait until everything was taken
            answer = client.makefile("rb").readline()
    assert answer in (b"HTTP/1.1 400 Bad Request\r\n", b"")


def test_what_else_is_installed_does_not_decide_who_reads_requests() -> None:
    config = listener.configured(Starlette())
    assert (config.http, config.ws, config.proxy_headers) == ("h11", "none", False)


def test_an_address_is_a_base_url() -> None:
    assert Address("127.0.0.1", 8700).url == "http://127.0.0.1:8700"
    assert Address("::1", 8700).url == "http://[::1]:8700"
