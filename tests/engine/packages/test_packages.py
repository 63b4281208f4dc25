"""What an environment lists is installed once, behind walls, and found in the sandboxes of its sessions."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agentops.engine.packages.packages import Packages, Provided
from agentops.engine.sandbox.bubblewrap import Bubblewrap
from agentops.engine.sandbox.port import SandboxSpec

from .conftest import Registry

pytestmark = pytest.mark.anyio

Server = Callable[..., Packages]


def needs(program: str) -> pytest.MarkDecorator:
    reason = f"no sandbox here: {program} is not installed"
    return pytest.mark.skipif(shutil.which(program, path="/usr/bin:/usr/local/bin") is None, reason=reason)


async def said(sandboxes: Bubblewrap, folder: Path, provided: Provided, command: str) -> str:
    """Return what a command says in the sandbox of a session."""
    for each in ("workspace", "outputs"):
        (folder / each).mkdir(parents=True, exist_ok=True)
    spec = SandboxSpec(folder.name, folder, provided.mounts, environment=provided.environment)
    sandbox = await sandboxes.start(spec)
    try:
        answer = await sandbox.call({"op": "bash", "command": command}, timeout_s=20)
    finally:
        await sandbox.stop()
    return str(answer["ok"]["output"])


async def test_two_sessions_and_a_restart_install_a_list_once(
    server: Server, sandboxes: Bubblewrap, registry: Registry, tmp_path: Path
) -> None:
    registry.add_wheel("greeting", "hello from a wheel")
    first = server()
    one, two = await asyncio.gather(*(first.provided({"pip": ["greeting==1.0"]}) for _ in range(2)))
    again = await server().provided({"type": "packages", "pip": ["greeting==1.0", "greeting==1.0"], "npm": []})
    assert one == two == again
    assert one.lacks == ()
    assert registry.asked["/files/greeting-1.0-py3-none-any.whl"] == 1
    command = "greeting; python3 -c 'import greeting; greeting.main()'; touch /opt/packages/pip/x || echo refused"
    heard = await said(sandboxes, tmp_path / "session", one, command)
    assert heard.count("hello from a wheel") == 2
    assert "refused" in heard
    assert len([each for each in (tmp_path / "packages").iterdir() if not each.name.startswith(".")]) == 1


@needs("npm")
async def test_npm_s_programs_and_modules_are_found(
    server: Server, sandboxes: Bubblewrap, registry: Registry, tmp_path: Path
) -> None:
    registry.add_tarball("shout", "HELLO")
    provided = await server().provided({"npm": ["shout@1.0.0"]})
    assert provided.lacks == ()
    assert (await said(sandboxes, tmp_path / "session", provided, "shout; node -e 'require(\"shout\")'")) == (
        "HELLO\nHELLO\n"
    )


@needs("apt-get")
async def test_what_fails_is_named_and_the_rest_is_there(
    server: Server, sandboxes: Bubblewrap, registry: Registry, tmp_path: Path
) -> None:
    registry.add_deb("whisper", "psst", tmp_path / "whisper")
    listed = {"apt": ["absent", "whisper"]}
    packages = server()
    provided = await packages.provided(listed)
    assert [(each.manager, each.specs) for each in provided.lacks] == [("apt", ("absent",))]
    assert "Unable to locate package absent" in provided.lacks[0].sentence
    assert await said(sandboxes, tmp_path / "session", provided, "whisper; basename $LD_LIBRARY_PATH") == "psst\nlib\n"
    asked = registry.asked.total()
    assert await packages.provided(listed) == provided
    assert registry.asked.total() == asked, "a moment later nobody tries again"


@needs("apt-get")
async def test_what_failed_is_tried_again_without_the_rest(
    server: Server, sandboxes: Bubblewrap, registry: Registry, tmp_path: Path
) -> None:
    registry.add_deb("whisper", "psst", tmp_path / "whisper")
    listed = {"apt": ["whisper", "absent"]}
    packages = server(again_s=-1.0)
    assert [each.specs for each in (await packages.provided(listed)).lacks] == [("absent",)]
    fetched = [registry.asked[each] for each in ("/apt/./whisper.deb", "/apt/whisper.deb")]
    assert len((await packages.provided(listed)).lacks) == 1
    assert [registry.asked[each] for each in ("/apt/./whisper.deb", "/apt/whisper.deb")] == fetched
    registry.add_deb("absent", "here", tmp_path / "absent")
    provided = await packages.provided(listed)
    assert provided.lacks == (), "a failure is not kept"
    assert await said(sandboxes, tmp_path / "session", provided, "absent; whisper") == "here\npsst\n"


async def test_a_manager_that_is_not_there_says_so(server: Server) -> None:
    provided = await server().provided({"go": ["example.com/tool@v1.0.0"]})
    if not provided.lacks:
        pytest.skip("no missing manager here: go is installed")
    assert provided.mounts == ()
    assert provided.lacks[0].sentence == (
        "go could not install example.com/tool@v1.0.0: go is not installed on the machine of the server."
    )


async def test_nothing_is_started_for_nothing(server: Server, tmp_path: Path) -> None:
    assert await server().provided({"type": "packages", "apt": [], "pip": []}) == Provided()
    assert not (tmp_path / "packages").exists()
    provided = await server().provided({"pip": ["--index-url=http://elsewhere.test"]})
    assert "does not begin with a hyphen" in provided.lacks[0].reason
