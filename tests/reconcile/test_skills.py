"""Against the engine: skills are ours by a file in their archive, change by versions, and take their agents along."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from agentops.reconcile.bundles import MARKS_FILE, Bundle, packed, unpacked
from agentops.reconcile.objects import ObjectKind
from agentops.reconcile.plan import Action
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.verdicts import Verdict

from .given import a_skill, a_team, actions, address, an_agent, an_agent_with, changed, codes, edited_skill, pruning
from .ground import Ground, by_identity, told

pytestmark = pytest.mark.anyio

NEWER = edited_skill(**{"scripts/sort.py": b"print(2)\n", "more.md": b"More.\n"})


async def the_skill(ground: Ground) -> dict[str, Any]:
    (found,) = (await ground.everything())["skills"]
    return found


async def content(ground: Ground, skill: dict[str, Any]) -> bytes:
    versions = ground.sdk.beta.skills.versions
    return await (await versions.download(skill["latest_version_id"], skill_id=skill["id"])).read()


async def test_the_marks_of_a_skill_lie_in_its_archive_beside_the_files(ground: Ground) -> None:
    await ground.settle(a_skill())
    bundle, marks = unpacked(await content(ground, await the_skill(ground)))
    assert bundle == a_skill().fields["files"].value
    assert marks["agentops_id"] == "Skill/triage"
    assert {*marks} == {f"agentops_{each}" for each in ("owner", "id", "fields", "source", "guard")}


async def test_new_files_are_a_new_version_and_one_only(ground: Ground) -> None:
    await ground.settle(a_skill())
    made = await ground.plan(a_skill(files=NEWER))
    assert [(each.action, [change.path for change in each.changes]) for each in made.steps] == [
        (Action.UPDATE, [("more.md",), ("scripts/sort.py",)])
    ]
    await ground.settle(a_skill(files=NEWER))
    skill = await the_skill(ground)
    versions = [each async for each in ground.sdk.beta.skills.versions.list(skill["id"])]
    assert len(versions) == 2


async def test_agents_that_name_the_newest_follow_in_the_same_run_and_so_do_their_teams(ground: Ground) -> None:
    wanted = (an_agent_with(), a_team("crew", ["reviewer"]))
    await ground.settle(a_skill(), *wanted)
    first = (await the_skill(ground))["latest_version_id"]
    made = await ground.plan(a_skill(files=NEWER), *wanted)
    assert actions(made) == {"Skill/triage": "update", "Agent/reviewer": "repin", "Team/crew": "repin"}
    assert changed(made.steps[1]) == [("skills.custom/Skill/triage", first, {"$version": "Skill/triage"})]
    await ground.settle(a_skill(files=NEWER), *wanted)
    agent = by_identity(await ground.everything())["Agent/reviewer"]
    assert agent["skills"][0]["version"] == (await the_skill(ground))["latest_version_id"] != first


async def test_an_agent_that_pins_a_version_stays_with_it(ground: Ground) -> None:
    await ground.settle(a_skill())
    pinned = an_agent_with(version=(await the_skill(ground))["latest_version_id"])
    await ground.settle(a_skill(), pinned)
    assert actions(await ground.plan(a_skill(files=NEWER), pinned)) == {"Skill/triage": "update"}


@pytest.mark.parametrize("marked", [True, False])
async def test_a_version_that_somebody_uploaded_is_drift_or_asked_about_never_a_twin(
    ground: Ground, marked: bool
) -> None:
    await ground.settle(a_skill())
    skill = await the_skill(ground)
    bundle, marks = unpacked(await content(ground, skill))
    theirs = packed(Bundle("triage", {**bundle.files, "theirs.md": b"Theirs."}), marks if marked else {})
    await ground.sdk.beta.skills.versions.create(skill["id"], files=[("triage.zip", theirs, "application/zip")])
    made = await ground.plan(a_skill())
    if marked:
        assert [each.verdict for each in made.steps[0].changes] == [Verdict.DRIFT]
        assert [each.path for each in made.steps[0].changes] == [("theirs.md",)]
        await ground.settle(a_skill())
    else:
        assert codes(made) == ["plan.look-alike"]
        await ground.settle(a_skill(), adopt=frozenset({address("Skill/triage")}))
    assert (await the_skill(ground))["id"] == skill["id"]


async def test_a_skill_of_another_name_takes_the_place_of_the_old_one_and_agents_follow(ground: Ground) -> None:
    await ground.settle(a_skill(), an_agent_with())
    old = await the_skill(ground)
    renamed = a_skill(display_name="Sorts tickets")
    made = await ground.plan(renamed, an_agent_with())
    assert [(str(each.address), each.action, each.reason) for each in made.steps] == [
        ("Skill/triage", Action.REPLACE, "`display_name` cannot be changed in place"),
        ("Agent/reviewer", Action.REPIN, "a skill that it names gets a new version"),
        ("Skill/triage", Action.DELETE, "another takes its place"),
    ]
    await ground.settle(renamed, an_agent_with())
    new = await the_skill(ground)
    assert new["id"] != old["id"]
    assert by_identity(await ground.everything())["Agent/reviewer"]["skills"][0]["skill_id"] == new["id"]


@pytest.mark.parametrize("steps", [1, 2])
async def test_a_replacement_that_was_interrupted_is_finished_by_the_next_run(ground: Ground, steps: int) -> None:
    await ground.settle(a_skill(), an_agent_with())
    renamed = a_skill(display_name="Sorts tickets")
    outcome = await ground.carry_out(*await ground.planned(renamed, an_agent_with()), stop_after=steps)
    assert not outcome.is_complete
    assert len((await ground.everything())["skills"]) == 2
    made = await ground.plan(renamed, an_agent_with())
    assert codes(made) == []
    assert made.steps[-1].action is Action.DELETE
    await ground.settle(renamed, an_agent_with())
    assert (await the_skill(ground))["display_name"] == "Sorts tickets"


async def test_a_plan_without_skills_fetches_no_archive_and_prune_finds_what_is_left(ground: Ground) -> None:
    await ground.settle(a_skill(), an_agent())
    assert ObjectKind.SKILL not in {each.object for each in (await ground.planned(an_agent()))[1].lives}
    made = await ground.plan(an_agent(), removal=pruning())
    assert actions(made) == {"Skill/triage": "delete"}
    await ground.apply(an_agent(), removal=pruning())
    assert (await ground.everything())["skills"] == []


class Pedantic(httpx2.AsyncBaseTransport):
    """A server that deletes no skill before somebody has tried to delete its versions."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner
        self.deleted: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "DELETE":
            self.deleted.append("version" if "/versions/" in request.url.path else "skill")
            if self.deleted == ["skill"]:
                error = {"type": "invalid_request_error", "message": "Delete its versions first."}
                return httpx2.Response(400, json={"type": "error", "error": error}, request=request)
        return await self._inner.handle_async_request(request)


async def test_destroy_deletes_the_versions_first_where_a_server_asks_for_it(ground: Ground) -> None:
    await ground.settle(a_skill())
    await ground.settle(a_skill(files=NEWER))
    pedantic = Pedantic(httpx2.ASGITransport(app=ground.engine.app))
    outcome = await ground.through(lambda _: pedantic).apply(removal=RemovalRules(destroy=True))
    assert told(outcome) == [("Skill/triage", "done", "deleted")]
    assert pedantic.deleted == ["skill", "version", "version", "skill"]
    assert (await ground.everything())["skills"] == []


async def test_protection_is_stamped_on_a_version_of_its_own(ground: Ground) -> None:
    await ground.settle(a_skill())
    protected = replace(a_skill(), protect=True)
    assert actions(await ground.plan(protected)) == {"Skill/triage": "restamp"}
    await ground.settle(protected)
    bundle, marks = unpacked(await content(ground, await the_skill(ground)))
    assert MARKS_FILE not in bundle.files
    assert "protect=1" in marks["agentops_guard"]
    assert codes(await ground.plan(removal=RemovalRules(destroy=True))) == ["plan.protected"]
