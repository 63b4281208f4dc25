"""Against the engine, for projects that nobody thought of: every apply settles, from wherever the world is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.resource import Resource
from agentops.reconcile.target import Verb, Write

from .given import edited_skill
from .ground import Ground, by_identity, opened, told
from .strategies import projects
from .test_exactly_once import losing

pytestmark = pytest.mark.timeout(300)  # a test is thirty engines, on a machine that others may use too

MODEST = settings(
    max_examples=20,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # to shrink a project takes longer than to read it
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def on_an_engine(play: Callable[[Ground], Awaitable[None]]) -> None:
    async def run() -> None:
        async with opened() as ground:
            await play(ground)

    asyncio.run(run())


@given(projects())
@MODEST
def test_apply_then_plan_is_empty_and_no_object_has_a_second_version(project: tuple[Resource, ...]) -> None:
    async def play(ground: Ground) -> None:
        await ground.settle(*project)
        live = by_identity(await ground.everything())
        assert {*live} == {str(each.address) for each in project}
        assert {each["version"] for each in live.values() if "version" in each} <= {1}
        assert (await ground.plan(*reversed(project))).is_empty

    on_an_engine(play)


@given(projects(), projects())
@MODEST
def test_one_project_becomes_another_in_one_apply(first: tuple[Resource, ...], second: tuple[Resource, ...]) -> None:
    async def play(ground: Ground) -> None:
        await ground.settle(*first)
        made = await ground.plan(*second)
        assert made == await ground.plan(*reversed(second))
        await ground.settle(*second)

    on_an_engine(play)


MEDDLING: dict[str, dict[str, Any]] = {
    "agents": {"name": "theirs", "system": "Theirs.", "description": None, "metadata": {"theirs": "1"}},
    "environments": {
        "name": "theirs",
        "description": "Theirs.",
        "config": {"type": "cloud", "packages": {"pip": ["x"]}},
    },
    "memory_stores": {"name": "theirs", "description": "Theirs.", "metadata": {"theirs": "1"}},
    "vaults": {"display_name": "theirs", "metadata": {"theirs": "1"}},
    "vaults/credentials": {"display_name": "theirs", "metadata": {"theirs": "1"}},
    "skills": {"files": edited_skill("sorting", **{"theirs.md": b"Theirs."})},
    "deployments": {"name": "theirs", "description": "Theirs.", "resources": None, "schedule": None, "budget": None},
    "x-agentops/dream_schedules": {"name": "theirs", "instructions": "Theirs.", "agents": [], "max": 99},
    "x-agentops/webhooks": {"url": "https://theirs.example.com", "description": "Theirs.", "metadata": {"theirs": "1"}},
}
KINDS = {rule.collection.replace("/{parent}", ""): kind for kind, rule in OBJECTS.items()}


async def meddle(ground: Ground, at: int) -> None:
    """Change something of something, as a person in a console would."""
    live = [(kind, each) for kind, objects in (await ground.everything(archived=False)).items() for each in objects]
    if not live:
        return
    collection, body = live[at % len(live)]
    field, value = list(MEDDLING[collection].items())[at % len(MEDDLING[collection])]
    sent = {field: value} | ({"version": body["version"]} if "version" in body else {})
    parent = body.get("vault_id", "")
    await ground.target.write(Write(Verb.UPDATE, KINDS[collection], body["id"], body=sent, parent=parent))


async def interrupted(ground: Ground, project: tuple[Resource, ...], at: int) -> None:
    made, world = await ground.planned(*project)
    if not made.report.has_errors:
        await ground.carry_out(made, world, stop_after=1 + at % 3)


async def unlucky(ground: Ground, project: tuple[Resource, ...], at: int) -> None:
    made, world = await ground.planned(*project)
    if not made.report.has_errors:
        is_write = {"is_lost": lambda request: request.method != "GET"}
        await ground.through(losing(1 + at % 4, arrives=at % 2 == 0, **is_write)).carry_out(made, world)


_STEPS = st.lists(
    st.tuples(st.sampled_from(["meddle", "interrupted", "unlucky", "edit"]), st.integers(0, 11)), max_size=6
)


@given(projects(), projects(), _STEPS)
@MODEST
def test_any_interleaving_of_edits_meddling_and_trouble_ends_as_wanted(
    first: tuple[Resource, ...], second: tuple[Resource, ...], steps: list[tuple[str, int]]
) -> None:
    async def play(ground: Ground) -> None:
        project, other = first, second
        for what, at in steps:
            match what:
                case "meddle":
                    await meddle(ground, at)
                case "interrupted":
                    await interrupted(ground, project, at)
                case "unlucky":
                    await unlucky(ground, project, at)
                case _:
                    project, other = other, project
        outcome = await ground.apply(*project, overwrite=frozenset(each.address for each in project))
        assert outcome.is_complete, told(outcome)
        final = await ground.plan(*project)
        assert final.is_empty, [(str(each.address), each.action, each.changes) for each in final.steps]
        assert not final.report.has_errors
        # What was replaced lies archived beside what took its place.
        assert {str(each.address) for each in project} <= {*by_identity(await ground.everything(archived=False))}

    on_an_engine(play)
