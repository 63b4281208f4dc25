"""Files from form to disk and back, on both databases: whatever is wrong with a form, and what expiry does."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from agentops.base.clock import ManualClock, timestamp
from agentops.base.ids import RandomIds
from agentops.engine.server import Engine, build
from agentops.engine.settings import Settings
from agentops.engine.store.blobs import Blobs
from agentops.engine.store.files import Files, StoredFile

pytestmark = pytest.mark.anyio

FORM = {"content-type": "multipart/form-data; boundary=b"}
HEAD = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
END = b"\r\n--b--\r\n"


def on_disk(settings: Settings) -> list[str]:
    """Return the owners of all bytes that are on disk, drafts included."""
    return sorted(each.name for each in (settings.data / "blobs").rglob("*") if each.is_file())


def block(settings: Settings, owner: str) -> Path:
    """Put a folder in the place of an owner's bytes, which then cannot be removed."""
    place = next((settings.data / "blobs").rglob(owner))
    place.unlink()
    place.mkdir()
    return place


def unblock(place: Path) -> None:
    place.rmdir()


async def uploaded(http: httpx2.AsyncClient, data: bytes = b"hello", **fields: Any) -> dict[str, Any]:
    answer = await http.post("/v1/files", files={"file": ("a.txt", data, "text/plain")}, data=fields)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def told(http: httpx2.AsyncClient, content: bytes, headers: dict[str, str] = FORM) -> tuple[int, str]:
    answer = await http.post("/v1/files", content=content, headers=headers)
    error = answer.json()["error"]
    return answer.status_code, error["message"]


async def test_bytes_are_there_until_the_file_is_deleted(http: httpx2.AsyncClient, settings: Settings) -> None:
    first, second = await uploaded(http), await uploaded(http)
    assert on_disk(settings) == sorted([first["id"], second["id"]])
    assert (await http.delete(f"/v1/files/{first['id']}")).json() == {"type": "file_deleted", "id": first["id"]}
    assert on_disk(settings) == [second["id"]]
    assert (await http.delete(f"/v1/files/{second['id']}")).status_code == 200
    assert on_disk(settings) == []


async def test_what_was_uploaded_is_on_disk_byte_by_byte(http: httpx2.AsyncClient, settings: Settings) -> None:
    data = bytes(range(256)) * 9000
    made = await uploaded(http, data)
    assert made["size_bytes"] == len(data)
    assert next((settings.data / "blobs").rglob(made["id"])).read_bytes() == data


BROKEN = {
    "no form": (b"{}", {"content-type": "application/json"}, "content-type: must be multipart/form-data"),
    "no boundary": (HEAD, {"content-type": "multipart/form-data"}, "boundary"),
    "a long boundary": (HEAD, {"content-type": f"multipart/form-data; boundary={'b' * 71}"}, "70"),
    "compressed": (HEAD, {**FORM, "content-encoding": "gzip"}, "content-encoding"),
    "nothing": (b"", FORM, "ends before"),
    "no end": (HEAD + b"x", FORM, "ends before"),
    "no parts": (b"--b--\r\n", FORM, "file: must be there"),
    "text before the first boundary": (b"x" * 9 + HEAD + END, FORM, "multipart/form-data"),
    "a part without a name": (b"--b\r\ncontent-disposition: form-data\r\n\r\nx" + END, FORM, "content-disposition"),
    "a part without a head": (b"--b\r\n\r\nx" + END, FORM, "content-disposition"),
    "a huge head": (b"--b\r\nx: " + b"y" * 100_000 + b"\r\n\r\n" + END, FORM, "header size"),
    "many heads": (b"--b\r\n" + b"x: y\r\n" * 50 + b"\r\n" + END, FORM, "header count"),
    "many parts": (HEAD.replace(b"file", b"x") * 1 + b"\r\n--b\r\nx: y\r\n\r\n" * 2000, FORM, "content-disposition"),
    "no file": (b'--b\r\ncontent-disposition: form-data; name="fil"\r\n\r\nx' + END, FORM, "file: must be there"),
    "two files": (HEAD + b"x\r\n" + HEAD + b"x" + END, FORM, "file: must be sent once"),
    "a name that is no text": (HEAD.replace(b"a.txt", b"\xff") + END, FORM, "UTF-8"),
    "a media type that is none": (HEAD[:-2] + b"content-type: text\r\n\r\nx" + END, FORM, "media type"),
    "a forbidden name": (HEAD.replace(b"a.txt", b"a?.txt") + END, FORM, "file.filename: must not hold"),
    "a long name": (HEAD.replace(b"a.txt", b"a" * 501) + END, FORM, "file.filename: must be at most 500"),
}


