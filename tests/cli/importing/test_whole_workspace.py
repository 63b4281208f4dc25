"""A whole workspace that nobody had in git: 40 objects at once, and 300 when there is time."""

from collections.abc import Iterator

import pytest

from agentops.manifests.load import load
from agentops.reconcile.resource import Resource
from tests.reconcile.given import (
    a_credential,
    a_deployment,
    a_store,
    a_team,
    a_vault,
    a_webhook,
    an_agent,
    an_environment,
    pinned,
)

from .workspace import Workspace, made

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]


def a_workspace_of(count: int) -> Iterator[Resource]:
    """Yield so many objects: mostly agents, one in ten of each other kind; a third of them share their names."""
    yield an_environment("workshop")
    yield an_agent("reviewer")
    for place in range(2, count):
        name = f"{('worker', 'désk', 'Lead of all')[place % 3]} {place // 3}"
        match place % 10:
            case 0:
                yield a_team(f"t{place}", ["reviewer"], name=name)
            case 1:
                yield an_environment(f"e{place}", name=name, description=f"Place {place}\nof work.\n")
            case 2:
                yield a_store(f"s{place}", name=name)
            case 3:
                yield a_vault(f"v{place}", display_name=name)
            case 4:
                yield a_deployment(f"d{place}", name=name, agent=pinned("reviewer"))
            case 5:
                yield a_webhook(f"w{place}")
            case 8:
                yield a_credential(f"c{place}", vault=f"v{place - 5}")
            case _:
                yield an_agent(f"a{place}", name=name, system=f"You are number {place}.\n\n" * 9)


async def comes_home(workspace: Workspace, count: int) -> None:
    await made(workspace.ground, list(a_workspace_of(count)))
    before = await workspace.bodies()
    assert len(before) == count
    assert await workspace.bring()
    assert await workspace.bodies() == before
    inside = count // 10  # credentials, which are lines of their vaults' manifests
    assert len(load(workspace.folder).documents) == count + 1 - inside
    again = await workspace.plan({})
    assert again.is_empty
    assert {each.code.slug for each in again.report.diagnostics} == {"plan.kept-secret"}
    assert again.unchanged == count


async def test_forty_objects_made_by_the_sdk_are_a_tree_whose_plan_is_empty(workspace: Workspace) -> None:
    await comes_home(workspace, 40)


@pytest.mark.long
async def test_three_hundred_objects_made_by_the_sdk_are_a_tree_whose_plan_is_empty(workspace: Workspace) -> None:
    await comes_home(workspace, 300)
