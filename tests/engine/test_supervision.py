"""What a supervisor hears of a server: datagrams on a real socket, of a real `agentops serve`."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentops.engine.supervision import Supervisor
from tests.flow.command import PATIENCE_S, bare_environment
from tests.flow.nursery import born


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ears:
        ears.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        ears.settimeout(PATIENCE_S)
        yield ears


def heard(ears: socket.socket, wanted: str) -> list[str]:
    """Return what is told until something is."""
    told: list[str] = []
    while wanted not in told:
        told += ears.recv(4096).decode().splitlines()
    return told


@pytest.mark.flow
@pytest.mark.timeout(120)
def test_systemd_hears_when_a_server_is_ready_that_it_lives_and_that_it_leaves(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    watched = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "100000"}
    with listening(address) as ears, Path(os.devnull).open("r+") as nothing:
        argv = ["agentops", "serve", "--port", "0", "--data", str(tmp_path / "data")]
        process = born(argv, tmp_path, bare_environment(tmp_path) | watched, [nothing.fileno()] * 3)
        told = heard(ears, "READY=1")
        assert heard(ears, "WATCHDOG=1")
        process.send_signal(15)
        leaving = heard(ears, "STOPPING=1")
        assert process.wait(PATIENCE_S) == 0
    assert "STOPPING=1" not in told
    assert "READY=1" not in leaving


def test_a_name_in_the_name_space_of_the_kernel_is_an_address_too() -> None:
    address = f"@agentops-{os.getpid()}"
    with listening(address) as ears:
        Supervisor(address).tell("READY=1", "STATUS=here")
        assert ears.recv(100) == b"READY=1\nSTATUS=here"


def test_a_supervisor_that_is_gone_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Supervisor(str(tmp_path / "nobody")).tell("READY=1")
    assert "the supervisor does not listen" in caplog.text


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"NOTIFY_SOCKET": "vsock:2:1"}, None),
        ({"NOTIFY_SOCKET": "/run/n"}, Supervisor("/run/n")),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "30000000"}, Supervisor("/run/n", 30.0)),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, Supervisor("/run/n", 30.0)),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, Supervisor("/run/n")),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "often"}, Supervisor("/run/n")),
    ],
)
def test_who_wants_to_hear_is_told_by_the_environment(
    environment: Mapping[str, str], expected: Supervisor | None
) -> None:
    assert Supervisor.of(environment, process_id=7) == expected