@pytest.mark.parametrize(("content", "headers", "words"), BROKEN.values(), ids=BROKEN)
async def test_a_form_that_is_none_is_refused(
    http: httpx2.AsyncClient, settings: Settings, content: bytes, headers: dict[str, str], words: str
) -> None:
    status, message = await told(http, content, headers)
    assert status == 400
    assert words in message
    assert on_disk(settings) == []


def field(name: str, value: bytes) -> bytes:
    return b'--b\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)


FIELDS = {
    "too short": (field("expires_in_seconds", b"3599"), "expires_in_seconds: must be at least 3600"),
    "too long": (field("expires_in_seconds", b"7776001"), "expires_in_seconds: must be at most 7776000"),
    "no number": (field("expires_in_seconds", b"soon"), "expires_in_seconds"),
    "empty": (field("expires_in_seconds", b""), "expires_in_seconds"),
    "twice": (field("expires_in_seconds", b"3600") * 2, "expires_in_seconds: must be sent once"),
    "unknown": (field("purpose", b"x"), "purpose"),
    "endless": (field("purpose", b"x" * 70_000), "at most 65536 bytes"),
    "no text": (field("purpose", b"\xff"), "UTF-8"),
}


@pytest.mark.parametrize(("content", "words"), FIELDS.values(), ids=FIELDS)
async def test_a_field_that_is_wrong_is_named_before_or_behind_the_file(
    http: httpx2.AsyncClient, content: bytes, words: str
) -> None:
    for form in (content + HEAD + b"x" + END, HEAD + b"x\r\n" + content[:-2] + END):
        status, message = await told(http, form)
        assert status == 400
        assert words in message


@pytest.fixture
async def small(settings: Settings, clock: ManualClock) -> AsyncIterator[httpx2.AsyncClient]:
    """HTTP to an engine that takes files of 2 MB at most."""
    async with build(replace(settings, file_limit=2_000_000), clock=clock, ids=RandomIds()) as engine:
        transport = httpx2.ASGITransport(app=engine.app)
        headers = {"x-api-key": engine.credential.reveal()}
        async with httpx2.AsyncClient(transport=transport, base_url="http://engine.test", headers=headers) as client:
            yield client


async def test_a_file_may_reach_the_limit_and_no_more(small: httpx2.AsyncClient, settings: Settings) -> None:
    made = await uploaded(small, b"x" * 2_000_000)
    status, message = await told(small, HEAD + b"x" * 2_000_001 + END)
    assert (status, message) == (413, "file: must have at most 2000000 bytes.")
    assert on_disk(settings) == [made["id"]]


async def test_a_length_that_is_announced_is_refused_at_once(small: httpx2.AsyncClient, settings: Settings) -> None:
    status, _ = await told(small, HEAD, {**FORM, "content-length": "3100000"})
    assert status == 413
    assert not (settings.data / "blobs" / "drafts").exists() or on_disk(settings) == []


async def test_an_upload_costs_no_more_memory_than_a_few_pieces(settings: Settings, clock: ManualClock) -> None:
    pieces = 600
    sent = 0

    async def receive() -> dict[str, Any]:
        nonlocal sent
        sent += 1
        body = HEAD if sent == 1 else END if sent == pieces else b"x" * 65536
        return {"type": "http.request", "body": body, "more_body": sent < pieces}

    answers: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        answers.append(message)

    async with build(settings, clock=clock, ids=RandomIds()) as engine:
        headers = [(b"content-type", b"multipart/form-data; boundary=b")]
        headers += [(b"x-api-key", engine.credential.reveal().encode())]
        scope = {"type": "http", "method": "POST", "path": "/v1/files", "query_string": b"", "headers": headers}
        tracemalloc.start()
        await engine.app({**scope, "http_version": "1.1", "scheme": "http"}, receive, send)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert answers[0]["status"] == 200
    assert peak < 8 * 1024 * 1024


