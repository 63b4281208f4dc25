"""A sync that dies before or after any of its effects: whoever comes next finishes it, and nothing is done twice."""

from pathlib import Path

import pytest

from agentops.memory_repo import layout
from agentops.memory_repo.git import Repository
from agentops.memory_repo.syncing.acting import sync
from tests.memory_repo.fuse import Crash, Fuse, FusedRepository, FusedStore
from tests.memory_repo.world import STORE, Ground, World

pytestmark = pytest.mark.anyio

_EFFECTS = 7
"""Two pushes, four writes and the mark on the store."""


async def _scenario(world: World) -> None:
    """Leave both sides with everything that a sync does: create, update, delete, take in, turn back, conflict."""
    world.policy(("/rules/*", "git"))
    world.commit({f"stores/{STORE}/{name}": f"{name}\n" for name in ("a.md", "b.md", "c.md", "rules/d.md")})
    await world.sync()
    world.person("/a.md", "a of main\n")
    world.person("/b.md", None)
    world.person("/new.md", "new\n")
    await world.agent("/c.md", "c of an agent\n")
    await world.agent("/rules/d.md", "no rule\n")
    await world.agent("/e.md", "e of an agent\n")


def _history(repository: Repository) -> list[tuple[str, str]]:
    tip = repository.head(layout.live_branch(STORE))
    assert tip is not None
    return [(each.subject, each.value("Agentops-Session")) for each in repository.log([tip], first_parent=True)]


async def _burnt(grounds: Ground, folder: Path, fuse: Fuse) -> tuple[World, bool]:
    """Return a world after a sync with this fuse, and whether the sync came through."""
    repository = FusedRepository.create(folder / "memory.git")
    world = World(grounds, repository, await grounds.store())
    world.commit({"policy.yaml": "gates: {}\n"}, "Begin")
    await _scenario(world)
    repository.fuse = fuse
    try:
        await sync(repository, FusedStore(world.live, fuse), world.subject)
    except Crash:
        return world, False
    finally:
        repository.fuse = Fuse()
    return world, True


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("effects", range(1, _EFFECTS + 1))
async def test_it_ends_the_same_whenever_it_dies(grounds: Ground, tmp_path: Path, effects: int, is_done: bool) -> None:
    world, came_through = await _burnt(grounds, tmp_path, Fuse(effects, is_done=is_done))
    assert not came_through
    await world.sync()
    held = {"/a.md": "a of main\n", "/c.md": "c of an agent\n", "/e.md": "e of an agent\n", "/new.md": "new\n"}
    assert await world.holds() == {**held, "/rules/d.md": "rules/d.md\n"} == world.recorded()
    assert [session for _, session in _history(world.repository) if session] == ["sesn_1", "sesn_1", "sesn_1"]
    again = await world.sync()
    assert (again.taken_in, again.written) == ((), ())
    world.repository.close()


async def test_it_has_no_more_effects_than_were_tried(grounds: Ground, tmp_path: Path) -> None:
    world, came_through = await _burnt(grounds, tmp_path, Fuse(_EFFECTS + 1, is_done=False))
    assert came_through
    world.repository.close()


async def test_two_syncs_at_once_do_the_work_once(world: World, tmp_path: Path) -> None:
    """The one that is slower finds the branch moved, begins again, and finds nothing to do."""
    await _scenario(world)
    raced = False

    async def the_other() -> None:
        nonlocal raced
        if not raced:
            raced = True
            with Repository(world.repository.folder) as other:
                await sync(other, world.live, world.subject)

    await sync(world.repository, FusedStore(world.live, Fuse(), the_other), world.subject)
    assert [session for _, session in _history(world.repository) if session] == ["sesn_1", "sesn_1", "sesn_1"]
    assert world.recorded() == await world.holds()
    again = await world.sync()
    assert (again.taken_in, again.written) == ((), ())
