"""What a session finds behind real walls, where a host can build them."""

import shutil
from collections.abc import Callable

import pytest

from agentops.base.clock import ManualClock
from agentops.engine.core.json import Json
from agentops.engine.mounting.mounting import Mounting
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.port import SandboxFailed, SandboxSpec

from .conftest import Api
from .test_skills import uploaded

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("prepared_url", ["sqlite"], indirect=True)]

COMMANDS = """
cat /mnt/memory/notes/a.md /mnt/memory/rules/r.md /mnt/session/uploads/u.txt /mnt/skills/greet/SKILL.md | tr '\\n' ' '
echo mine > /mnt/memory/notes/a.md
mkdir -p /mnt/memory/notes/d && echo new > /mnt/memory/notes/d/b.md
echo out > /mnt/session/outputs/o.txt
for each in memory/rules/r.md memory/x session/uploads/u.txt skills/greet/SKILL.md; do
  echo x > /mnt/$each || echo refused
done
"""


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no sandbox here: bubblewrap is not installed")
async def test_an_agent_finds_its_places_and_writes_where_it_may(
    api: Api, mounting: Callable[[], Mounting], clock: ManualClock
) -> None:
    notes, rules = await api.store(), await api.store(name="Rules")
    for store, path, content in ((notes, "/a.md", "A"), (rules, "/r.md", "R")):
        await api.post(f"memory_stores/{store}/memories", path=path, content=content)
    skill = await uploaded(api, "greet")
    resources: list[Json] = [
        {"type": "memory_store", "memory_store_id": notes},
        {"type": "memory_store", "memory_store_id": rules, "access": "read_only"},
        {"type": "file", "file_id": await api.upload(b"U"), "mount_path": "/u.txt"},
    ]
    place = await api.session(resources, skills=[{"type": "custom", "skill_id": skill["id"]}])
    session, mounted = await api.loaded(place)
    shop = mounting()
    prepared = await shop.prepare(place, session, mounted)
    sandboxes = Bubblewrap()
    try:
        sandbox = await sandboxes.start(SandboxSpec(place.session_id, prepared.folder, prepared.mounts))
    except SandboxFailed as error:
        pytest.skip(f"no sandbox here: {error}")
    try:
        said = await sandbox.call({"op": "bash", "command": COMMANDS}, timeout_s=20)
        assert said["ok"]["output"].startswith("ARU---")
        assert said["ok"]["output"].count("refused") == 4
        assert await shop.settle(place, prepared) == ()
        assert await api.memories(notes) == {"/a.md": "mine\n", "/d/b.md": "new\n"}
        assert await api.memories(rules) == {"/r.md": "R"}
        listed = (await api.get("files", scope_id=place.session_id))["data"]
        assert {each["filename"] for each in listed if each["downloadable"]} == {"o.txt"}
        added = await api.post(f"memory_stores/{notes}/memories", path="/d/c.md", content="elsewhere")
        await shop.refresh(place, prepared, mounted)
        command = "cat /mnt/memory/notes/d/c.md; echo more >> /mnt/memory/notes/d/c.md"
        said = await sandbox.call({"op": "bash", "command": command}, timeout_s=20)
        assert said["ok"]["output"].strip() == "elsewhere"
        await shop.settle(place, prepared)
        assert (await api.memories(notes))[added["path"]] == "elsewheremore\n"
    finally:
        await sandbox.stop()
        await sandboxes.close()
