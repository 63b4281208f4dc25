"""Repositories are cloned by the real git; its token is seen by nobody but the server that it is for."""

import os
import subprocess
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from agentops.base.clock import ManualClock
from agentops.engine.core.json import Json
from agentops.engine.mounting.git import GitLimits, Origin
from agentops.engine.mounting.mounting import Mounting, MountingLimits, Prepared
from agentops.engine.server import Engine
from agentops.engine.store.runners import Place

from .conftest import Api, backing_of

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("prepared_url", ["sqlite"], indirect=True)]

URL = "https://github.com/owner/repo"
TOKEN = "ghp_marked0123456789"

Shop = Callable[..., Mounting]


def git(folder: Path, *words: str) -> str:
    environment = {
        "PATH": os.defpath,
        "GIT_CONFIG_GLOBAL": "/dev/null",
        **{f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    done = subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="session")
def commits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A server's folder with `owner/repo`: three commits on `main`, one on `side`; and the three."""
    root = tmp_path_factory.mktemp("git")
    folder = root / "owner" / "repo"
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    made: list[str] = []
    for number in range(3):
        (folder / "file").write_text(f"{number}")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--message", f"{number}")
        made.append(git(folder, "rev-parse", "HEAD"))
    git(folder, "checkout", "--quiet", "-b", "side")
    (folder / "link").symlink_to("/etc/passwd")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "side")
    git(folder, "checkout", "--quiet", "main")
    return root, made


@pytest.fixture
def shop(engine: Engine, clock: ManualClock, folder: Path, commits: tuple[Path, list[str]]) -> Shop:
    """Makes what clones from a folder of this machine, or from where it is told."""

    def make(fetched_from: str = f"file://{commits[0]}/", **limits: Any) -> Mounting:
        origin = Origin(fetched_from=fetched_from, protocols="file:http")
        return Mounting(
            backing_of(engine, clock), folder, origin=origin, limits=MountingLimits(clone=GitLimits(**limits))
        )

    return make


async def with_repository(api: Api, **resource: Any) -> Place:
    return await api.session([{"type": "github_repository", "url": URL, **resource}])


async def ready(api: Api, mounting: Mounting, place: Place) -> Prepared:
    return await mounting.prepare(place, *await api.loaded(place))


async def test_the_newest_commit_is_there_without_its_history(api: Api, shop: Shop) -> None:
    place = await with_repository(api, authorization_token=TOKEN)
    prepared = await ready(api, shop(), place)
    clone = prepared.folder / "workspace" / "repo"
    assert prepared.troubles == ()
    assert (clone / "file").read_text() == "2"
    assert git(clone, "rev-list", "--count", "HEAD") == "1"
    assert git(clone, "remote", "get-url", "origin") == URL
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "branch", "--show-current") == "main"
    assert TOKEN.encode() not in b"".join(each.read_bytes() for each in prepared.folder.rglob("*") if each.is_file())
    assert "- /workspace/repo: a clone of https://github.com/owner/repo" in prepared.notes


async def test_branches_and_commits_are_checked_out_where_the_resource_says(
    api: Api, shop: Shop, commits: tuple[Path, list[str]]
) -> None:
    place = await api.session(
        [
            {"type": "github_repository", "url": URL, "mount_path": "/workspace/deep/side",
             "checkout": {"type": "branch", "name": "side"}},
            {"type": "github_repository", "url": URL, "mount_path": "/workspace/old",
             "checkout": {"type": "commit", "sha": commits[1][1]}},
        ]
    )  # fmt: skip
    prepared = await ready(api, shop(), place)
    assert prepared.troubles == ()
    workspace = prepared.folder / "workspace"
    assert git(workspace / "deep" / "side", "branch", "--show-current") == "side"
    assert (workspace / "deep" / "side" / "link").is_symlink()
    assert (workspace / "old" / "file").read_text() == "1"
    assert git(workspace / "old", "rev-parse", "HEAD") == commits[1][1]


@pytest.mark.parametrize(
    ("checkout", "kind"),
    [
        ({"type": "branch", "name": "none"}, "repository_checkout_error"),
        ({"type": "commit", "sha": "0" * 40}, "repository_checkout_error"),
    ],
)
async def test_what_cannot_be_checked_out_is_an_error_of_the_session(
    api: Api, shop: Shop, checkout: Json, kind: str
) -> None:
    place = await with_repository(api, checkout=checkout)
    (trouble,) = (await ready(api, shop(), place)).troubles
    assert (trouble["type"], trouble["repository_url"]) == (kind, URL)
    assert not list((await ready(api, shop(), place)).folder.joinpath("workspace").iterdir())


