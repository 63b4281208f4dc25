"""The tests of a run among processes that are forked when all is loaded and collected: nobody does that twice.

What pytest-xdist starts, loads and collects for itself, worker by worker, and tells each test to the run in five
messages; on two cores that is as much work as every tenth of our tests. Here the run hands out numbers of tests that
every fork knows, and hears of each test once, when it is over.
"""

import os
import random
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from signal import SIGABRT
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest

WORKER = "AGENTOPS_TESTS_WORKER"
"""Is in the environment of every worker: its name."""

SHARES = 6
"""Into how many shares for each worker what is left is cut: the first are long, so that what the tests of a file share
is made once; the last are short, so that nobody works alone at the end."""

LOOKAHEAD = 2
"""With how many tests left a worker is given more: what a test leaves standing depends on the one after it."""

_forks = get_context("fork")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--workers", default="0", help="in how many processes: 0 (in this one), a number, or auto")
    parser.addoption(
        "--stuck", type=float, help="seconds after which a worker that tells nothing says where it is, and ends"
    )


def take_over(config: pytest.Config) -> bool:
    """Let workers run the tests if any are asked for, and return whether they are.

    By itself two more than there are cores, for while some wait for a disk or a process, others compute; and no more
    than 8.
    """
    asked = str(config.getoption("--workers"))
    count = min((os.cpu_count() or 1) + 2, 8) if asked == "auto" else int(asked)
    if count:
        config.pluginmanager.register(Workers(config, count))
    return count > 0


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker says when a test is over: its reports, and the warnings that were given meanwhile."""

    reports: Sequence[dict[str, Any]]
    warnings: Sequence[dict[str, Any]]


@dataclass(slots=True)
class Worker:
    """A fork, and the numbers of the tests that it was given and has not told of."""

    process: ForkProcess
    door: Connection
    given: deque[int] = field(default_factory=deque)
    is_last: bool = False
    told_at_s: float = field(default_factory=monotonic)


class Workers:
    """A plugin that runs what was collected in so many forks."""

    def __init__(self, config: pytest.Config, count: int) -> None:
        self._config = config
        self._count = count
        self._stuck_s: float | None = config.getoption("--stuck")
        self._names = (f"worker{number}" for number in range(1_000_000))
        self._workers: list[Worker] = []
        self._left: deque[int] = deque()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run all tests; nothing, where that is pytest's own affair."""
        if session.testsfailed or session.config.option.collectonly or session.config.option.usepdb:
            return None
        self._left = deque(range(len(session.items)))
        try:
            for _ in range(min(self._count, len(session.items))):
                self._hire(session)
            while self._workers:
                self._hear(session)
        finally:
            for each in self._workers:
                each.door.close()  # whoever finds nobody to tell puts away what stands and ends
            for each in self._workers:
                each.process.join()
        return True

    def _hire(self, session: pytest.Session) -> None:
        ours, theirs = _forks.Pipe()
        inherited = [ours, *(each.door for each in self._workers)]
        process = _forks.Process(target=_work, args=(session, theirs, next(self._names), inherited))
        process.start()
        theirs.close()
        worker = Worker(process, ours)
        self._workers.append(worker)
        self._give(worker)

    def _give(self, worker: Worker) -> None:
        """Give a worker of what is left, so that it never waits; nothing is the end of its work."""
        while len(worker.given) <= LOOKAHEAD and not worker.is_last:
            length = max(1, len(self._left) // (SHARES * self._count))
            share = [self._left.popleft() for _ in range(min(length, len(self._left)))]
            worker.given.extend(share)
            worker.is_last = not share
            with suppress(BrokenPipeError):  # that it has ended is heard at its door
                worker.door.send(share)

    def _hear(self, session: pytest.Session) -> None:
        """Wait until somebody says something, and pass it on."""
        doors = {each.door: each for each in self._workers}
        for door in wait(list(doors), self._stuck_s):
            worker = doors[door]  # type: ignore[index]
            worker.told_at_s = monotonic()
            told = _heard(worker.door)
            if told is None:
                self._dismiss(worker, session)
                continue
            self._pass_on(told, session.items[worker.given.popleft()])
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
            self._give(worker)
        for each in self._workers:
            if self._stuck_s and monotonic() - each.told_at_s > self._stuck_s:
                os.kill(each.process.pid or 0, SIGABRT)  # pytest's fault handler says where it is

    def _pass_on(self, told: Told, item: pytest.Item) -> None:
        hook = self._config.hook
        location = told.reports[0]["location"]  # the item would work it out anew
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=location)
        for each in told.warnings:
            hook.pytest_warning_recorded.call_historic(kwargs=each | {"nodeid": item.nodeid})
        for each in told.reports:
            report = hook.pytest_report_from_serializable(config=self._config, data=each)
            item.ihook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=location)

    def _dismiss(self, worker: Worker, session: pytest.Session) -> None:
        """Let a worker go; one that ended in the middle of a test has failed it, and another takes over."""
        worker.process.join()
        self._workers.remove(worker)
        if not worker.given:
            return
        item = session.items[worker.given.popleft()]
        reason = f"{worker.process.name} ended with status {worker.process.exitcode} in the middle of this test"
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", reason, "call")
        item.ihook.pytest_runtest_logreport(report=report)
        self._left.extendleft(reversed(worker.given))
        self._hire(session)


