"""Where artifacts are graded without a session: each is copied into a sandbox of its own, which is thrown away."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from agentops.base.clock import SystemClock
from agentops.base.errors import AgentopsError, UsageError
from agentops.base.threads import in_thread
from agentops.cli.models import ModelFlags, means
from agentops.cli.output import say
from agentops.cli.rubrics.finding import Rubric
from agentops.cli.rubrics.judging import Judgement, by_checks, by_grader
from agentops.engine.core.json import Json
from agentops.engine.grading.checks import settled
from agentops.engine.grading.grader import ModelGrader
from agentops.engine.grading.port import Assignment, Grader
from agentops.engine.models.port import ModelError
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.folders import remove
from agentops.engine.sandbox.local import UnsafeLocal
from agentops.engine.sandbox.port import Sandboxes, SandboxSpec
from agentops.engine.settings import Settings
from agentops.engine.tools.inspection import SandboxInspection
from agentops.engine.tools.lazily import LazySandbox
from agentops.engine.tools.port import Invocation, Offer, Outcome, ToolsUnavailable, text

_OUTPUTS = "/mnt/session/outputs"
_ARTIFACT_MAX = 512 * 1024 * 1024
"""The largest artifact that is copied. Units: bytes."""

_UNTOLD = "Nobody says what was asked for. Judge by the rubric alone."


@dataclass(frozen=True, slots=True)
class Wish:
    """How artifacts are to be graded."""

    model: ModelFlags
    task: str = ""
    """What they are the answer to."""

    is_by_checks: bool = False
    """Whether no model is asked."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """A sandbox that nobody works in: all there is to do is to look."""

    sandbox: LazySandbox

    async def offer(self, _agent: Json, _thread_id: str) -> Offer:
        """Return that no server offers anything."""
        return Offer()

    async def run(self, _invocation: Invocation) -> Outcome:
        """Return that there is nothing to call."""
        return text("There are no tools here.", is_error=True)

    def inspection(self) -> SandboxInspection:
        """Return what looks at the artifact."""
        return SandboxInspection(self.sandbox)

    async def close(self) -> None:
        """Stop the sandbox."""
        await self.sandbox.stop()


class Bench:
    """Grades artifacts, several at a time if need be."""

    def __init__(self, sandboxes: Sandboxes, grader: Grader | None, folder: Path, task: str) -> None:
        """Take where sandboxes come from, who judges what no check settles, and where copies lie meanwhile."""
        self._sandboxes = sandboxes
        self._grader = grader
        self._folder = folder
        self._task = task
        self._numbers = count(1)
        self._warned: set[str] = set()

    async def grade(self, rubric: Rubric, artifact: Path, task: str = "") -> Judgement:
        """Return what an artifact comes to.

        Raises:
            UsageError: it cannot be copied.
            AgentopsError: there is no sandbox, or no model that answers.
        """
        self._warn(rubric)
        number = next(self._numbers)
        folder = self._folder / str(number)
        await in_thread(_laid_out, artifact, folder)
        place = Workplace(LazySandbox(self._sandboxes, SandboxSpec(f"rubric-{number}", folder)))
        try:
            return await self._judged(rubric, task or self._task or _UNTOLD, number, place)
        except ToolsUnavailable as error:
            hint = "`agentops doctor` tells more; --unsafe-local-tools runs checks without walls"
            raise AgentopsError(f"{artifact} cannot be graded: {error}", hint=hint) from None
        except ModelError as error:
            raise AgentopsError(f"{artifact} cannot be graded: {error.message}") from None
        finally:
            await asyncio.shield(_tidied(place, folder))

    def _warn(self, rubric: Rubric) -> None:
        """Say once of a rubric that its commands do not see the artifact where they look for it."""
        commands = [each.id for each in rubric.criteria if each.check is not None and each.check.run is not None]
        if commands and isinstance(self._sandboxes, UnsafeLocal) and rubric.name not in self._warned:
            self._warned.add(rubric.name)
            say(
                f"warning: without a sandbox {_OUTPUTS} is this machine's own for commands: "
                f"what the checks of {', '.join(commands)} find says nothing"
            )

    async def _judged(self, rubric: Rubric, task: str, number: int, place: Workplace) -> Judgement:
        # A grader would take a machine that fails for something that cannot be graded.
        await place.inspection().kind(_OUTPUTS)
        if self._grader is None:
            return by_checks(rubric.graded, await settled(rubric.criteria, place.inspection()))
        model = {"id": rubric.graded.model or ""}
        assignment = Assignment(f"rubric-{number}", f"artifact-{number}", 0, task, rubric.text, model)
        return by_grader(rubric.graded, await self._grader.grade(assignment, place))


@asynccontextmanager
async def bench(wish: Wish) -> AsyncIterator[Bench]:
    """Open what artifacts are graded with.

    Raises:
        UsageError: the model cannot be used.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentops-rubric-")))
        grader: Grader | None = None
        if not wish.is_by_checks:
            settings = Settings(database=f"sqlite:///{folder}/none.db", data=folder)
            # Of what sessions run with the model alone is needed: sandboxes are our own.
            made = means(settings, SystemClock(), replace(wish.model, unsafe_local_tools=False), is_embedded=True)
            stack.push_async_callback(made.close)
            grader = ModelGrader(made.model)
        sandboxes: Sandboxes = UnsafeLocal() if wish.model.unsafe_local_tools else Bubblewrap()
        stack.push_async_callback(sandboxes.close)
        yield Bench(sandboxes, grader, folder, wish.task)


def _laid_out(artifact: Path, folder: Path) -> None:
    """Copy the artifact to where a session's outputs lie; links stay links, and lead nowhere but inside."""
    outputs = folder / "outputs"
    (folder / "workspace").mkdir(parents=True)
    try:
        files = [artifact] if artifact.is_file() else [each for each in artifact.rglob("*") if not each.is_symlink()]
        size = sum(each.stat().st_size for each in files if each.is_file())
        if size > _ARTIFACT_MAX:
            raise UsageError(f"{artifact} holds {size:,} bytes, at most {_ARTIFACT_MAX:,} are graded")
        if artifact.is_dir():
            shutil.copytree(artifact, outputs, symlinks=True)
        else:
            outputs.mkdir()
            shutil.copy(artifact, outputs / artifact.name)
    except (OSError, shutil.Error) as error:
        raise UsageError(f"{artifact} cannot be copied: {error}") from None


async def _tidied(place: Workplace, folder: Path) -> None:
    await place.close()
    await in_thread(remove, folder)
