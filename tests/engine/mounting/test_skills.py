"""The skills of a session's agents lie in its sandbox, and the system prompt names those that are there."""

from collections.abc import Callable

import pytest

from agentops.engine.core.json import Json
from agentops.engine.mounting.mounting import Mounting

from .conftest import AGENT, Api

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("prepared_url", ["sqlite"], indirect=True)]

Make = Callable[[], Mounting]


async def uploaded(api: Api, name: str, path: str = "skills", more: dict[str, bytes] | None = None) -> Json:
    header = f"---\nname: {name}\ndescription: How to {name}.\n---\nDo it.\n".encode()
    parts = {f"{name}/SKILL.md": header, **{f"{name}/{each}": data for each, data in (more or {}).items()}}
    answer = await api.http.post(
        f"/v1/{path}", files=[("files[]", (each, data)) for each, data in parts.items()],
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_a_skill_is_a_folder_and_a_line_in_the_prompt(api: Api, mounting: Make) -> None:
    skill = await uploaded(api, "greet", more={"scripts/run.sh": b"#!/bin/sh\necho hi\n", "a.txt": b"A"})
    place = await api.session(
        [], skills=[{"type": "custom", "skill_id": skill["id"]}, {"type": "anthropic", "skill_id": "pdf"}]
    )
    prepared = await mounting().prepare(place, *await api.loaded(place))
    folder = prepared.folder / "skills" / "greet"
    assert {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()} == {
        "SKILL.md",
        "a.txt",
        "scripts/run.sh",
    }
    assert (folder / "scripts" / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (folder / "a.txt").stat().st_mode & 0o777 == 0o644
    (mount,) = (each for each in prepared.mounts if each.target == "/mnt/skills")
    assert not mount.is_writable
    assert "- greet (/mnt/skills/greet/SKILL.md): How to greet." in prepared.notes
    assert "pdf is a skill of the Claude Platform whose files this server has not got" in prepared.notes


async def test_two_versions_of_one_skill_have_a_folder_each(api: Api, mounting: Make) -> None:
    first = await uploaded(api, "greet")
    second = await uploaded(api, "greet", f"skills/{first['id']}/versions", {"more.md": b"M"})
    member = await api.post(
        "agents", **{**AGENT, "name": "member"},
        skills=[{"type": "custom", "skill_id": first["id"], "version": first["latest_version_id"]}],
    )  # fmt: skip
    place = await api.session(
        [],
        skills=[{"type": "custom", "skill_id": first["id"], "version": second["id"]}],
        multiagent={"type": "coordinator", "agents": [{"type": "agent", "id": member["id"]}]},
    )
    shop = mounting()
    session, resources = await api.loaded(place)
    prepared = await shop.prepare(place, session, resources)
    folder = prepared.folder / "skills"
    assert (folder / "greet" / "more.md").exists()
    assert (folder / "greet-2" / "SKILL.md").exists()
    assert "/mnt/skills/greet-2/SKILL.md" in prepared.notes


async def test_a_skill_that_is_half_there_is_made_anew(api: Api, mounting: Make) -> None:
    skill = await uploaded(api, "greet")
    place = await api.session([], skills=[{"type": "custom", "skill_id": skill["id"]}])
    session, resources = await api.loaded(place)
    prepared = await mounting().prepare(place, session, resources)
    (prepared.folder / "state" / "skills.json").unlink()
    (prepared.folder / "skills" / "greet" / "SKILL.md").write_text("half")
    (prepared.folder / "skills" / "other").mkdir()
    await mounting().prepare(place, session, resources)
    assert (prepared.folder / "skills" / "greet" / "SKILL.md").read_text().endswith("Do it.\n")
    assert not (prepared.folder / "skills" / "other").exists()


async def test_a_skill_that_was_deleted_is_told_of(api: Api, mounting: Make) -> None:
    skill = await uploaded(api, "greet")
    place = await api.session([], skills=[{"type": "custom", "skill_id": skill["id"]}])
    answer = await api.http.delete(f"/v1/skills/{skill['id']}")
    assert answer.status_code == 200
    prepared = await mounting().prepare(place, *await api.loaded(place))
    assert f"- {skill['id']} was deleted: do without it." in prepared.notes
    assert not [each for each in prepared.mounts if each.target == "/mnt/skills"]
