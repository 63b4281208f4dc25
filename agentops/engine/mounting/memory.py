"""A memory store in a sandbox: a file for each memory, kept the same as the store in both directions.

Each round compares three states, path by path: what the sandbox has, what the store has, and what the two were when
they were last the same. Where both moved, the store's text stays at the path and the sandbox's is put beside it as
`NAME.conflict-DIGEST.EXT`, which is then stored like any other file: neither is lost, and the agent is told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agentops.engine.core.json import Json
from agentops.engine.disk import is_full
from agentops.engine.mounting import baselines, memory_writes
from agentops.engine.mounting.baselines import Baseline
from agentops.engine.mounting.desk import Desk
from agentops.engine.mounting.disk import on_disk
from agentops.engine.mounting.memory_writes import Change, Outcome
from agentops.engine.mounting.merging import Head, Step, step
from agentops.engine.mounting.merging import Path as Paths
from agentops.engine.mounting.notices import Notices, shown
from agentops.engine.mounting.surveys import Survey, Surveyor
from agentops.engine.mounting.trees import Moved, Tree
from agentops.wire.memories import LARGEST_CONTENT_BYTES, LONGEST_PATH_BYTES

_ROUNDS = 4
"""How often to begin again in one call because somebody was faster; what is left then is done by the next call."""

_BATCH = 40
"""How many texts are held in memory, and written in one transaction. Units: of up to 100 kB."""

_NAME_MAX = 255
"""What file systems take for one name. Units: bytes."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a copy lies, and what belongs to it."""

    copy: Path
    staging: Path
    note: Path


class MemoryMount:
    """The copy of one store in one session's sandbox; one call at a time."""

    def __init__(self, desk: Desk, resource: Json, folders: Folders) -> None:
        """Name the store and the folders, which are there."""
        self._desk = desk
        self._store_id: str = resource["memory_store_id"]
        self._is_writable = resource["access"] == "read_write"
        self._place: str = resource["mount_path"]
        self._tree = Tree(folders.copy, folders.staging)
        self._surveyor = Surveyor(self._tree)
        self._note = folders.note
        self._baseline: Baseline | None = None
        self._recent: set[tuple[str, str]] = set()
        self._notices = Notices()

    async def sync(self) -> tuple[str, ...]:
        """Make copy and store the same, and return what the agent has to be told.

        Raises:
            StorageError: the disk or the database cannot be used.
        """
        if self._baseline is None:
            await self._begin()
        for _ in range(_ROUNDS):
            if not await self._round():
                break
        self._recent = set()
        return self._notices.taken()

    async def _begin(self) -> None:
        """Take up what a server left that had the copy before."""
        await on_disk(self._rescue)
        baseline = await on_disk(baselines.loaded, self._note, self._store_id)
        if (await on_disk(self._surveyor.survey)).digests:
            self._recent = await self._desk.read(memory_writes.recent, self._store_id, baseline.at)
        self._baseline = baseline

    def _rescue(self) -> None:
        for name, data in self._tree.rescued(LARGEST_CONTENT_BYTES):
            if self._is_writable and self._tree.put(name, data):
                self._notices.once(f"{self._shown(f'/{name}')} was being replaced when the server stopped.")

    async def _round(self) -> bool:
        """Do what there is to do, and tell whether to look again."""
        assert self._baseline is not None, "sync began"
        at = self._desk.at
        heads = await self._desk.read(memory_writes.heads, self._store_id)
        if heads is None:
            self._notices.stand([f"{self._place}: the memory store was deleted; what is written there is not stored."])
            return False
        work = await on_disk(self._planned, self._baseline, heads)
        before, known = self._baseline.heads, work.known
        try:
            await self._push(work, known)
            await self._fetch(work, known)
        finally:
            self._baseline = Baseline(at, known)
            if known != before:
                await on_disk(baselines.saved, self._note, self._store_id, self._baseline)
        return known != before or work.is_outrun

    def _planned(self, baseline: Baseline, heads: Mapping[str, Head]) -> "_Work":
        survey = self._surveyor.survey()
        work = _Work(baseline, heads, survey, self._recent, is_writable=self._is_writable)
        self._notices.stand(self._standing(survey, work))
        return work

    def _standing(self, survey: Survey, work: "_Work") -> Iterator[str]:
        for path, kind in survey.others.items():
            if kind and self._is_writable:
                yield f"{self._shown(path)} is {kind}: it is not stored, and nobody else will see it."
        if not survey.is_whole and self._is_writable:
            yield f"{self._place} holds too much, or changed while it was read: some of it is not stored yet."
        for path in work.hidden:
            yield f"{self._shown(path)} has changed in the store and cannot be shown: something else is in its place."

    async def _push(self, work: "_Work", known: dict[str, Head]) -> None:
        pushed = list(work.of(Step.PUSH))
        for paths in _batches(pushed):
            changes = await on_disk(self._changes, paths, work)
            for outcome in await self._desk.write(memory_writes.write, self._store_id, changes):
                self._pushed(outcome, known)
                work.is_outrun |= not outcome.is_made and not outcome.refusal

    def _changes(self, paths: Sequence[str], work: "_Work") -> list[Change]:
        """Return what was done in the sandbox, deletions first: a file may have made room for a folder."""
        found: list[Change] = []
        for path in paths:
            text = None
            if path in work.survey.digests:
                try:
                    text = self._tree.read(path[1:], LARGEST_CONTENT_BYTES).decode()
                except (Moved, UnicodeDecodeError):
                    work.is_outrun = True
                    continue
            found.append(Change(path, text, work.heads.get(path)))
        return sorted(found, key=lambda each: (each.text is not None, each.path))

    def _pushed(self, outcome: Outcome, known: dict[str, Head]) -> None:
        path = outcome.change.path
        if outcome.refusal:
            self._notices.stand_too(f"{self._shown(path)} is not stored: {outcome.refusal}")
        elif outcome.head is not None:
            known[path] = outcome.head
        elif outcome.is_made:
            known.pop(path, None)

    async def _fetch(self, work: "_Work", known: dict[str, Head]) -> None:
        gone = [path for path in work.of(Step.FETCH, Step.CLASH) if path not in work.heads]
        await on_disk(self._remove, gone, work, known)
        there = [path for path in work.of(Step.FETCH, Step.CLASH) if path in work.heads]
        for paths in _batches(there):
            ids = [work.heads[path].memory_id for path in paths]
            found = await self._desk.read(memory_writes.texts, self._store_id, ids)
            await on_disk(self._place_all, found.values(), work, known)

    def _remove(self, paths: Sequence[str], work: "_Work", known: dict[str, Head]) -> None:
        for path in paths:
            if self._replaced(path, None, work):
                known.pop(path, None)

    def _place_all(self, found: Iterable[tuple[Head, str, str]], work: "_Work", known: dict[str, Head]) -> None:
        for head, path, text in found:
            # It may have been moved since: then the next round sees it there.
            is_there = path in work.heads and work.heads[path].memory_id == head.memory_id
            if is_there and self._replaced(path, text.encode(), work):
                known[path] = head

    def _replaced(self, path: str, data: bytes | None, work: "_Work") -> bool:
        """Put the store's text, or nothing, in the place of what the sandbox has; tell whether that could be done."""
        digest = work.survey.digests.get(path)
        is_clash = work.steps[path] is Step.CLASH
        try:
            if is_clash and digest is not None and not self._kept_beside(path, digest, is_there=data is not None):
                return False
            is_done = self._tree.swap(path[1:], digest, data, LARGEST_CONTENT_BYTES)
        except OSError as error:
            if is_full(error):
                raise
            self._notices.stand_too(f"{self._shown(path)} cannot be shown: {error.strerror}.")
            return False
        work.is_outrun |= not is_done
        if is_clash and is_done and digest is None:
            self._notices.once(f"{self._shown(path)} was changed elsewhere while you deleted it: it is back.")
        return is_done

    def _kept_beside(self, path: str, digest: str, *, is_there: bool) -> bool:
        """Put what the sandbox has at a path beside it, under a name that says what it is; tell whether it is there."""
        try:
            data = self._tree.read(path[1:], LARGEST_CONTENT_BYTES)
        except Moved:
            return False
        beside = next((each for each in beside_names(path, digest) if self._is_kept(each, data)), None)
        if beside is None:
            return False
        fate = "now holds the other text" if is_there else "is gone there"
        self._notices.once(
            f"{self._shown(path)} was changed elsewhere while you changed it and {fate}; what you wrote is in "
            f"{self._shown(beside)}. Bring the two together, then delete that file."
        )
        return True

    def _is_kept(self, path: str, data: bytes) -> bool:
        try:
            return self._tree.put(path[1:], data) or self._tree.read(path[1:], LARGEST_CONTENT_BYTES) == data
        except Moved:
            return False

    def _shown(self, path: str) -> str:
        return shown(f"{self._place}{path}")


