"""What both sides had when they last agreed: of each path, because forges squash and rebase what they merge.

Git's merge base is right as long as the proposal is merged as it is. A squashed proposal is a new commit that knows
nothing of the live branch; that it took in what was live is seen by its contents. So the base of a path is the newest
text that main got after the merge base and that live got as well; and a side that did not change since is its own base.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agentops.memory_repo.commits import Step
from agentops.memory_repo.git import Repository
from agentops.memory_repo.syncing.versions import BORN

Blob = str | None

_FAR = 20_000


@dataclass(frozen=True, slots=True)
class Lines:
    """What happened on main and live since they last had a commit in common."""

    common: tuple[str, ...]
    main: tuple[Step, ...]
    live: tuple[Step, ...]


def lines(repository: Repository, main: str, live: str, folder: str) -> Lines:
    """Read the two histories of a folder.

    A live store that another one has taken the place of has nothing in common with main until it is brought in step.
    """
    common = repository.merge_bases(main, live)
    born = _born(repository, live, common)
    if born:
        return Lines((), tuple(repository.steps(main, (), folder)), tuple(repository.steps(live, (born,), folder)))
    return Lines(
        tuple(common), tuple(repository.steps(main, common, folder)), tuple(repository.steps(live, common, folder))
    )


def _born(repository: Repository, live: str, common: Sequence[str]) -> str:
    """Return the commit with which the live store began, if nothing of main was brought to it since."""
    tips = [live, *(f"^{each}" for each in common)]
    for each in repository.log(tips, most=_FAR, first_parent=True):
        if len(each.parents) > 1:
            return ""
        if each.value(BORN):
            return each.sha
    return ""


def base(name: str, main: Blob, live: Blob, since: Lines, common: Sequence[Mapping[str, str]]) -> Blob:
    """Return the base of one file; `common`: the folder at each merge base."""
    ours, theirs = _given(since.main, name), _given(since.live, name)
    if common and not ours:
        return main
    if common and not theirs:
        return live
    found = next((each for each in ours if each in theirs), "")
    if found != "":
        return found
    return common[0].get(name) if common else None


def _given(steps: Sequence[Step], name: str) -> list[Blob]:
    return [each.blobs[name] for each in steps if name in each.blobs]