async def test_a_clone_is_the_agents_from_then_on(api: Api, shop: Shop) -> None:
    place = await with_repository(api)
    prepared = await ready(api, shop(), place)
    clone = prepared.folder / "workspace" / "repo"
    (clone / "file").write_text("mine")
    await ready(api, shop(), place)
    assert (clone / "file").read_text() == "mine"
    clone.rename(clone.with_name("elsewhere"))
    await ready(api, shop(), place)
    assert not clone.exists()


async def test_a_server_that_was_killed_while_it_cloned_begins_again(api: Api, shop: Shop) -> None:
    place = await with_repository(api)
    prepared = await ready(api, shop(), place)
    clone = prepared.folder / "workspace" / "repo"
    (prepared.folder / "state" / "repositories.json").unlink()
    clone.rename(prepared.folder / "staging" / "repositories" / "0123")
    await ready(api, shop(), place)
    assert (clone / "file").read_text() == "2"
    assert list((prepared.folder / "staging" / "repositories").iterdir()) == []


@pytest.mark.parametrize("link", ["repo", "way"])
async def test_a_link_of_the_agents_leads_no_clone_elsewhere(api: Api, shop: Shop, tmp_path: Path, link: str) -> None:
    place = await with_repository(api, mount_path="/workspace/way/repo" if link == "way" else "/workspace/repo")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (await ready(api, shop("file:///nonexistent/"), place)).folder.joinpath("workspace", link).symlink_to(elsewhere)
    await ready(api, shop(), place)
    assert list(elsewhere.iterdir()) == []


async def test_a_clone_is_bounded(api: Api, shop: Shop) -> None:
    place = await with_repository(api)
    (trouble,) = (await ready(api, shop(files=5), place)).troubles
    assert trouble["type"] == "repository_clone_error"
    assert "larger than" in trouble["message"]
    (trouble,) = (await ready(api, shop(seconds=0), place)).troubles
    assert "longer than" in trouble["message"]


async def test_only_what_is_allowed_is_spoken(api: Api, engine: Engine, clock: ManualClock, folder: Path) -> None:
    place = await with_repository(api)
    origin = Origin(fetched_from="ext::sh -c touch% /tmp/pwned ")
    (trouble,) = (await ready(api, Mounting(backing_of(engine, clock), folder, origin=origin), place)).troubles
    assert "not allowed" in trouble["message"]


class Refusing(BaseHTTPRequestHandler):
    """A server of repositories that answers everybody the same."""

    status: ClassVar[int]
    seen: ClassVar[list[str]]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("authorization", ""))
        status = 401 if self.status == 401 or not self.seen[-1] else self.status
        self.send_response(status)
        if status == 401:
            self.send_header("www-authenticate", 'Basic realm="x"')
        self.end_headers()
        self.wfile.write(f"remote: {TOKEN}".encode())

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def refusing(status: int) -> Iterator[tuple[str, list[str]]]:
    handler = type("Handler", (Refusing,), {"status": status, "seen": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", handler.seen
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "repository_authentication_error"),
        (403, "repository_forbidden_error"),
        (404, "repository_not_found_error"),
        (500, "repository_clone_error"),
    ],
)
async def test_what_a_server_refuses_is_told_by_its_kind(api: Api, shop: Shop, status: int, kind: str) -> None:
    place = await with_repository(api, authorization_token=TOKEN)
    with refusing(status) as (address, seen):
        prepared = await ready(api, shop(address), place)
    (trouble,) = prepared.troubles
    assert trouble["type"] == kind
    assert TOKEN not in str(trouble)
    assert seen[:2] == ["", f"Basic {b64encode(f'x-access-token:{TOKEN}'.encode()).decode()}"]


async def test_without_a_token_a_private_repository_wants_one(api: Api, shop: Shop) -> None:
    place = await with_repository(api)
    with refusing(401) as (address, _):
        (trouble,) = (await ready(api, shop(address), place)).troubles
    assert trouble["type"] == "repository_authentication_error"
