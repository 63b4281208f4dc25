"""Files: names and types as they are stored, expiry, lists by id and by session, and what uploads do not allow."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError, NotFoundError
from anthropic.types import FileExpiredError, FileNotDownloadableError

from agentops.base.clock import ManualClock

from .given import a_file, ids, pages, refused
from .sdk import Api


def test_an_upload_has_every_field(api: Api, clock: ManualClock) -> None:
    file = a_file(api)
    body = api.last.json()
    assert re.fullmatch(r"file_01\w+", file.id)
    assert body == {
        "id": file.id,
        "type": "file",
        "filename": "notes.txt",
        "mime_type": "text/plain",
        "size_bytes": 5,
        "created_at": body["created_at"],
        "downloadable": False,
        "expires_at": None,
        "scope": None,
    }
    assert file.created_at == clock.now()
    assert api.files.retrieve_metadata(file.id) == file
    assert api.files.list(limit=1).data == [file]


NAMES: dict[str, tuple[Any, str, str]] = {
    "bare bytes": (b"x", "unnamed.bin", "application/octet-stream"),
    "a stream": (io.BytesIO(b"x"), "unnamed.bin", "application/octet-stream"),
    "no name but a type": ((None, b"x", "application/pdf"), "unnamed.pdf", "application/pdf"),
    "a type without an extension": ((None, b"x", "application/x-own"), "unnamed", "application/x-own"),
    "a folder": (("a/b/c.txt", b"x"), "c.txt", "text/plain"),
    "a folder of Windows": (("D:\\a\\c.csv", b"x"), "c.csv", "text/csv"),
    "a way up": (("../..", b"x", "text/csv"), "unnamed.csv", "text/csv"),
    "other letters": (("Größe 名.txt", b"x"), "Größe 名.txt", "text/plain"),
    "a type with parameters": (("a.txt", b"x", "Text/Plain; charset=utf-8"), "a.txt", "text/plain"),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("file", "name", "media_type"), NAMES.values(), ids=NAMES)
def test_a_file_gets_a_name_and_a_type(api: Api, file: Any, name: str, media_type: str) -> None:
    if isinstance(file, io.BytesIO):
        file = io.BytesIO(file.getvalue())
    made = api.files.upload(file=file)
    assert (made.filename, made.mime_type) == (name, media_type)


@pytest.mark.stateless
def test_a_name_may_reach_its_limit(api: Api) -> None:
    assert a_file(api, name="n" * 500).filename == "n" * 500
    refused(BadRequestError, lambda: a_file(api, name="n" * 501), "filename", "500")
    refused(BadRequestError, lambda: a_file(api, name="what?.txt"), "filename", "?")


def test_an_empty_file_is_a_file(api: Api) -> None:
    assert a_file(api, b"").size_bytes == 0


@pytest.mark.stateless
@pytest.mark.parametrize("seconds", [3600, 7_776_000])
def test_expiry_may_reach_its_limits(api: Api, clock: ManualClock, seconds: int) -> None:
    file = a_file(api, expires_in_seconds=seconds)
    assert file.expires_at == clock.now() + timedelta(seconds=seconds)


@pytest.mark.stateless
@pytest.mark.parametrize("seconds", [3599, 7_776_001, -1, "soon"])
def test_expiry_beyond_its_limits_is_refused(api: Api, seconds: Any) -> None:
    refused(BadRequestError, lambda: a_file(api, expires_in_seconds=seconds), "expires_in_seconds")


@pytest.mark.stateless
def test_a_field_that_nobody_knows_is_refused(api: Api) -> None:
    refused(BadRequestError, lambda: a_file(api, extra_body={"purpose": "agent"}), "purpose")


def test_what_was_uploaded_is_not_downloaded(api: Api) -> None:
    file = a_file(api)
    error = refused(BadRequestError, lambda: api.files.download(file.id), file.id)
    assert isinstance(error, FileNotDownloadableError)


def test_an_expired_file_is_spoken_of_for_thirty_days(api: Api, clock: ManualClock) -> None:
    file = a_file(api, expires_in_seconds=3600)
    clock.advance(timedelta(seconds=3600))
    error = refused(NotFoundError, lambda: api.files.download(file.id), file.id)
    assert isinstance(error, FileExpiredError)
    assert api.files.retrieve_metadata(file.id) == file
    assert api.files.list(ids=[file.id]).data == [file]
    clock.advance(timedelta(days=30))
    refused(NotFoundError, lambda: api.files.retrieve_metadata(file.id), file.id)
    assert api.files.list(ids=[file.id]).data == []


def test_a_deleted_file_is_gone(api: Api) -> None:
    file = a_file(api)
    deleted = api.files.delete(file.id)
    assert (deleted.id, deleted.type) == (file.id, "file_deleted")
    for act in (api.files.retrieve_metadata, api.files.download, api.files.delete):
        refused(NotFoundError, lambda act=act: act(file.id), file.id)
    assert api.files.list(ids=[file.id]).data == []


def test_the_list_is_newest_first_and_goes_on(api: Api, clock: ManualClock) -> None:
    made = [a_file(api).id for _ in range(5)]
    found = pages(api.files.list(limit=2))
    assert [each for page in found for each in ids(page)][:5] == made[::-1]
    assert [len(page) for page in found[:2]] == [2, 2]


def test_files_are_found_by_their_ids_on_one_page(api: Api) -> None:
    made = [a_file(api).id for _ in range(3)]
    gone = a_file(api).id
    api.files.delete(gone)
    asked = [made[2], made[0], made[0], gone, "file_01NoSuchFile", "no id at all"]
    page = api.files.list(ids=asked)
    assert ids(page.data) == [made[2], made[0]]
    assert page.next_page is None
    assert len(api.files.list(ids=[f"file_{number}" for number in range(99)] + made[:1]).data) == 1


@pytest.mark.stateless
def test_ids_have_a_limit_and_stand_alone(api: Api) -> None:
    many = [f"file_{number}" for number in range(101)]
    refused(BadRequestError, lambda: api.files.list(ids=many), "ids[]", "100")
    refused(BadRequestError, lambda: api.files.list(ids=many[:1], limit=5), "ids[]", "limit")
    refused(BadRequestError, lambda: api.files.list(ids=many[:1], page="page_x"), "ids[]", "page")
    for limit in (0, 1001):
        refused(BadRequestError, lambda limit=limit: api.files.list(limit=limit), "limit")
    refused(BadRequestError, lambda: api.files.list(page="page_x"), "page")


@pytest.mark.stateless
def test_the_filter_by_session_needs_the_managed_agents_beta(api: Api) -> None:
    a_file(api)
    assert api.files.list(scope_id="sesn_01None", betas=["managed-agents-2026-04-01"]).data == []
    refused(BadRequestError, lambda: api.files.list(scope_id="sesn_01None"), "scope_id", "managed-agents-2026-04-01")


@pytest.mark.stateless
def test_a_body_that_is_no_form_is_refused(api: Api) -> None:
    for content_type in ("application/json", "multipart/form-data", "multipart/form-data; boundary=other"):
        answer = api.send("POST", "/v1/files", headers={"content-type": content_type}, content=b"--b\r\n\r\n--b--\r\n")
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
