"""Our repository over real git over HTTP: what the forge serves is what was pushed, and the token is seen by nobody."""

import logging
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from agentops.base.errors import ForgeUnavailable, RepositoryError, StaleProposal
from agentops.base.secrets import Secret
from agentops.memory_repo.commits import Draft, Move
from agentops.memory_repo.git import Repository
from agentops.memory_repo.remotes import Remote
from tests.conftest import NOW
from tests.memory_repo.forges.fake import smart_http
from tests.memory_repo.forges.fake.faults import Broken, Expired, Hidden, Lost
from tests.memory_repo.forges.fake.server import FakeForge, Server
from tests.memory_repo.forges.fake.speech import Reply

BRANCH = "agentops/memory/incidents"


@pytest.fixture
def clone(forge: FakeForge, tmp_path: Path) -> Iterator[Repository]:
    """A clone of the forge's repository."""
    with Repository.clone(Remote(forge.url, forge.token), tmp_path / "clone.git") as opened:
        yield opened


def written(clone: Repository, text: str) -> str:
    """Return a commit that nothing points to yet."""
    main = str(clone.head("main"))
    tree = clone.write(main, {"stores/incidents/facts/a.md": text})
    return clone.commit(Draft(tree, (main,), "Write", NOW))


def test_what_is_pushed_is_on_the_forge_and_fetched_by_others(
    clone: Repository, forge: FakeForge, tmp_path: Path
) -> None:
    commit = written(clone, "- a\n")

    clone.push({BRANCH: Move(commit, None)})

    assert forge.kept.tip(BRANCH) == commit
    with Repository.clone(Remote(forge.url, forge.token), tmp_path / "other.git") as other:
        assert other.text(commit, "stores/incidents/facts/a.md") == "- a\n"


def test_a_branch_that_somebody_pushed_to_is_not_overwritten(clone: Repository, forge: FakeForge) -> None:
    first = written(clone, "- a\n")
    clone.push({BRANCH: Move(first, None)})
    theirs = forge.kept.commit(BRANCH, {"x.md": "theirs\n"})

    with pytest.raises(StaleProposal):
        clone.push({BRANCH: Move(written(clone, "- b\n"), first)})

    assert forge.kept.tip(BRANCH) == theirs


def test_a_protected_branch_takes_no_push(clone: Repository, forge: FakeForge) -> None:
    forge.kept.protect("main")
    main = str(clone.head("main"))

    with pytest.raises(RepositoryError):
        clone.push({"main": Move(written(clone, "- a\n"), main)})

    assert forge.kept.tip("main") == main


def test_a_push_whose_answer_is_lost_is_found_by_the_next_fetch(clone: Repository, forge: FakeForge) -> None:
    commit = written(clone, "- a\n")
    forge.faults.plan(Lost(), on="push")

    with pytest.raises(ForgeUnavailable):
        clone.push({BRANCH: Move(commit, None)})
    clone.fetch()

    assert clone.head(BRANCH) == forge.kept.tip(BRANCH) == commit


def test_the_token_follows_no_redirect(forge: FakeForge, forge_server: Server, tmp_path: Path) -> None:
    old = forge.url
    forge_server.rename(forge, f"{forge.kept.name}-renamed")

    with pytest.raises(RepositoryError, match="failed"):
        Repository.clone(Remote(old, forge.token), tmp_path / "clone.git")

    assert forge.deeds == []


@pytest.mark.parametrize("fault", [Broken(503), Expired(), Hidden()], ids=lambda fault: type(fault).__name__)
def test_no_failure_tells_the_token(
    forge: FakeForge, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: Broken | Expired | Hidden
) -> None:
    caplog.set_level(logging.DEBUG)
    forge.faults.plan(fault, on="info", times=2)

    with pytest.raises(RepositoryError) as error:
        Repository.clone(Remote(forge.url, forge.token), tmp_path / "clone.git")

    said = f"{error.value!r} {error.value.message} {error.value.hint} {caplog.text}"
    assert forge.token.reveal() not in said
    assert coded(forge.token) not in said


def test_a_wrong_token_asks_nobody_at_the_terminal(forge: FakeForge, tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match=r"failed"):
        Repository.clone(Remote(forge.url, Secret("wrong-token")), tmp_path / "clone.git")

    assert "fetch" not in forge.deeds


def test_the_token_is_in_no_argument_of_any_process(
    forge: FakeForge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    served = smart_http.served

    async def looking(*asked: Any) -> Reply:
        """Look at every process of this machine while git and its helper wait for the answer."""
        seen.extend(cmdlines())
        return await served(*asked)

    monkeypatch.setattr(smart_http, "served", looking)

    with Repository.clone(Remote(forge.url, forge.token), tmp_path / "clone.git") as clone:
        clone.push({BRANCH: Move(written(clone, "- a\n"), None)})

    assert forge.kept.tip(BRANCH) is not None
    assert any("git fetch " in each for each in seen)
    assert any("git push " in each for each in seen)
    assert any("remote-http" in each and forge.url in each for each in seen)
    assert not any(forge.token.reveal() in each or coded(forge.token) in each for each in seen)
    kept = (tmp_path / "clone.git" / "config").read_text("utf-8")
    assert coded(forge.token) not in kept
    assert "Authorization" not in kept


def cmdlines() -> Iterator[str]:
    """Yield what anybody on this machine can read of each process; some are gone by then."""
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            yield (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")


def coded(token: Secret) -> str:
    """Return the token as the header has it."""
    return b64encode(f"x-access-token:{token.reveal()}".encode()).decode()
