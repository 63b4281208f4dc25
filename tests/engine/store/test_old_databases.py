"""What was written stays readable: released steps of the schema never change, and the oldest database still opens."""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds
from agentops.base.secrets import Secret
from agentops.engine.server import build
from agentops.engine.settings import Settings
from agentops.engine.store.migrations import MIGRATIONS

pytestmark = pytest.mark.anyio

TESTS = Path(__file__).parents[2]
RELEASED = TESTS / "golden" / "migrations.sql"
FIRST = TESTS / "data" / "databases" / "first.sql"
KEY = "sk-of-the-first-schema-0123456789"
MEMORY = {"anthropic-beta": "agent-memory-2026-07-22"}


def written(count: int) -> str:
    """Return the first steps as the golden file spells them."""
    return "\n".join(
        "\n".join((f"-- {step.name}", *(f"{_trimmed(each)};" for each in step.statements), ""))
        for step in MIGRATIONS[:count]
    )


def _trimmed(sql: str) -> str:
    return "\n".join(line.rstrip() for line in sql.strip().splitlines())


def test_released_steps_of_the_schema_are_only_ever_added_to() -> None:
    """A step is added to the golden file with its release; from then on it is in somebody's database."""
    released = RELEASED.read_text("utf-8")
    count = sum(line.startswith("-- ") for line in released.splitlines())
    assert 18 <= count <= len(MIGRATIONS)
    assert written(count) == released


async def test_a_database_of_the_first_schema_opens_with_all_that_is_in_it(tmp_path: Path, clock: ManualClock) -> None:
    with closing(sqlite3.connect(tmp_path / "engine.db")) as connection:
        connection.executescript(FIRST.read_text("utf-8"))
    settings = Settings(f"sqlite:///{tmp_path / 'engine.db'}", tmp_path, api_key=Secret(KEY))
    async with build(settings, clock=clock, ids=RandomIds()) as engine:
        transport = httpx2.ASGITransport(app=engine.app)
        headers = {"x-api-key": KEY, "anthropic-beta": "managed-agents-2026-04-01"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://e.test", headers=headers) as http:
            (agent,) = (await http.get("/v1/agents")).json()["data"]
            assert (agent["name"], agent["version"]) == ("Reviewer", 2)
            (environment,) = (await http.get("/v1/environments")).json()["data"]
            (store,) = (await http.get("/v1/memory_stores", headers=MEMORY)).json()["data"]
            way = f"/v1/memory_stores/{store['id']}"
            (memory,) = (await http.get(f"{way}/memories?view=full", headers=MEMORY)).json()["data"]
            assert memory["content"] == "Second."
            versions = (await http.get(f"{way}/memory_versions", headers=MEMORY)).json()["data"]
            assert [each["operation"] for each in versions] == ["modified", "created"]
            begun = await http.post("/v1/sessions", json={"agent": agent["id"], "environment_id": environment["id"]})
            assert begun.status_code == 200, begun.text