class _Work:
    """What one round has to do, decided path by path."""

    def __init__(
        self,
        baseline: Baseline,
        heads: Mapping[str, Head],
        survey: Survey,
        recent: set[tuple[str, str]],
        *,
        is_writable: bool,
    ) -> None:
        self.heads = heads
        self.survey = survey
        self.steps: dict[str, Step] = {}
        self.hidden: list[str] = []
        self.is_outrun = False
        """Whether somebody else was faster somewhere."""

        for path in sorted({*baseline.heads, *heads, *survey.digests}):
            copy = survey.digests.get(path)
            known, head = baseline.heads.get(path), heads.get(path)
            if survey.is_unknown(path, was_there=known is not None):
                if known != head:
                    self.hidden.append(path)
                continue
            state = Paths(known, copy, head, is_old=copy is not None and (path, copy) in recent)
            self.steps[path] = step(state, is_writable=is_writable)
        self.known = {path: head for path, head in baseline.heads.items() if self.steps.get(path) is not Step.NOTE}
        self.known |= {path: heads[path] for path in self.of(Step.NOTE) if path in heads}

    def of(self, *wanted: Step) -> Iterator[str]:
        """Yield the paths of a step."""
        return (path for path, found in self.steps.items() if found in wanted)


def beside_names(path: str, digest: str) -> Iterator[str]:
    """Yield where a text may be kept whose path has another's now; the same text always goes to the same place."""
    folder, _, name = path.rpartition("/")
    stem, dot, ending = name.partition(".") if not name.startswith(".") else (name, "", "")
    for length in (8, 16, len(digest)):
        mark = f"conflict-{digest[:length]}"
        beside = f"{stem}.{mark}{dot}{ending}"
        is_too_long = len(beside.encode()) > _NAME_MAX or len(f"{folder}/{beside}".encode()) > LONGEST_PATH_BYTES
        yield f"/{mark}" if is_too_long else f"{folder}/{beside}"


def _batches(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    return (paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH))
