"""Every query finds its rows by an index, in the order it wants them: page 100 costs what page 1 costs."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from agentops.engine.store.agents import Agents
from agentops.engine.store.blobs import Blobs
from agentops.engine.store.credentials import Credentials
from agentops.engine.store.deliveries import Outbox, Owner
from agentops.engine.store.delivery_log import DeliveryLog
from agentops.engine.store.delivery_queue import DeliveryQueue
from agentops.engine.store.deployment_runs import DeploymentRuns, RunFilter
from agentops.engine.store.deployments import DeploymentFilter, Deployments, scheduled
from agentops.engine.store.documents import DreamSchedules, Environments, MemoryStores, Vaults, WorkspaceWebhooks
from agentops.engine.store.environment_keys import EnvironmentKeys, WorkerCredentials
from agentops.engine.store.evaluations import EvaluationFilter, Evaluations
from agentops.engine.store.files import Chores, Files
from agentops.engine.store.memories import Memories
from agentops.engine.store.memory_versions import MemoryVersions, VersionFilter
from agentops.engine.store.migrations import MIGRATIONS
from agentops.engine.store.port import NO_PARAMS, Gain, Params, Row, Transaction, Window
from agentops.engine.store.session_events import EventWindow, SessionEvents
from agentops.engine.store.session_log import SessionLog
from agentops.engine.store.session_resources import SessionResources
from agentops.engine.store.session_threads import SessionThreads
from agentops.engine.store.sessions import SessionFilter, Sessions, Stretch
from agentops.engine.store.skills import Skills, SkillVersions
from agentops.engine.store.sqlite import SPELLING
from agentops.engine.store.timetable import Timetable
from agentops.engine.store.webhooks import Webhooks
from agentops.engine.store.work import Works
from agentops.engine.store.work_pollers import Pollers

STRETCH = Stretch(("2027", 5), 20)
WINDOW = Window("2026", ("2027", 5), 20)

QUERIES: dict[str, Callable[[Transaction], object]] = {
    "an agent": lambda tx: Agents(tx, "w").get("a"),
    "an agent's version": lambda tx: Agents(tx, "w").get("a", 3),
    "agents": lambda tx: Agents(tx, "w").page(WINDOW),
    "versions": lambda tx: Agents(tx, "w").versions("a", before=4, limit=3),
    "a deployment": lambda tx: Deployments(tx, "w").get("d"),
    "deployments": lambda tx: Deployments(tx, "w").page(WINDOW, DeploymentFilter()),
    "paused deployments": lambda tx: Deployments(tx, "w").page(WINDOW, DeploymentFilter(status="paused")),
    "deployments of an agent": lambda tx: Deployments(tx, "w").page(WINDOW, DeploymentFilter("a")),
    "all deployments of an agent": lambda tx: Deployments(tx, "w").of("a"),
    "deployments whose time has come": lambda tx: Timetable(tx).come("2027", None, 50),
    "when the next one's comes": lambda tx: Timetable(tx).earliest(),
    "how many have a schedule": lambda tx: scheduled(tx, "o"),
    "a run": lambda tx: DeploymentRuns(tx, "w").get("r"),
    "a run for a moment": lambda tx: DeploymentRuns(tx, "w").at("d", "2026"),
    "runs": lambda tx: DeploymentRuns(tx, "w").page(WINDOW, RunFilter()),
    "failed runs of a deployment": lambda tx: DeploymentRuns(tx, "w").page(WINDOW, RunFilter("d", has_error=True)),
    "an environment": lambda tx: Environments(tx, "w").get("e"),
    "environments": lambda tx: Environments(tx, "w").page(WINDOW),
    "evaluations": lambda tx: Evaluations(tx, "w").page(WINDOW, EvaluationFilter()),
    "evaluations of a session": lambda tx: Evaluations(tx, "w").page(WINDOW, EvaluationFilter("s", "o")),
    "evaluations by a rubric": lambda tx: Evaluations(tx, "w").page(WINDOW, EvaluationFilter(rubric_title="t")),
    "evaluations of an agent": lambda tx: Evaluations(tx, "w").page(WINDOW, EvaluationFilter(agent_id="a")),
    "a file": lambda tx: Files(tx, "w", "2026").get("f"),
    "some files": lambda tx: Files(tx, "w", "2026").among(["f", "g"]),
    "files": lambda tx: Files(tx, "w", "2026").page(WINDOW, None),
    "files that come due": lambda tx: Chores(tx).is_due("2026"),
    "a blob": lambda tx: Blobs(tx).get("f"),
    "blobs to remove": lambda tx: Blobs(tx).doomed(),
    "whether there are chores": lambda tx: Blobs(tx).has_chores("2026"),
    "what was delivered to an endpoint": lambda tx: DeliveryLog(tx, "w", "h").page(WINDOW, None),
    "what was delivered in vain": lambda tx: DeliveryLog(tx, "w", "h").page(WINDOW, "failed"),
    "a delivery": lambda tx: DeliveryLog(tx, "w", "h").get("d"),
    "its attempts": lambda tx: DeliveryLog(tx, "w", "h").attempts("d"),
    "what is due at an endpoint": lambda tx: DeliveryQueue(tx, "r").take("h", "2026", 8),
    "what a server has in hand": lambda tx: DeliveryQueue(tx, "r").held(),
    "what of it is still its own": lambda tx: DeliveryQueue(tx, "r").still_held([1, 2]),
    "how an endpoint does": lambda tx: DeliveryQueue(tx, "r").health("w", "h"),
    "webhooks": lambda tx: Webhooks(tx, "o").all(),
    "a webhook": lambda tx: Webhooks(tx, "o").get("h"),
    "webhooks of a workspace": lambda tx: WorkspaceWebhooks(tx, "w").page(WINDOW),
    "a count of them": lambda tx: WorkspaceWebhooks(tx, "w").count(),
    "who hears of it in a workspace": lambda tx: Outbox(tx, Owner.WORKSPACE, "w").mentioning(["a", "b"])(),
    "who hears of it in an organization": lambda tx: Outbox(tx, Owner.ORGANIZATION, "o").mentioning(["a"])(),
    "dream schedules": lambda tx: DreamSchedules(tx, "w").page(WINDOW),
    "vaults": lambda tx: Vaults(tx, "w").page(WINDOW),
    "a credential": lambda tx: Credentials(tx, "w", "v").get("c"),
    "credentials": lambda tx: Credentials(tx, "w", "v").page(WINDOW),
    "active credentials": lambda tx: Credentials(tx, "w", "v").active(),
    "all credentials": lambda tx: Credentials(tx, "w", "v").ids(),
    "a credential's key": lambda tx: Credentials(tx, "w", "v").id_of("k"),
    "a session": lambda tx: Sessions(tx, "w").get("s"),
    "sessions": lambda tx: Sessions(tx, "w").page(STRETCH, SessionFilter()),
    "sessions, oldest first": lambda tx: Sessions(tx, "w").page(replace(STRETCH, is_descending=False), SessionFilter()),
    "sessions of an agent": lambda tx: Sessions(tx, "w").page(STRETCH, SessionFilter(agent_id="a", agent_version=1)),
    "sessions of a deployment": lambda tx: Sessions(tx, "w").page(STRETCH, SessionFilter(deployment_id="d")),
    "sessions in a status": lambda tx: Sessions(tx, "w").page(STRETCH, SessionFilter(statuses=("idle", "running"))),
    "whether an environment is in use": lambda tx: Sessions(tx, "w").is_run_in("e"),
    "what is mounted": lambda tx: SessionResources(tx, "w").of("s"),
    "what is mounted into some": lambda tx: SessionResources(tx, "w").bodies(["s", "t"]),
    "whose copy a file is": lambda tx: SessionResources(tx, "w").holder_of("f"),
    "a log": lambda tx: SessionEvents(tx, "w", "s").page(EventWindow(("2026", 5), 20)),
    "a log backwards": lambda tx: SessionEvents(tx, "w", "s").page(EventWindow(("2026", 5), 20, is_descending=True)),
    "a log of a thread": lambda tx: SessionEvents(tx, "w", "s").page(EventWindow(("2026", 5), 20, thread_id="t")),
    "what was added to a log": lambda tx: SessionLog(tx, "w", "s").after(5, 20),
    "how much waits in a log": lambda tx: SessionLog(tx, "w", "s").waiting(),
    "the end of a log": lambda tx: SessionEvents(tx, "w", "s").append([]),
    "a thread": lambda tx: SessionThreads(tx, "w", "s").get("t"),
    "threads": lambda tx: SessionThreads(tx, "w", "s").all(),
    "threads in a status": lambda tx: SessionThreads(tx, "w", "s").page(3, 20, ("idle", "running")),
    "a skill": lambda tx: Skills(tx, "w").get("s"),
    "skills": lambda tx: Skills(tx, "w").page(WINDOW),
    "a skill's version": lambda tx: SkillVersions(tx, "w", "s").get("v"),
    "a skill's versions": lambda tx: SkillVersions(tx, "w", "s").page(WINDOW),
    "the newest version": lambda tx: SkillVersions(tx, "w", "s").newest(),
    "all versions": lambda tx: SkillVersions(tx, "w", "s").ids(),
    "an item of work": lambda tx: Works(tx, "w").get("i"),
    "a session's unfinished work": lambda tx: Works(tx, "w").unfinished("s"),
    "whether a session was work": lambda tx: Works(tx, "w").has_session("e", "s"),
    "work to hand out": lambda tx: Works(tx, "w").first_free("e", "2026", "2025"),
    "work that waits": lambda tx: Works(tx, "w").waiting("e", "2026"),
    "work": lambda tx: Works(tx, "w").page("e", WINDOW),
    "workers that poll": lambda tx: Pollers(tx, "w", "e").count("2026"),
    "an environment's keys": lambda tx: EnvironmentKeys(tx, "w", "e").page(WINDOW),
    "good keys": lambda tx: EnvironmentKeys(tx, "w", "e").count_good(),
    "whose key it is": lambda tx: WorkerCredentials(tx).key("h"),
    "whose token it is": lambda tx: WorkerCredentials(tx).token("h"),
    "memory stores": lambda tx: MemoryStores(tx, "w").page(WINDOW),
    "a memory": lambda tx: Memories(tx, "w", "s").get("m"),
    "a path": lambda tx: Memories(tx, "w", "s").id_at("/a"),
    "a count": lambda tx: Memories(tx, "w", "s").count(),
    "paths": lambda tx: Memories(tx, "w", "s").paths("/a", "/b"),
    "memories": lambda tx: Memories(tx, "w", "s").between("/a", "/b", below="/", content=False),
    "a memory version": lambda tx: MemoryVersions(tx, "w", "s").get("v"),
    "memory versions": lambda tx: MemoryVersions(tx, "w", "s").page(WINDOW, VersionFilter(), content=False),
    "versions of a memory": lambda tx: MemoryVersions(tx, "w", "s").page(WINDOW, VersionFilter("m"), content=False),
}


class Explainer:
    """Notes how SQLite would run what it is asked to run."""

    writes_alone = True

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.steps: list[str] = []
        self.gains: list[Gain] = []

    def all(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        self.steps += [row[3] for row in self._connection.execute(f"EXPLAIN QUERY PLAN {sql}", params)]
        return []

    def one(self, sql: str, params: Params = NO_PARAMS) -> Row | None:
        self.all(sql, params)
        return None

    def ahead(self, sql: str, params: Params = NO_PARAMS) -> Callable[[], list[Row]]:
        return lambda: self.all(sql, params)

    def run(self, sql: str, params: Params = NO_PARAMS) -> int:
        raise NotImplementedError


@pytest.fixture
def explainer() -> Iterator[Explainer]:
    connection = sqlite3.connect(":memory:")
    for migration in MIGRATIONS:
        for statement in migration.statements:
            connection.execute(statement.format_map(SPELLING))
    yield Explainer(connection)
    connection.close()


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_scans_a_table_or_sorts(explainer: Explainer, name: str) -> None:
    QUERIES[name](explainer)
    assert explainer.steps
    assert all(step.startswith("SEARCH") and "INDEX" in step for step in explainer.steps), explainer.steps


def test_endpoints_for_which_something_waits_are_found_by_steps_in_an_index(explainer: Explainer) -> None:
    DeliveryQueue(explainer, "r").lanes()
    found = [each for each in explainer.steps if "deliveries" in each or " d " in each]
    assert len(found) == 4
    steps = [each for each in found if "deliveries_free" in each]
    assert all(each.startswith("SEARCH") for each in found), found
    assert len(steps) == 3, found
