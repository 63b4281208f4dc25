"""Where tests are played: a fresh embedded engine for each, with the agents that it needs and nothing else."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import agentops
from agentops.base.clock import Clock
from agentops.base.errors import AgentopsError
from agentops.base.names import Address
from agentops.cli.context import EMBEDDED, Choice, opened
from agentops.cli.sessions.asking import Desk, confirmation
from agentops.cli.sessions.following import Following
from agentops.cli.sessions.ground import outputs
from agentops.cli.sessions.screen import Screen
from agentops.cli.sessions.turn import Turn
from agentops.cli.testing.judging import Failure, Happened, failures
from agentops.cli.testing.reading import Case

if TYPE_CHECKING:
    from agentops.engine.runner.means import Means
    from agentops.engine.settings import Settings
    from agentops.manifests.document import Tree
    from agentops.reconcile.resource import Resource
    from agentops.targets.live import LiveTarget
    from agentops.targets.sessions import Sessions

_OUTPUT_MAX = 4 * 1024 * 1024
"""How much of a written file is judged. Units: bytes."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one test."""

    case: Case
    happened: Happened
    failures: tuple[Failure, ...]
    took_s: float


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder with an engine's files in which the agents exist already, copied for each test."""

    folder: Path
    ids: Mapping[Address, str]
    has_walls: bool
    """Whether tools run in a sandbox."""

    async def play(self, case: Case, memory: "MountedMemory | None" = None) -> Verdict:
        """Run a test and judge it, with a memory that its session may read, if one is given.

        Raises:
            AgentopsError: the session could not be begun: that is nobody's expectation.
        """
        loop = asyncio.get_running_loop()
        begun = loop.time()
        with tempfile.TemporaryDirectory(prefix="agentops-test-") as folder:
            home = Path(folder) / "home"
            shutil.copytree(self.folder, home)
            happened = await self._happened(case, home, memory)
        found = failures(case.test.expect, happened, case.test.timeout_s)
        return Verdict(case, happened, found, loop.time() - begun)

    async def _happened(self, case: Case, home: Path, memory: "MountedMemory | None") -> Happened:
        async with self._engine(case, home) as target:
            from agentops.targets.sessions import Sessions

            sessions = Sessions(target)
            resources = [await _remembered(target, memory)] if memory is not None else []
            session_id = await self._begun(case, sessions, resources)
            stop, is_late = "end_turn", False
            try:
                async with asyncio.timeout(case.test.timeout_s):
                    for text in case.test.messages:
                        stop = await _turn(case, sessions, session_id, text)
                        if stop != "end_turn":
                            break
            except TimeoutError:
                is_late = True
            events = await sessions.events(session_id)
        return Happened(events, stop, _written(outputs(home, session_id)), is_late=is_late)

    @asynccontextmanager
    async def _engine(self, case: Case, home: Path) -> "AsyncIterator[LiveTarget]":
        from agentops.cli.context import opened_with

        def means(settings: "Settings", clock: Clock) -> "Means":
            from agentops.engine import assembly
            from agentops.engine.models.endpoints import Endpoints

            replay = case.folder / case.test.model.replay if case.test.model.replay else None
            script = case.script.sent() if case.script else None
            sources = assembly.Sources(Endpoints(), script, replay)
            made = assembly.means(settings, clock, sources, unsafe_local_tools=not self.has_walls)
            return replace(made, sleep=_at_once)

        async with opened_with(home, means) as target:
            yield target

    async def _begun(self, case: Case, sessions: "Sessions", more: list[dict[str, Any]]) -> str:
        given = [_mounted(case.folder / each.path, each.at) for each in case.test.files]
        files = [pair for pairs in given for pair in pairs]
        resources = [
            {"type": "file", "file_id": (await sessions.upload(path))["id"], "mount_path": place}
            for path, place in files
        ]
        body = {
            "agent": self.ids[case.agent],
            "environment_id": self.ids[case.environment],
            "resources": [*resources, *more],
        }
        return str((await sessions.create(body))["id"])


@dataclass(frozen=True, slots=True)
class MountedMemory:
    """A memory store that is made for one test."""

    name: str
    files: Mapping[str, str]
    """Texts by path in the store."""


