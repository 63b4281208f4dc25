"""A followed repository from end to end: real git, the real commands as processes, a real server."""

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from agentops.base.clock import SystemClock, timestamp
from agentops.base.threads import in_thread
from agentops.cli.failure import run
from agentops.cli.table import cli
from agentops.controller import commands
from agentops.controller.config import Config
from agentops.controller.follower import Follower
from agentops.controller.ground import Ground
from agentops.controller.notices.notice import Notice
from agentops.controller.reading import Secrets
from agentops.controller.register import Register
from agentops.controller.state import Phase, State
from agentops.engine.store.choice import database
from agentops.wire.problems import check
from tests.controller.test_clone import made_key
from tests.controller.upstream import PROJECT, Upstream, agent
from tests.flow.holding import LINK, hold
from tests.flow.server import Server, serving

pytestmark = [pytest.mark.anyio, pytest.mark.flow, pytest.mark.timeout(300)]

LEAF = "agents.d/shop.yaml"
HELD = ", tools: [{type: agent_toolset_20260401, default_config: {permission_policy: {type: always_ask}}}]"
VAULT = """---
apiVersion: agentops/v1
kind: Vault
metadata: {name: stolen}
spec:
  display_name: stolen
  credentials:
    c: {auth: {type: static_bearer, mcp_server_url: https://mcp.example/, token: {file: ../../../../../key}}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("followed") / "server") as running:
        yield running


@dataclass
class Scene:
    """A repository, its follower, and what people were told."""

    upstream: Upstream
    follower: Follower
    register: Register
    server: Server
    told: list[Notice]
    url: str

    async def round(self) -> State:
        """Look once."""
        return await self.follower.round()

    def agents(self) -> dict[str, dict[str, Any]]:
        """Return the live agents of this repository by name."""
        return {each["name"]: each for each in self.server.objects("agents") if self.is_ours(each)}

    def is_ours(self, live: dict[str, Any]) -> bool:
        return bool(live["metadata"].get("agentops_owner") == self.owner)

    @property
    def owner(self) -> str:
        return self.follower.name

    def bend(self, name: str, system: str) -> None:
        """Change an agent behind our back."""
        live = self.agents()[name]
        self.server._call("POST", f"agents/{live['id']}", {"version": live["version"], "system": system})

    def tree(self, *manifests: str) -> str:
        """Commit these agents under a name that no other test has."""
        return self.upstream.commit({LEAF: "".join([PROJECT.replace("shop", self.owner), *manifests])})

    async def person(self, *words: str) -> int:
        """Do what a person does who answers on the command line."""
        return await in_thread(run, cli, [*words, "--database", self.url])


@pytest.fixture
async def scene(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> AsyncIterator[Scene]:
    """What the operator allows is the test's parameter."""
    upstream = Upstream.made(tmp_path / "upstream")
    target = {"url": server.url, "api_key": {"env": "KEY"}}
    name = f"shop-{request.node.callspec.id}"
    repository = {"name": name, "url": str(upstream.folder), "target": target, **request.param}
    config, problems = check(Config, {"repositories": [repository]})
    assert config, problems
    url = f"sqlite:///{tmp_path / 'control.db'}"
    opened = database(url)
    await opened.open(timestamp(SystemClock().now()))
    register = Register(opened, SystemClock(), "this one", 600)
    assert await register.take()
    told: list[Notice] = []

    async def tell(notice: Notice, _names: object) -> None:
        told.append(notice)

    secrets = Secrets({**os.environ, "KEY": server.key, "OTHER": "not for the tree"}, tmp_path)
    ground = Ground(register, secrets, tmp_path / "data", tell=tell)
    yield Scene(upstream, Follower(config.repositories[0], ground), register, server, told, url)
    await opened.close()


@pytest.mark.parametrize("scene", [pytest.param({"verify": {"signers": "signers"}}, id="signed")], indirect=True)
async def test_a_commit_is_taken_once_its_signer_is_known(scene: Scene, tmp_path: Path) -> None:
    key, signers = tmp_path / "key", tmp_path / "signers"
    made_key(key)
    signers.write_text("")
    scene.upstream.git("config", "gpg.format", "ssh")
    scene.upstream.git("config", "user.signingKey", str(key))
    scene.upstream.git("config", "commit.gpgSign", "true")
    signed = scene.tree(agent("one"))
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.REFUSED, "")
    assert "is not signed by anybody in signers" in state.message
    signers.write_text(f"a@b {key.with_suffix('.pub').read_text()}")
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.IN_SYNC, signed)


@pytest.mark.parametrize("scene", [pytest.param({}, id="late")], indirect=True)
async def test_a_commit_that_could_not_be_looked_at_in_time_is_looked_at_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = scene.tree(agent("one"))
    for name in ("_VALIDATE", "_PLAN", "_APPLY"):
        with monkeypatch.context() as patch:
            patch.setattr(commands, name, replace(getattr(commands, name), time_s=0.001))
            state = await scene.round()
        assert (state.phase, state.live) == (Phase.FAILED, "")
        assert "took longer than 0.001 s" in state.message
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.IN_SYNC, commit)


