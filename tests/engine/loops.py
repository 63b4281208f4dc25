"""The event loops that an engine runs on: asyncio's own inside another program, libuv's under `agentops serve`."""

import pytest

BOTH_LOOPS = pytest.mark.parametrize(
    "anyio_backend",
    [("asyncio", {"use_uvloop": False}), ("asyncio", {"use_uvloop": True})],
    ids=["asyncio", "uvloop"],
)
