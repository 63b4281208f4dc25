"""The objects of such a tree, taken over by their ids under the names of their files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from agentops.base.errors import UsageError
from agentops.cli.importing.ant.comparing import Comparing
from agentops.cli.importing.ant.files import Unclear, file_of, strays
from agentops.cli.importing.ant.lock import KINDS, Entry, Lock, lock_of
from agentops.cli.importing.finding import Found
from agentops.cli.importing.naming import slug, space_of
from agentops.cli.importing.wish import Wish
from agentops.cli.importing.working import Drafting, Drafts, Left, Place, looked
from agentops.reconcile.objects import BECOMES
from agentops.targets.live import LiveTarget


class Ant:
    """One tree of `ant apply`."""

    def __init__(self, folder: Path, wish: Wish) -> None:
        """Read its lock file.

        Raises:
            UsageError: there is none.
            InvalidManifests: it cannot be read.
        """
        self._lock: Lock = lock_of(folder)
        self._wish = wish

    async def drafts(self, place: Place, target: LiveTarget) -> Drafts:
        """Return the drafts of everything in the lock file that is on the target.

        Raises:
            UsageError: the lock file is of another organization or workspace.
        """
        world, found = await looked(place, target)
        self._check(target)
        by_id = {each.live.id: each for each in found}
        theirs = {each.id: each for each in self._lock.entries}
        mapped = [each for each in found if each.live.id in theirs and _fits(theirs[each.live.id], each)]
        stems = {each.live.id: _name(theirs[each.live.id]) for each in mapped}
        asked = [each for each in mapped if not each.reason]
        alone = [Left(each, each.reason) for each in mapped if each.reason]
        drafts = await Drafting(place, self._wish, target, stems).drafts(world, found, asked)
        missing = list(self._missing(by_id))
        notes = (*missing, *self._compared(mapped), *self._strays())
        return replace(drafts, left=(*drafts.left, *alone), notes=notes, is_whole=not missing)

    def _check(self, target: LiveTarget) -> None:
        """See that the ids are of this target's workspace. `ant apply` refuses another one too."""
        origin, identity = self._lock.origin, target.pages.identity
        for what, theirs, ours in (
            ("organization", origin.organization_id, identity.organization),
            ("workspace", origin.workspace_id, identity.workspace),
        ):
            if theirs and ours and theirs != ours:
                raise UsageError(
                    f"{self._lock.shown} is of {what} {theirs}, and {target.label} answers for {ours}",
                    hint="use the credential that `ant apply` was run with",
                )

    def _missing(self, by_id: dict[str, Found]) -> Iterator[str]:
        """Yield what the lock file has and the target does not, or has as something else."""
        for each in self._lock.entries:
            place = f"{self._lock.shown}:{each.line}: {each.key}"
            if each.kind not in KINDS:
                yield f"{place}: nothing is known of the kind `{each.kind}`; it is left out"
            elif each.id not in by_id:
                yield f"{place}: {each.id} is not on the target: archived, deleted, or in another workspace"
            elif not _fits(each, by_id[each.id]):
                yield f"{place}: {each.id} is no {each.kind}"

    def _compared(self, mapped: Sequence[Found]) -> Iterator[str]:
        """Yield where the files say something else than what is live, or cannot be read."""
        comparing, by_id = Comparing(self._lock), {each.live.id: each.live for each in mapped}
        for entry in self._lock.entries:
            if entry.id not in by_id or not entry.path or entry.kind == "skill":
                continue
            path = self._lock.find(entry.path)
            if path is None:
                yield f"{self._lock.shown}:{entry.line}: {entry.key} leads out of the tree, and is not read"
                continue
            if not path.exists():
                yield f"{self._lock.shown}:{entry.line}: {entry.key} does not exist any more; what is live is imported"
                continue
            try:
                file = file_of(path, entry.kind)
            except Unclear as error:
                yield f"{self._shown(entry.path)}: cannot be read: {error}"
                continue
            for line, said in comparing.differences(entry, file, by_id[entry.id]):
                yield f"{self._shown(entry.path)}:{line}: {said}"

    def _strays(self) -> Iterator[str]:
        """Yield what is in the tree and was never applied."""
        for each in strays(self._lock.folder, self._lock.by_path()):
            yield f"{self._shown(each)}: was never applied, so there is nothing to take over; write a manifest for it"

    def _shown(self, path: str) -> str:
        return str(Path(self._lock.shown).parent / path)


def _fits(entry: Entry, found: Found) -> bool:
    """Tell whether an object is what the lock file calls it."""
    return entry.kind in KINDS and BECOMES[KINDS[entry.kind]] is found.live.object


def _name(entry: Entry) -> str:
    return slug(entry.stem, space_of(KINDS[entry.kind]))
