"""What people made through the SDK is imported as it is: the plan is empty at once, and no object is another one."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from agentops.cli.importing.wish import Wish
from agentops.reconcile.resource import Resource
from tests.reconcile.given import a_vault
from tests.reconcile.ground import opened
from tests.reconcile.samples import SAMPLES
from tests.reconcile.strategies import projects

from .workspace import ALL, Workspace, made

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

MEMORIES = Wish(everything=True, memories=True)


async def settled(workspace: Workspace, wish: Wish = ALL) -> None:
    """Import, and see that nothing is left to do and nothing was changed but marks."""
    before = await workspace.bodies()
    assert await workspace.bring(wish)
    after = await workspace.bodies()
    assert after.keys() == before.keys()
    assert not [
        (key, name, value, after[key][name])
        for key in after
        for name, value in before[key].items()
        if after[key][name] != value
    ]
    made_now = await workspace.plan()
    assert made_now.is_empty, [(str(each.address), each.action, each.changes) for each in made_now.steps]
    assert not made_now.orphans


async def test_every_kind_with_every_field_comes_home(workspace: Workspace) -> None:
    found = {each.address: each for sample in SAMPLES.values() for each in (*sample.beside, sample.resource)}
    whole = [each for address, each in found.items() if not address.part]
    keys = [sample.resource for sample in SAMPLES.values() if sample.resource.address.part]
    vaults = [a_vault(f"vault-{place}") for place, _ in enumerate(keys)]
    held = [
        replace(key, address=replace(vault.address, part="key"), parent=vault.address)
        for key, vault in zip(keys, vaults, strict=True)
    ]
    await made(workspace.ground, [*whole, *vaults, *held])
    await settled(workspace)


MODEST = settings(
    max_examples=2,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # to shrink a project takes longer than to read it
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@given(projects().filter(bool))
@MODEST
def test_whatever_a_project_holds_comes_home(project: tuple[Resource, ...]) -> None:
    in_a_workspace(lambda workspace: comes_home(workspace, project))


@pytest.mark.long
@given(projects().filter(bool))
@settings(MODEST, max_examples=100)
def test_whatever_a_hundred_projects_hold_comes_home(project: tuple[Resource, ...]) -> None:
    in_a_workspace(lambda workspace: comes_home(workspace, project))


async def comes_home(workspace: Workspace, project: tuple[Resource, ...]) -> None:
    await made(workspace.ground, project)
    await settled(workspace, MEMORIES)


def in_a_workspace(play: Callable[[Workspace], Any]) -> None:
    async def run() -> None:
        with TemporaryDirectory() as folder:
            async with opened() as ground:
                await play(Workspace(ground, Path(folder)))

    asyncio.run(run())