async def test_an_expired_file_loses_its_bytes_and_later_its_name(
    http: httpx2.AsyncClient, settings: Settings, clock: ManualClock
) -> None:
    made = await uploaded(http, expires_in_seconds="3600")
    path = f"/v1/files/{made['id']}"
    assert made["expires_at"] == timestamp(clock.now() + timedelta(hours=1))
    assert (await http.get(f"{path}/content")).json()["error"]["details"] == {"error_code": "file_not_downloadable"}
    clock.advance(timedelta(hours=1))
    answer = await http.get(f"{path}/content")
    assert (answer.status_code, answer.json()["error"]["details"]) == (404, {"error_code": "file_expired"})
    assert (await http.get(path)).json() == made
    other = await uploaded(http)
    assert on_disk(settings) == [other["id"]]
    clock.advance(timedelta(days=30))
    assert (await http.get(path)).status_code == 404
    assert [each["id"] for each in (await http.get("/v1/files")).json()["data"]] == [other["id"]]
    third = await uploaded(http)
    found = (await http.get(f"/v1/files?ids[]={made['id']}&ids[]={third['id']}")).json()
    assert [each["id"] for each in found["data"]] == [third["id"]]


async def test_what_a_session_wrote_can_be_downloaded(
    http: httpx2.AsyncClient, engine: Engine, settings: Settings
) -> None:
    made = await uploaded(http, b"report" * 300_000)
    body = (await http.get(f"/v1/files/{made['id']}")).text.replace('"downloadable":false', '"downloadable":true')

    def rewrite(tx: Any) -> None:
        tx.run("UPDATE files SET body = :body WHERE id = :id", {"body": body, "id": made["id"]})

    await engine._database.write(rewrite)
    answer = await http.get(f"/v1/files/{made['id']}/content")
    assert answer.content == b"report" * 300_000
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''a.txt"
    assert answer.headers["content-length"] == "1800000"


async def test_a_scope_is_a_filter_of_the_managed_agents_beta(http: httpx2.AsyncClient, engine: Engine) -> None:
    made = await uploaded(http)
    assert (await http.get("/v1/files?scope_id=sesn_01x")).json()["data"] == []
    answer = await http.get("/v1/files?scope_id=sesn_01x", headers={"anthropic-beta": ""})
    assert (answer.status_code, "anthropic-beta" in answer.json()["error"]["message"]) == (400, True)
    stored = StoredFile("file_01s", '{"id":"file_01s"}', made["created_at"], "sesn_01x", None, None)
    await engine._database.write(lambda tx: Files(tx, engine.settings.workspace, "").insert(stored))
    assert (await http.get("/v1/files?scope_id=sesn_01x")).json()["data"] == [{"id": "file_01s"}]
    both = f"/v1/files?scope_id=sesn_01x&ids[]=file_01s&ids[]={made['id']}"
    assert (await http.get(both)).json()["data"] == [{"id": "file_01s"}]


async def test_another_workspace_sees_nothing(http: httpx2.AsyncClient, engine: Engine, clock: ManualClock) -> None:
    made = await uploaded(http)
    found = await engine._database.read(lambda tx: Files(tx, "wrkspc_other", timestamp(clock.now())).get(made["id"]))
    assert found is None


async def test_uploads_at_once_do_not_meet(http: httpx2.AsyncClient, settings: Settings) -> None:
    made = await asyncio.gather(*(uploaded(http, b"same") for _ in range(8)))
    assert on_disk(settings) == sorted(each["id"] for each in made)
    answers = await asyncio.gather(*(http.delete(f"/v1/files/{each['id']}") for each in made))
    assert [each.status_code for each in answers] == [200] * 8
    assert on_disk(settings) == []


async def test_bytes_that_nobody_came_to_own_go_after_an_hour(
    http: httpx2.AsyncClient, engine: Engine, settings: Settings, clock: ManualClock
) -> None:
    async with engine._blobs.draft() as draft:
        await draft.write(b"lost")
        blob = await draft.finished("file_01lost")
        await engine._database.write(lambda tx: Blobs(tx).note(blob, timestamp(clock.now())))
        await draft.place(blob)
    first = await uploaded(http)
    assert on_disk(settings) == sorted(["file_01lost", first["id"]])
    clock.advance(timedelta(hours=1, seconds=1))
    await http.delete(f"/v1/files/{first['id']}")
    assert on_disk(settings) == []
    assert not await engine._database.write(lambda tx: Blobs(tx).adopt(blob, ""))


async def test_bytes_that_cannot_be_removed_go_next_time(
    http: httpx2.AsyncClient, engine: Engine, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    made = await uploaded(http)
    place = block(settings, made["id"])
    assert (await http.delete(f"/v1/files/{made['id']}")).status_code == 200
    assert "bytes stay behind" in caplog.text
    unblock(place)
    await uploaded(http)
    assert await engine._database.read(lambda tx: Blobs(tx).doomed()) == []
