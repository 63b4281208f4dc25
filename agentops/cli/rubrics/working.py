"""What the commands about rubrics do: manifests, a bench or a target, and what comes of them."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agentops.base.clock import SystemClock, timestamp
from agentops.base.errors import UsageError
from agentops.cli.output import say, stdout_paint, write_lines
from agentops.cli.planning import load_valid
from agentops.cli.rubrics import finding, gaps, views
from agentops.cli.rubrics.agreement import Agreement, Trial
from agentops.cli.rubrics.asking import asked, refuse_without_model
from agentops.cli.rubrics.bench import Bench, Wish, bench
from agentops.cli.rubrics.cases import Case, Cases, cases_of, folder_of
from agentops.cli.rubrics.finding import Rubric
from agentops.cli.rubrics.history import Record
from agentops.cli.rubrics.judging import Judgement
from agentops.cli.sessions.finding import title
from agentops.cli.sessions.ground import ground
from agentops.cli.sessions.moments import moment
from agentops.reconcile.objects import ObjectKind

if TYPE_CHECKING:
    from agentops.cli.sessions.ground import Ground

_AT_ONCE = 4
"""How many artifacts a model is asked about at the same time; a script's turns are taken one by one."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which rubrics to try, how often, and how."""

    names: Sequence[str]
    repeats: int
    model: str | None
    wish: Wish


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a target's graders found by a rubric."""

    rubric: Rubric
    records: Sequence[Record]
    names: Mapping[str, str]
    """What people call agents, by their ids."""


async def graded(name: str, path: Path, model: str | None, wish: Wish) -> Judgement:
    """Return what an artifact comes to under a rubric.

    Raises:
        UsageError: there is no such rubric, or nobody judges what its checks do not settle.
    """
    rubric = _prepared(finding.the(load_valid(Path()), name), model, wish)
    say(f"grading {path} by {rubric.document.address}{_by_whom(rubric, wish)}")
    async with bench(wish) as place:
        return await place.grade(rubric, path)


async def tried(order: Order, *, is_text: bool) -> list[Agreement]:
    """Return how rubrics agree with the labels of artifacts, each told as soon as it is known.

    Raises:
        UsageError: a rubric has no artifacts, or there is nobody to judge them.
        InvalidManifests: what is said of artifacts cannot be right.
    """
    labelled = [(each, cases_of(each)) for each in _tried(order.names)]
    ready = [(_prepared(each, order.model, order.wish), cases) for each, cases in labelled]
    async with bench(order.wish) as place:
        return [await _agreement(place, *each, order, is_text=is_text) for each in ready]


async def remembered(name: str, target: str | None, since: str | None, session_id: str | None) -> Remembered:
    """Return what graders found by a rubric, newest first.

    Raises:
        TargetError: the target keeps no history.
    """
    from agentops.targets.evaluations import every

    rubric = finding.the(load_valid(Path()), name)
    only = {"rubric": rubric.title}
    if since:
        only["created_at[gte]"] = timestamp(moment(since, SystemClock().now()))
    async with ground(target) as place:
        if session_id:
            only["session_id"] = await place.identity(session_id)
        records = await every(place.target, only)
        agents = await place.target.list(ObjectKind.AGENT) if records else ()
    return Remembered(rubric, records, {str(each["id"]): title(each) for each in agents or ()})


async def checked(session_id: str, name: str, target: str | None, wish: Wish, *, is_sent: bool) -> Judgement:
    """Return what checks find in the outputs of a session, and tell its agent what they miss if that is wanted.

    Raises:
        TargetError: the session or its outputs cannot be read, or the message is refused.
    """
    from agentops.targets.outputs import fetched

    rubric = finding.the(load_valid(Path()), name)
    if all(each.check is None for each in rubric.criteria):
        raise UsageError(f"{rubric.document.address} has no checks", hint="`agentops rubric grade` asks a model")
    async with ground(target) as place:
        known = await place.identity(session_id)
        with tempfile.TemporaryDirectory(prefix="agentops-outputs-") as folder:
            files = await fetched(place.target, known, Path(folder))
            say(f"{known} on {place.target.label} wrote {', '.join(files) or 'nothing'}")
            async with bench(wish) as workplace:
                found = await workplace.grade(rubric, Path(folder))
            if is_sent:
                await _told(place, known, rubric, found, Path(folder))
    return found


async def _told(place: "Ground", session_id: str, rubric: Rubric, found: Judgement, folder: Path) -> None:
    if not found.missed:
        say("no check is missed: nothing is sent")
        return
    event = gaps.message(rubric, found, folder)
    if await gaps.was_sent(place.sessions, session_id, event):
        say(f"{session_id} was told this of the same files: nothing is sent again")
        return
    await place.sessions.send(session_id, [event])
    more = f"; `{place.command('tail', session_id)}` has it go on" if place.is_embedded else ""
    say(f"told {session_id} of {', '.join(found.missed)}{more}")


async def _agreement(place: Bench, rubric: Rubric, labelled: Cases, order: Order, *, is_text: bool) -> Agreement:
    turns = asyncio.Semaphore(1 if order.wish.model.model_script or order.wish.model.replay else _AT_ONCE)
    paint = stdout_paint()

    async def judged(case: Case) -> Judgement:
        async with turns:
            return await place.grade(rubric, case.artifact, labelled.task)

    def told(found: Trial) -> Trial:
        if is_text:
            write_lines(views.trial(found, paint))
        return found

    if is_text:
        write_lines([paint("bold", f"{rubric.document.address}") + paint("dim", _by_whom(rubric, order.wish))])
    try:
        async with asyncio.TaskGroup() as group:
            running = [
                (case, [group.create_task(judged(case)) for _ in range(order.repeats)]) for case in labelled.cases
            ]
            trials = [told(Trial(case, tuple([await each for each in tasks]))) for case, tasks in running]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    found = Agreement(str(rubric.document.address), tuple(trials))
    if is_text:
        write_lines(["", *views.agreement(found, paint)])
    return found


def _tried(names: Sequence[str]) -> list[Rubric]:
    """Return the rubrics to try: those that are named, or all that have artifacts."""
    tree = load_valid(Path())
    if names:
        return [finding.the(tree, each) for each in names]
    found = [each for each in finding.every(tree) if folder_of(each).is_dir()]
    if not found:
        raise UsageError(
            "no rubric of the manifests has labelled artifacts",
            hint="put some into NAME.cases/good and NAME.cases/bad, beside the manifest of the rubric NAME",
        )
    return found


def _prepared(rubric: Rubric, model: str | None, wish: Wish) -> Rubric:
    """Return the rubric with the model that grades, where one is needed."""
    if wish.is_by_checks or all(each.check is not None for each in rubric.criteria):
        return rubric
    refuse_without_model(wish.model)
    return asked(rubric, wish.model, model)


def _by_whom(rubric: Rubric, wish: Wish) -> str:
    return ", checks only" if wish.is_by_checks else f", {rubric.graded.model}" if rubric.graded.model else ""
