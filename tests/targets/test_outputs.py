"""Outputs of sessions, fetched: whatever a server calls its files, they land in the folder, the newest of each name."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.errors import TargetError
from agentops.base.secrets import Secret
from agentops.targets.endpoint import Endpoint
from agentops.targets.live import LiveTarget
from agentops.targets.outputs import fetched

pytestmark = pytest.mark.anyio


def a_target(*files: dict[str, Any]) -> LiveTarget:
    """Return a server with one session; the content of each file is its id."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path == "/v1/files":
            assert request.url.params["scope_id"] == "sesn_01A"
            return httpx2.Response(200, json={"data": [a_file(**each) for each in files], "next_page": None})
        if path.endswith("/content"):
            known = [each["id"] for each in files if each["id"] in path and each.get("has_content", True)]
            return httpx2.Response(200, text=known[0]) if known else httpx2.Response(404, json={})
        return httpx2.Response(200 if path == "/v1/sessions/sesn_01A" else 404, json={"id": "sesn_01A"})

    endpoint = Endpoint("test", "http://engine.test", Secret("sk-test-0123456789"))
    return LiveTarget(endpoint, httpx2.MockTransport(answer))


def a_file(**fields: Any) -> dict[str, Any]:
    return {"size_bytes": 3, "downloadable": True, **fields}


async def test_names_that_lead_out_of_the_folder_lead_into_it(tmp_path: Path) -> None:
    names = ("../../up.md", "/etc/passwd", "a/./b/../c.txt", "..", "note.md")
    files = [{"id": f"file_{number}", "filename": name} for number, name in enumerate(names)]
    target = a_target(
        *files, {"id": "file_9", "filename": "note.md"}, {"id": "x", "filename": "x", "downloadable": False}
    )
    assert await fetched(target, "sesn_01A", tmp_path / "in") == [
        "a/b/c.txt",
        "etc/passwd",
        "note.md",
        "unnamed",
        "up.md",
    ]
    assert (tmp_path / "in" / "note.md").read_text() == "file_4", "a list has the newest first"
    assert not (tmp_path.parent / "up.md").exists()


async def test_what_cannot_be_fetched_whole_is_not_checked_in_part(tmp_path: Path) -> None:
    for file, words in (
        ({"id": "file_1", "filename": "a", "has_content": False}, "no longer has the file file_1"),
        ({"id": "file_1", "filename": "a", "size_bytes": 2**40}, "bytes, at most"),
        ({"id": "file_1", "filename": "n" * 300}, "cannot be kept"),
    ):
        with pytest.raises(TargetError, match=words):
            await fetched(a_target(file), "sesn_01A", tmp_path)
    with pytest.raises(TargetError, match="has no session sesn_01B"):
        await fetched(a_target(), "sesn_01B", tmp_path)
