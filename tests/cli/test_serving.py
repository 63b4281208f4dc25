"""What `serve` puts beside the engine is there when it is asked for, and costs nothing when it is not."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from agentops.base.clock import SystemClock
from agentops.cli import serving
from agentops.cli.models import ModelFlags
from agentops.cli.serving import furnished
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


def test_the_engine_alone_loads_neither_prometheus_nor_opentelemetrys_sdk() -> None:
    heavy = {"prometheus_client", "opentelemetry.sdk", "opentelemetry.sdk.trace"}
    script = f"import sys, agentops.engine.server, agentops.engine.assembly; print(*{heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def _settings(folder: Path) -> Settings:
    return Settings(f"sqlite:///{folder / 'engine.db'}", folder)
