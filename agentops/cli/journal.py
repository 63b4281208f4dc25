"""What applies from this folder did, a file each: read to tell how the last one ended, and for nothing else.

A target is asked what there is; deleting every journal changes no outcome.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from agentops.base.clock import Clock, timestamp
from agentops.base.errors import CannotWrite
from agentops.base.files import write_whole

if TYPE_CHECKING:
    from agentops.reconcile.apply import Outcome, Progress
    from agentops.reconcile.plan import Plan
    from agentops.reconcile.saving.shape import SavedStep

FOLDER = "runs"
KEPT = 20
"""How many files are kept."""

_NAME = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{12}\.jsonl")
_LARGEST = 64 * 2**20
"""Units: bytes. More is not read; a journal of 100,000 steps has half of it."""
_DETAIL = 500
_MOST_NAMED = 3
_ENDED: Final = frozenset({"done", "failed", "skipped"})


class Journal:
    """One run on a disk: every line is there before the next request is sent."""

    def __init__(self, home: Path, clock: Clock, warn: Any) -> None:
        """Take the folder of everything that is kept beside a tree, the time, and whom to tell when nothing can be."""
        self._folder = home / FOLDER
        self._clock = clock
        self._warn = warn
        self._path = home
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Open nothing: a file is made when something is written."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file: whoever reads it next knows that nobody writes it any more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def begin(self, plan: "Plan", steps: "Sequence[SavedStep]") -> None:
        """Write down what is about to be done."""
        now = self._clock.now()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _ignored(self._folder / ".gitignore")
            self._path = self._folder / f"{now:%Y%m%dT%H%M%S%f}Z-{plan.id}.jsonl"
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _forget(self._folder)
        except OSError as error:
            self._fail(error)
        said = [each.model_dump(mode="json", exclude_defaults=True) for each in steps]
        self._write("planned", plan_id=plan.id, owner=plan.owner, target=plan.target, pid=os.getpid(), steps=said)

    def note(self, progress: "Progress") -> None:
        """Write down how far a step came."""
        detail = {"detail": progress.detail[:_DETAIL]} if progress.detail else {}
        step = progress.step
        self._write(progress.state.value, address=str(step.address), action=step.action.value, **detail)

    def end(self, outcome: "Outcome") -> None:
        """Write down that the run came to its end, whatever it did."""
        self._write("ended", is_complete=outcome.is_complete)

    def _write(self, event: str, **facts: Any) -> None:
        if self._file is None:
            return
        line = json.dumps({"at": timestamp(self._clock.now()), "event": event, **facts}, ensure_ascii=False) + "\n"
        try:
            _append(self._file, line.encode("utf-8", "replace"))
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        """Keep no journal rather than a part of one, which would say that this run was cut off."""
        if self._file is not None:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._file)
            self._file = None
        self._warn(f"note: no journal is kept in {self._folder}: {error.strerror}")


def _append(file: int, line: bytes) -> None:
    """Write a line to the disk: of a disk that is nearly full, a file takes a part of it and says no error."""
    while line:
        line = line[os.write(file, line) :]
    os.fsync(file)


def _ignored(file: Path) -> None:
    """See that git does not take what lies beside this file."""
    if not file.exists():
        with suppress(CannotWrite):  # the disk says so again where it matters
            write_whole(file, b"*\n")


def _forget(folder: Path) -> None:
    for old in _files(folder)[KEPT:]:
        old.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    """Return the journals in a folder, newest first."""
    try:
        return sorted((each for each in folder.iterdir() if _NAME.fullmatch(each.name)), reverse=True)
    except OSError:
        return []


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as its journal tells it."""

    plan_id: str
    at: str
    steps: Sequence[Mapping[str, Any]]
    states: Mapping[str, str]
    """The last state of each step that was begun, by its address."""

    has_ended: bool
    is_complete: bool

    @property
    def count(self) -> int:
        """Return how many steps came to an end."""
        return sum(each in _ENDED for each in self.states.values())

    @property
    def sentence(self) -> str:
        """Return how the run ended, for whoever begins the next one; nothing when all of it was done."""
        if self.is_complete or not self.steps:
            return ""
        began = f"the last apply from here (plan {self.plan_id}, {self.at[:16].replace('T', ' ')} UTC)"
        if not self.has_ended:
            under_way = [address for address, state in self.states.items() if state == "started"]
            named = ", ".join(under_way[:_MOST_NAMED]) + (", …" if len(under_way) > _MOST_NAMED else "")
            doing = f", with {named} under way" if named else ""
            return (
                f"{began} was cut off after step {self.count} of {len(self.steps)}{doing}; this one goes on from there"
            )
        left = len(self.steps) - sum(each == "done" for each in self.states.values())
        return f"{began} left {left} of {len(self.steps)} steps undone; this one goes on from there"


def last_run(home: Path, owner: str, target: str) -> Run | None:
    """Return the newest run of a project on a target, unless it is still under way."""
    return next(_runs(home, owner, target), None)


def plan_of(home: Path, owner: str, target: str, plan_id: str) -> "tuple[SavedStep, ...] | None":
    """Return the steps of a plan that was begun from here, by its id."""
    from pydantic import ValidationError

    from agentops.reconcile.saving.shape import SavedStep

    found = next((each for each in _runs(home, owner, target) if each.plan_id == plan_id), None)
    try:
        return tuple(SavedStep.model_validate_json(json.dumps(each)) for each in found.steps) if found else None
    except ValidationError:
        return None


def _runs(home: Path, owner: str, target: str) -> Iterator[Run]:
    for file in _files(home / FOLDER)[:KEPT]:
        records = _records(file)
        if records and (records[0].get("owner"), records[0].get("target")) == (owner, target):
            yield _run(records)


def _run(records: Sequence[Mapping[str, Any]]) -> Run:
    first, ended = records[0], next((each for each in records if each.get("event") == "ended"), None)
    steps = first.get("steps")
    states = {str(each["address"]): str(each.get("event")) for each in records[1:] if "address" in each}
    return Run(
        plan_id=str(first.get("plan_id")),
        at=str(first.get("at")),
        steps=steps if isinstance(steps, list) else [],
        states=states,
        has_ended=ended is not None,
        is_complete=bool(ended and ended.get("is_complete")),
    )


def _records(file: Path) -> list[Mapping[str, Any]]:
    """Return what a journal says, without the line that somebody did not come to finish."""
    found: list[Mapping[str, Any]] = []
    with suppress(OSError), file.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return []  # its run is under way: the lease is what tells of that
        for line in stream.read(_LARGEST).splitlines():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            found += [record] if isinstance(record, dict) else []
    return found if found and found[0].get("event") == "planned" else []
