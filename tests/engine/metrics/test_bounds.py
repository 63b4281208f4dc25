"""Whatever strangers send, metrics do not grow."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.engine.api.app import ROUTES
from agentops.engine.core.conversation import Usage
from agentops.engine.core.deliveries import Outcome
from agentops.engine.core.entries import Entry
from agentops.engine.core.model_table import MODELS
from agentops.engine.instruments import Instruments
from agentops.engine.metrics import labels
from agentops.engine.metrics.exposition import Exposition
from agentops.engine.metrics.families import Families
from agentops.engine.models import port
from agentops.engine.server import build
from agentops.engine.settings import Settings

from .town import Alone, samples

MANY = 10_000
CLOSED = max(len(ROUTES) + 1, 100)
"""The largest closed set that a label is of: the routes, or the types of events."""


@pytest.mark.anyio
async def test_no_label_takes_what_a_stranger_chose(tmp_path: Path, clock: ManualClock) -> None:
    settings = Settings(f"sqlite:///{tmp_path / 'engine.db'}", tmp_path)
    families = Families(settings.models, "sqlite")
    engine = build(settings, clock=clock, ids=RandomIds(), instruments=Instruments(families))
    async with engine:
        for number in range(MANY):
            await _ask(
                engine, f"/v1/agents/stranger{number}" if number % 2 else f"/stranger{number}", f"STRANGER{number}"
            )
        _hostile(families)
        exposition = Exposition(families, engine.database, clock, Alone())
        await exposition.look()
        found = samples(exposition.text("")[1].decode())
    values = defaultdict(set)
    for name, said in found:
        for label, value in said:
            assert "stranger" not in value.lower(), (name, label, value)
            values[name, label].add(value)
    assert {each: len(of) for each, of in values.items() if len(of) > CLOSED} == {}
    assert len(found) < 1_000


async def _ask(engine: Any, path: str, method: str) -> None:
    key = engine.credential.reveal().encode()
    headers = [
        (b"x-api-key", key),
        (b"anthropic-version", b"2023-06-01"),
        (b"anthropic-beta", b"managed-agents-2026-04-01"),
    ]
    scope = {"type": "http", "path": path, "method": method, "headers": headers, "query_string": b""}

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        pass

    await engine.app(scope, receive, send)


def _hostile(families: Families) -> None:
    for number in range(MANY):
        stranger: Any = f"stranger{number}"
        families.asked({"id": stranger}, stranger, 0.1, Usage(1, 1))
        families.ran(stranger, None, "ok", 0.1)
        families.ran(stranger, stranger, "error", 0.1)
        families.transacted("read", 0.1, stranger)
        families.delivered(stranger, 0.1)
        ended = {"result": stranger}
        families.committed([Entry(stranger, "span.outcome_evaluation_end", "2026-11-21T00:00:00Z", ended)])


def test_a_log_of_unknown_types_shows_as_other() -> None:
    families = Families(MODELS, "sqlite")
    families.committed([Entry(f"sevt_{number}", f"stranger.{number}", "2026", {}) for number in range(MANY)])
    found = {
        said
        for name, said in samples(Exposition(families, None, None, Alone()).text("")[1].decode())
        if name.endswith("events_total")
    }
    assert len(found) == 101


def test_every_error_of_a_model_has_a_label() -> None:
    kinds = {each.kind for each in vars(port).values() if isinstance(each, type) and issubclass(each, port.ModelError)}
    assert {"ok", "cancelled", *kinds} == labels.MODEL_OUTCOMES


def test_every_end_of_a_delivery_has_a_label() -> None:
    assert {each.value for each in Outcome} == labels.DELIVERY_OUTCOMES


def test_a_model_goes_by_one_name_whichever_it_is_called_by() -> None:
    known = labels.models(MODELS)
    assert known["claude-haiku-4-5"] == known["claude-haiku-4-5-20251001"] == "claude-haiku-4-5-20251001"
