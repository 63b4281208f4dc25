"""The real tool server behind the walls: it starts, works where a session works, and is out of the session's reach."""

import pytest

from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.port import Egress, Limits

from .test_lives import Spec

pytestmark = pytest.mark.anyio


async def test_the_tool_server_works_behind_the_walls(spec: Spec) -> None:
    made = spec(limits=Limits(), egress=Egress("limited", ("api.test",)))
    sandboxes = Bubblewrap()
    sandbox = await sandboxes.start(made)
    await sandbox.call(
        {"op": "write", "file_path": "/mnt/session/outputs/note.txt", "content": "from inside"}, timeout_s=20
    )
    assert (made.folder / "outputs" / "note.txt").read_text() == "from inside"
    said = await sandbox.call({"op": "bash", "command": "id -u; pwd; cat /proc/1/fd/0"}, timeout_s=20)
    assert said["ok"]["output"].split() == ["1000", "/workspace"]
    found = await sandbox.call({"op": "grep", "pattern": "inside", "path": "/mnt/session/outputs"}, timeout_s=20)
    assert "note.txt" in found["ok"]["output"]
    await sandboxes.close()
