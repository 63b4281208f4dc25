"""Git over HTTP as forges serve it: `git http-backend` behind our server. Source: git-http-backend(1), RFC 3875."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from tests.memory_repo.forges.fake.speech import Reply

DEEDS = {"git-upload-pack": "fetch", "git-receive-pack": "push", "info/refs": "info"}


async def served(
    folder: Path, service: str, scope: Mapping[str, str], headers: Mapping[str, str], body: bytes
) -> Reply:
    """Return what git answers. `scope` has the method and the query."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROJECT_ROOT": str(folder),
        "PATH_INFO": f"/{service}",
        "REQUEST_METHOD": scope["method"],
        "QUERY_STRING": scope["query"],
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
        "REMOTE_USER": "somebody",
        "REMOTE_ADDR": "127.0.0.1",
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "git", "http-backend", env=environment, stdin=pipe, stdout=pipe, stderr=pipe
    )
    told, _ = await process.communicate(body)
    head, _, content = told.partition(b"\r\n\r\n")
    lines = (line.decode().split(": ", 1) for line in head.split(b"\r\n") if b": " in line)
    found = {name.lower(): value for name, value in lines}
    status = int(found.pop("status", "200").split(" ")[0])
    return Reply(status, headers=found, content=content)