def _heard(door: Connection) -> Told | None:
    """Return what a worker tells; nothing, if it has ended."""
    try:
        told: Told = door.recv()
    except (EOFError, ConnectionResetError):
        return None
    return told


class _Telling:
    """A plugin of a worker: it keeps what a test gave rise to until the test is over."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._reports: list[dict[str, Any]] = []
        self._warnings: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._reports.append(data)

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, location: tuple[str, int, str] | None
    ) -> None:
        said = warnings.WarningMessage(
            str(warning_message.message), warning_message.category, warning_message.filename, warning_message.lineno
        )
        self._warnings.append({"warning_message": said, "when": when, "location": location})

    def told(self) -> Told:
        """Return what there is to tell, and forget it."""
        told = Told(self._reports, self._warnings)
        self._reports, self._warnings = [], []
        return told


def _work(session: pytest.Session, door: Connection, name: str, inherited: Sequence[Connection]) -> None:
    """Run what is handed through the door, in a process that was forked for it."""
    for each in inherited:
        each.close()
    telling = _Telling(session.config)
    _become(session.config, name, telling)
    with suppress(EOFError, OSError, KeyboardInterrupt):  # the run is broken off
        for index, following in _handed(door):
            item = session.items[index]
            after = None if following is None else session.items[following]
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            door.send(telling.told())
    session._setupstate.teardown_exact(None)


def _become(config: pytest.Config, name: str, telling: _Telling) -> None:
    """Be a worker, not the run: with streams, folders and chances of its own, and silent."""
    os.environ[WORKER] = name
    random.seed()
    capture = config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    terminal = config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(SimpleNamespace(_tw=terminal._tw), "terminalreporter")  # a timeout writes there
    config.pluginmanager.register(telling)
    telling.told()  # warnings from before are told to whoever comes, and those the run has
    folders = config._tmp_path_factory  # type: ignore[attr-defined]
    folders._basetemp = Path(folders.getbasetemp()) / name
    folders._basetemp.mkdir(0o700)


def _handed(door: Connection) -> Iterator[tuple[int, int | None]]:
    """Yield each test that is handed in, once it is known which comes after it."""
    ahead: deque[int] = deque()
    is_over = False
    while ahead or not is_over:
        while len(ahead) < LOOKAHEAD and not is_over:
            share = door.recv()
            ahead.extend(share)
            is_over = not share
        if ahead:
            yield ahead.popleft(), ahead[0] if ahead else None