async def _remembered(target: "LiveTarget", memory: MountedMemory) -> dict[str, Any]:
    """Make the store and return the resource that lets a session read it."""
    from agentops.reconcile.objects import ObjectKind
    from agentops.reconcile.target import Verb, Write
    from agentops.targets.memory import Memory

    made = await target.write(Write(Verb.CREATE, ObjectKind.MEMORY_STORE, body={"name": memory.name}))
    store = Memory(target, str(made["id"]))
    for path, text in sorted(memory.files.items()):
        await store.create(path, text)
    return {"type": "memory_store", "memory_store_id": store.id, "access": "read_only"}


async def _turn(case: Case, sessions: "Sessions", session_id: str, text: str) -> str:
    message = {"type": "user.message", "content": [{"type": "text", "text": text}]}

    async def begin() -> None:
        await sessions.send(session_id, [message])

    following = Following(sessions, session_id, lambda _text: None, begin=begin, is_from_now=True)
    rest = await Turn(following, Silent(), Confirming(case.test.confirm)).run()
    if rest.was_interrupted:
        raise KeyboardInterrupt
    return rest.stop


class Silent(Screen):
    """Shows nothing: what happened is read from the log."""

    def tell(self, event: Mapping[str, Any]) -> None:
        """Pass over it."""


class Confirming(Desk):
    """Gives every call the same answer."""

    def __init__(self, answer: str | None) -> None:
        """Take the answer; without one nobody is there."""
        super().__init__(is_attended=answer is not None)
        self._word = answer or "deny"

    async def decided(self, calls: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return the answer to each."""
        return [confirmation(each, self._word) for each in calls]


@asynccontextmanager
async def stage(tree: "Tree", needed: Iterable[Address], *, has_walls: bool) -> AsyncIterator[Stage]:
    """Make the needed agents and environments in an engine of their own, and yield where it lies.

    Raises:
        AgentopsError: one of them could not be made.
    """
    with tempfile.TemporaryDirectory(prefix="agentops-test-") as folder:
        home = Path(folder) / "stage"
        home.mkdir(mode=0o700)
        yield Stage(home, await _applied(tree, set(needed), home), has_walls)


async def _applied(tree: "Tree", needed: set[Address], home: Path) -> dict[Address, str]:
    from agentops.base.ids import RandomIds
    from agentops.reconcile.apply import Applier, State
    from agentops.reconcile.bodies import Stamp
    from agentops.reconcile.delivery import Delivery
    from agentops.reconcile.lowering import lower
    from agentops.reconcile.observed import known, observe
    from agentops.reconcile.planner import PlanOptions, plan
    from agentops.reconcile.resource import Desired

    whole, _ = lower(tree, None)
    desired = Desired.of(whole.owner, tuple(_closure(whole.by_address, needed)))
    async with opened(Choice(EMBEDDED, "a test"), tree, home) as target:
        made = plan(desired, await observe(target, desired), target.label, PlanOptions())
        stamp = Stamp(made.owner, "", agentops.__version__)
        outcome = await Applier(target, Delivery(target, asyncio.sleep), stamp, RandomIds()).run(made, {})
        for each in outcome.results:
            if each.state is not State.DONE:
                raise AgentopsError(
                    f"{each.step.address} could not be made for the tests: {each.detail}", hint=each.hint
                )
        live = known(await observe(target, desired), desired.owner)
    return {address: each.id for address, each in live.items()}


def _closure(resources: "Mapping[Address, Resource]", needed: set[Address]) -> "Iterable[Resource]":
    """Return the resources with all that they name."""
    waiting, met = sorted(needed), set[Address]()
    while waiting:
        address = waiting.pop()
        if address in met or address not in resources:
            continue
        met.add(address)
        waiting += resources[address].names()
    return (resources[each] for each in sorted(met))


def _mounted(path: Path, at: str | None) -> list[tuple[Path, str]]:
    """Return each file with its place: under the name of what was given, or where the test puts it."""
    place = at or path.resolve().name
    if path.is_file():
        return [(path, place)]
    inside = sorted(each for each in path.rglob("*") if each.is_file())
    return [(each, f"{place}/{each.relative_to(path).as_posix()}") for each in inside]


def _written(folder: Path) -> dict[str, str]:
    """Return what the session wrote, by path; what is no text is still there."""
    files = sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    return {each.relative_to(folder).as_posix(): _text(each) for each in files}


def _text(file: Path) -> str:
    with file.open("rb") as opened_file:
        return opened_file.read(_OUTPUT_MAX).decode(errors="replace")


async def _at_once(_seconds: float) -> None:
    """Wait for nothing: a retry that a script asks for comes at once."""
