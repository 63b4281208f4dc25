"""The fake forge by itself: what a test outside this folder takes."""

import ssl
from pathlib import Path

import httpx2
import pytest

from agentops.memory_repo.forges.port import Draft, State
from tests.memory_repo.forges.fake.faults import Broken
from tests.memory_repo.forges.fake.server import FACES, fake_forge

pytestmark = pytest.mark.anyio


async def test_one_state_has_three_faces(tmp_path: Path) -> None:
    async with fake_forge(tmp_path) as forge:
        forge.kept.commit("topic", {"a.md": "a\n"})
        seen = []
        for face in FACES:
            async with forge.speaking(face) as port:
                seen.append(await port.open(Draft("topic", "main", "title", "body")))

    assert {(each.number, each.title, each.head, each.state) for each in seen} == {
        (1, "title", forge.kept.tip("topic"), State.OPEN)
    }
    assert forge.deeds.count("open") == 3
    assert forge.url.endswith("/acme/memory.git")


async def test_a_fault_happens_as_often_as_it_is_planned(tmp_path: Path) -> None:
    async with fake_forge(tmp_path) as forge, forge.speaking("github") as port:
        forge.faults.plan(Broken(500), on="list", times=2, after=1)
        await port.latest("main")
        assert (forge.naps, forge.faults.are_over) == ([], False)

        await port.latest("main")

        assert (forge.naps, forge.faults.are_over) == ([1, 4], True)


async def test_a_request_that_no_vendor_takes_fails_the_test(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="has no parameter colour"):
        await ask_for_a_colour(tmp_path)


async def ask_for_a_colour(folder: Path) -> None:
    async with fake_forge(folder) as forge:
        url = f"{forge.where}/api/v3/repos/{forge.kept.path}/pulls"
        headers = {"authorization": f"Bearer {forge.token.reveal()}"}
        async with httpx2.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as client:
            await client.get(url, params={"colour": "red"}, headers=headers)
