"""Beside applying, with all of it real: memory in step, the night's dream proposed, the forge and people told."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from anthropic import Anthropic

from agentops.base.clock import ManualClock, SystemClock
from agentops.base.threads import in_thread
from agentops.controller.running import Setting, opened
from agentops.controller.state import Phase, State
from agentops.memory_repo.forges.local import PROPOSALS
from agentops.memory_repo.git import Repository
from tests.controller.upstream import agent
from tests.flow.command import Command
from tests.flow.dreams.desk import Desk
from tests.flow.dreams.model import answering
from tests.flow.dreams.test_proposals import asking
from tests.flow.server import Server, serving
from tests.memory_repo.forges.fake.server import FakeForge
from tests.memory_repo.forges.fake.server import forge_server as running_server

pytestmark = [pytest.mark.anyio, pytest.mark.flow, pytest.mark.timeout(200), pytest.mark.long]

TREE = """\
apiVersion: agentops/v1
kind: Project
metadata: {{name: desk}}
spec: {{memory_repository: {{path: {memory}}}}}
---
apiVersion: agentops/v1
kind: MemoryStore
metadata: {{name: desk}}
spec: {{name: desk, seed: {{files: {{/notes.md: "- Be brief.\\n"}}}}}}
---
apiVersion: agentops/v1
kind: DreamSchedule
metadata: {{name: nightly}}
spec: {{name: Nightly, store: desk, engine: lexical, schedule: {{type: cron, expression: "0 3 1 1 *", timezone: UTC}}}}
"""


@dataclass
class Scene:
    """An operator's file, what it follows, and who is told."""

    folder: Path
    forge: FakeForge
    server: Server
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'control.db'}"

    @property
    def memory(self) -> Repository:
        return Repository(self.folder / "memory.git")

    def commit(self, *more: str, memory: str = "memory.git") -> str:
        """Merge a tree with these manifests beside the memory."""
        text = "".join([TREE.format(memory=self.folder / memory), *more])
        return self.forge.kept.commit("main", {"agents.d/desk.yaml": text})

    async def look(self) -> State:
        """Do what `agentops controller --once` does."""
        environment = {"KEY": self.server.key, "FORGE": self.forge.token.reveal()}
        setting = Setting.read(self.folder / "controller.yaml", environment, self.database, self.folder / "data")
        async with opened(setting, SystemClock()) as controller:
            states = await controller.once()
        assert states is not None
        return states[0]

    async def approve(self, plan: str) -> None:
        """Let a plan be applied, as a person does."""
        command = Command(self.folder)
        await in_thread(command, "controller", "approve", "desk", plan, "--database", self.database)

    def kinds(self) -> list[str]:
        """Return of what people were told since the last time."""
        told = [each["type"].removeprefix("repository.") for each in self.told]
        self.told.clear()
        return told

    def marks(self, commit: str) -> list[str]:
        """Return what the forge was told of a commit, oldest first."""
        return [each.state for each in self.forge.kept.statuses if each.commit == commit]


@contextmanager
def receiving(told: list[dict[str, Any]]) -> Iterator[str]:
    """Take notices on a port of this machine."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_request(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def operators(forge: FakeForge, server: Server, receiver: str) -> Mapping[str, Any]:
    """Return what the operator allows."""
    repository = {
        "name": "desk",
        "url": forge.url,
        "token": {"env": "FORGE"},
        "target": {"url": server.url, "api_key": {"env": "KEY"}},
        "memory": True,
        "dreams": True,
        "memory_repository": "memory.git",
        "forge": {"type": "github", "token": {"env": "FORGE"}},
        "notify": ["ops"],
    }
    return {"repositories": [repository], "notify": {"ops": {"url": receiver}}}


@pytest.fixture
def scene(tmp_path: Path, clock: ManualClock) -> Iterator[Scene]:
    told: list[dict[str, Any]] = []
    with (
        running_server() as forges,
        answering() as endpoint,
        serving(tmp_path / "server", start=asking(endpoint)) as server,
        receiving(told) as receiver,
    ):
        forge = forges.add(tmp_path / "agents.git", clock, name="agents")
        (tmp_path / "controller.yaml").write_text(json.dumps(operators(forge, server, receiver)))
        yield Scene(tmp_path, forge, server, told)
        assert not forge.violations, forge.violations


def begun(scene: Scene) -> None:
    """Make the memory repository, as a person does once, by hand."""
    project = scene.folder / "project"
    (project / "agents.d").mkdir(parents=True)
    (project / "agents.d/desk.yaml").write_text(TREE.format(memory=scene.folder / "memory.git"))
    agentops = Command(project, scene.server.settings)
    agentops("memory", "init")
    agentops("memory", "push")


async def test_it_runs_by_itself(scene: Scene) -> None:
    # What is merged runs; that memory has no repository yet is told, and stops nothing.
    first = scene.commit(agent("clerk"))
    state = await scene.look()
    assert (state.phase, state.live) == (Phase.IN_SYNC, first)
    assert "memory" in state.asides
    assert scene.marks(first) == ["success"]
    assert scene.kinds() == ["applied"]

    # Sessions were held: the night's dream becomes a proposal of the memory repository, and is told once.
    await in_thread(begun, scene)
    with Anthropic(base_url=scene.server.url, api_key=scene.server.key) as client:
        desk = Desk(client)
        await in_thread(desk.open)
        state = await scene.look()
        assert state.asides == {}
        proposals = scene.memory.refs(PROPOSALS)
        assert proposals
        assert scene.kinds() == ["dream_proposed"]

        # What an agent noted meanwhile is taken in, and told once.
        desk.writes(desk.store(), {"/notes.md": "- Be brief.\n- Be kind.\n"})
        assert (await scene.look()).asides == {}
    assert scene.kinds() == ["memory_synced"]

    # What waits is pending until a person says so. This one names another memory repository besides.
    Repository.create(scene.folder / "theirs.git").close()
    second = scene.commit(agent("clerk", more=", tools: [{type: agent_toolset_20260401}]"), memory="theirs.git")
    state = await scene.look()
    assert (state.phase, state.asides, scene.marks(second)) == (Phase.WAITING, {}, ["pending"])
    assert scene.kinds() == ["approval_wanted"]
    await scene.approve(state.plan_id)
    state = await scene.look()
    assert (state.live, scene.marks(second)) == (second, ["pending", "success"])

    # It is live, and whoever merged it gets nothing of what is remembered.
    assert "it may name" in state.asides["memory"]
    assert "it may name" in state.asides["dreams"]
    assert not Repository(scene.folder / "theirs.git").refs("refs/")

    # What is broken has failed, and changes nothing.
    broken = scene.commit("---\nkind: [\n")
    assert (await scene.look()).live == second
    assert scene.marks(broken) == ["failure"]
    assert scene.kinds() == ["applied", "refused"]
