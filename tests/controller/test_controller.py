"""The whole controller: none of its repositories is anybody else's trouble, and nothing is left behind."""

import asyncio
import json
from pathlib import Path

import pytest

from agentops.base.clock import SystemClock, timestamp
from agentops.base.errors import StorageError
from agentops.controller.clone import CHECKOUTS
from agentops.controller.controller import Controller
from agentops.controller.register import registered
from agentops.controller.running import Setting, opened
from agentops.controller.state import Phase
from agentops.engine.store.choice import database
from agentops.engine.store.followed import Followed

pytestmark = pytest.mark.anyio


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    """Two repositories, neither of which can be read."""
    target = {"url": "http://127.0.0.1:9", "api_key": {"env": "KEY"}}
    both = [{"name": name, "url": "nowhere", "target": target} for name in ("one", "two")]
    (tmp_path / "controller.yaml").write_text(json.dumps({"repositories": both}))
    url = f"sqlite:///{tmp_path / 'control.db'}"
    return Setting.read(tmp_path / "controller.yaml", {"KEY": "k" * 20}, url, tmp_path / "data")


async def test_one_repository_that_cannot_even_be_told_of_stops_no_other(setting: Setting) -> None:
    store = database(setting.database)
    await store.open(timestamp(SystemClock().now()))
    await store.write(lambda tx: Followed(tx).put("one", {"phase": "junk"}, timestamp(SystemClock().now())))
    await store.close()
    async with opened(setting, SystemClock()) as controller:
        with pytest.raises(StorageError, match="what is known of one cannot be read"):
            await controller.once()
    async with registered(setting.database, SystemClock()) as register:
        states = await register.states()
        assert await register.acting() is None
    assert states["two"].phase is Phase.FAILED
    assert "does not appear to be a git repository" in states["two"].message


async def test_what_a_killed_controller_left_on_disk_is_gone(setting: Setting) -> None:
    left = setting.data / "one" / CHECKOUTS / "0123456789ab-cdef"
    left.mkdir(parents=True)
    (left / "notes.md").write_text("somebody's")
    async with opened(setting, SystemClock()) as controller:
        await controller.once()
    assert not left.exists()


async def test_a_controller_that_broke_says_so_and_keeps_nobody_from_acting(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    has_broken = asyncio.Event()

    async def broken(_controller: Controller) -> None:
        has_broken.set()
        raise ValueError("nobody thought of it")

    monkeypatch.setattr(Controller, "_work", broken)
    async with opened(setting, SystemClock()) as controller:
        running = asyncio.ensure_future(controller.run())
        await has_broken.wait()
        running.cancel()
        await asyncio.wait({running})
        assert running.cancelled()
    assert "nobody thought of it" in caplog.text
    async with registered(setting.database, SystemClock()) as register:
        assert await register.acting() is None


async def test_a_database_that_is_silent_keeps_no_lease_beyond_its_end(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(setting, SystemClock()) as controller:
        controller.acts = await controller._keep_lease()
        assert controller.acts
        controller._lasts_until = asyncio.get_running_loop().time()
        monkeypatch.setattr(controller._register, "take", asyncio.Event().wait)
        assert not await controller._keep_lease()