@pytest.mark.parametrize("scene", [pytest.param({"limits": {"files": 50}}, id="hostile")], indirect=True)
async def test_what_is_merged_runs_and_no_hostile_commit_changes_that(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("the machine's own secret")
    first = scene.tree(agent("one"), agent("two"))
    state = await scene.round()
    assert (state.phase, state.live, state.message) == (Phase.IN_SYNC, first, "")
    assert scene.agents()["one"]["metadata"]["agentops_source"] == f"{LEAF}@{first[:12]}"

    # Broken, and with a module that must not be taken for ours: refused, and what drifted meanwhile is put right.
    trap = tmp_path / "sprung"
    scene.upstream.commit({LEAF: f"{PROJECT}---\nkind: [\n", "agentops.py": f"open({str(trap)!r}, 'w')\n"})
    scene.bend("one", "Be evil.")
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.REFUSED, first)
    assert state.message.startswith(f"{LEAF}:6:")
    assert scene.agents()["one"]["system"] == "Be kind."
    assert not trap.exists()

    # A secret file of the machine that plans is none of the tree's.
    scene.upstream.git("rm", "--quiet", "agentops.py")
    scene.tree(agent("one"), agent("two"), VAULT)
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.REFUSED, first)
    assert "and no file is read here" in state.message

    # Too much, and a link out: judged from git alone.
    scene.upstream.imported(f"M 100644 :1 d{number % 300}/f{number}" for number in range(100_000))
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.REFUSED, first)
    assert state.message.endswith("it holds more than 50 files and folders")

    # History that does not grow from what runs waits for a person who says so.
    scene.upstream.git("checkout", "--quiet", "--orphan", "other")
    scene.upstream.git("rm", "-r", "--quiet", "--force", "--cached", ".")
    scene.upstream.git("clean", "-fdxq")
    other = scene.tree(agent("one", "Be brief."), agent("two"))
    scene.upstream.git("branch", "--force", "main", other)
    state = await scene.round()
    assert (state.phase, state.live, state.seen) == (Phase.REFUSED, first, other)
    assert state.advice.endswith(f"agentops controller accept {scene.owner} {other}")
    assert await scene.person("controller", "accept", scene.owner, "0" * 12) == 2
    assert await scene.person("controller", "accept", scene.owner, other[:12]) == 0
    # Somebody works on it before the controller looks again; an answer to `other` is one to this.
    other = scene.tree(agent("one", "Be brief."), agent("two", "Be kind."))
    scene.upstream.git("branch", "--force", "main", other)
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.IN_SYNC, other)
    assert scene.agents()["one"]["system"] == "Be brief."
    kinds = [each.kind.value for each in scene.told]
    assert kinds == ["applied", "healed", "refused", "refused", "refused", "refused", "applied"]
    assert not any("secret" in each.text and "machine" in each.text for each in scene.told)


@pytest.mark.parametrize("scene", [pytest.param({}, id="met")], indirect=True)
async def test_whoever_meets_a_run_by_hand_tells_whose_it_is_and_changes_nothing(scene: Scene) -> None:
    first = scene.tree(agent("one"))
    assert (await scene.round()).live == first
    hold(scene.server, owner=scene.owner)
    scene.tree(agent("one"), agent("two"))
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.FAILED, first)
    assert state.message.startswith("ada@forge has been applying since ")
    assert f"see {LINK}. Nothing was changed on " in state.message
    assert "`agentops lock break`" in state.advice
    assert list(scene.agents()) == ["one"]


@pytest.mark.long
@pytest.mark.parametrize(
    "scene", [pytest.param({"prune": {"enabled": True, "grace_s": 0}}, id="careful")], indirect=True
)
async def test_what_widens_or_removes_waits_for_a_person_and_removing_everything_is_refused(scene: Scene) -> None:
    first = scene.tree(agent("one", more=HELD), agent("two"), agent("three"))
    assert (await scene.round()).live == first

    # Nothing is asked any more before a tool runs: a risk that the policy asks a person about.
    wide = scene.tree(agent("one", more=HELD.replace("always_ask", "always_allow")), agent("two"), agent("three"))
    state = await scene.round()
    assert (state.phase, state.live, state.seen) == (Phase.WAITING, first, wide)
    assert "permission_widened is ask" in state.message
    assert scene.agents()["one"]["version"] == 1
    assert await scene.person("controller", "approve", scene.owner, "another") == 2
    assert await scene.person("controller", "approve", scene.owner, state.plan_id) == 0
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.IN_SYNC, wide)
    assert scene.agents()["one"]["version"] == 2

    # What left the tree is retired once its grace is over, which nobody is asked about: it can be taken back.
    fewer = scene.tree(agent("one", more=HELD.replace("always_ask", "always_allow")), agent("two"))
    for _ in range(2):
        state = await scene.round()
        assert (state.phase, state.live) == (Phase.IN_SYNC, fewer)
        assert state.message == "retired, and archived when the project's grace is over: Agent/three"
        assert "retired=" in scene.agents()["three"]["metadata"]["agentops_guard"]

    # What is protected stays though its file is gone, and keeps nothing else from going.
    wide_one = agent("one", more=HELD.replace("always_ask", "always_allow"))
    protected = agent("two", about=', annotations: {protect: "true"}')
    scene.tree(wide_one, protected, agent("four", "Count what is left, and say how many."))
    await scene.round()
    last = scene.tree(wide_one)
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.IN_SYNC, last)
    assert "Agent/four" in state.message
    assert "declared no more, and left alone: Agent/two" in state.message

    # A tree that declares nothing any more is no plan at all.
    scene.tree()
    state = await scene.round()
    assert (state.phase, state.live) == (Phase.REFUSED, last)
    assert "pruning would remove all 4 objects" in state.message
    assert set(scene.agents()) == {"one", "two", "three", "four"}
    kinds = [each.kind.value for each in scene.told]
    assert kinds == ["applied", "approval_wanted", *["applied"] * 4, "refused"]
