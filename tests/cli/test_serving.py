"""What `serve` puts beside the engine is there when it is asked for, and costs nothing when it is not."""

import logging
import subprocess
import sys
from pathlib import Path

import click
import pytest

from agentops.base.clock import SystemClock
from agentops.cli import serving
from agentops.cli.failure import run
from agentops.cli.models import ModelFlags
from agentops.cli.serving import furnished
from agentops.cli.table import cli
from agentops.engine.listener import Address
from agentops.engine.settings import Settings
from agentops.engine.store.sqlite import SqliteDatabase

COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture(autouse=True)
def _nobody_collects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(COLLECTOR, raising=False)


def test_without_an_admin_port_and_a_collector_nothing_stands_before_the_ports(tmp_path: Path) -> None:
    house = furnished(_settings(tmp_path), SystemClock(), ModelFlags(), None)
    assert (house.admin, house.traces) == (None, None)
    assert isinstance(house.engine.database, SqliteDatabase)


def test_with_an_admin_port_everything_is_counted(tmp_path: Path) -> None:
    house = furnished(_settings(tmp_path), SystemClock(), ModelFlags(), Address("127.0.0.1", 0))
    assert house.admin is not None
    assert not isinstance(house.engine.database, SqliteDatabase)


def test_a_collector_without_the_extra_is_told_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(COLLECTOR, "http://127.0.0.1:9")
    monkeypatch.delitem(sys.modules, "agentops.engine.tracing.exporting", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with caplog.at_level(logging.WARNING):
        assert serving._traces() is None
    assert "OTEL_EXPORTER_OTLP_ENDPOINT is set, but no spans are sent" in caplog.text
    assert "pip install 'agentops-gitops[otel]'" in caplog.text


@pytest.mark.parametrize(
    ("variables", "is_on", "with_content"),
    [
        ({}, False, False),
        ({COLLECTOR: " "}, False, False),
        ({COLLECTOR: "http://127.0.0.1:9"}, True, False),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:9"}, True, False),
        ({COLLECTOR: "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"}, False, False),
        ({COLLECTOR: "http://127.0.0.1:9", serving._CONTENT: "true"}, True, True),
    ],
)
def test_spans_are_sent_where_the_environment_says(
    variables: dict[str, str], is_on: bool, with_content: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = serving._traces()
    assert (found is not None) == is_on
    if found is not None:
        assert found.with_content == with_content
        found._provider.shutdown()


_OF_SERVERS = {"prometheus_client", "opentelemetry", "psycopg", "uvicorn"}


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        # Whatever runs in the process of a command, `plan` first of all: no port, no collector, nothing to deliver.
        ("agentops.engine.server, agentops.engine.retention", _OF_SERVERS | {"aiohttp"}),
        ("agentops.engine.assembly, agentops.engine.instruments, agentops.engine.supervision", _OF_SERVERS),
        (
            "agentops.cli.commands.serve, agentops.cli.commands.backup, agentops.cli.commands.restore",
            _OF_SERVERS | {"aiohttp", "asyncio.events", "pydantic", "sqlite3", "starlette"},
        ),
        (
            "agentops.engine.backups.taking, agentops.engine.backups.restoring",
            _OF_SERVERS | {"aiohttp", "starlette"},
        ),
    ],
    ids=["engine", "sessions", "commands", "backups"],
)
def test_what_only_servers_need_is_loaded_by_no_other(modules: str, heavy: set[str]) -> None:
    script = f"import sys, {modules}; print(*{heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_an_address_for_no_admin_port_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["serve", "--data", str(tmp_path), "--admin-host", "127.0.0.1"]) == 2
    assert "Add --admin-port PORT." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "is_told"), [("127.0.0.1", False), ("::1", False), ("0.0.0.0", True), ("10.0.0.7", True)]
)
def test_who_opens_the_admin_port_beyond_this_machine_is_told(host: str, is_told: bool) -> None:
    assert ("They ask for no key" in serving.announced(Address(host, 8701))) == is_told


def test_the_help_of_serve_has_each_flag_once_and_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["serve", "--help"]) == 0
    said = capsys.readouterr().out
    shown = [line.split()[0] for line in said.splitlines() if line.startswith("  --")]
    command = cli.get_command(click.Context(cli), "serve")
    assert command is not None
    there = [each.opts[0] for each in command.params if each.opts[0].startswith("--")]
    assert sorted(shown) == sorted(there)
    assert {name for names in serving._SECTIONS.values() for name in names} <= {each.name for each in command.params}
    assert max(map(len, said.splitlines())) <= 80


def _settings(folder: Path) -> Settings:
    return Settings(f"sqlite:///{folder / 'engine.db'}", folder)
