"""What is mounted into sessions: repositories, files, memory stores; at the beginning and later."""

from datetime import timedelta
from typing import Any

import pytest
from anthropic import BadRequestError, NotFoundError

from agentops.base.clock import ManualClock

from .given import a_file, a_repository, a_session, a_store, an_environment, ids, pages, refused
from .sdk import Api


def of_file(file: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "file", "file_id": file.id, **fields}


def of_store(store: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "memory_store", "memory_store_id": store.id, **fields}


def test_everything_is_mounted_in_its_place(api: Api, clock: ManualClock) -> None:
    file, store = a_file(api), a_store(api, name="Shopper Preferences", description="What they like.")
    commit = {"type": "commit", "sha": "a" * 40}
    session = a_session(
        api,
        resources=[
            a_repository(authorization_token="secret-g", checkout=commit),
            of_file(file, mount_path="/in/notes.txt"),
            of_store(store, access="read_only", instructions="Read first."),
        ],
    )
    repository, copy, memory = api.last.json()["resources"]
    assert repository == {
        "type": "github_repository",
        "id": session.resources[0].id,
        "url": "https://github.com/agentops/example",
        "checkout": commit,
        "mount_path": "/workspace/example",
        "created_at": repository["created_at"],
        "updated_at": repository["created_at"],
    }
    assert (copy["type"], copy["mount_path"]) == ("file", "/mnt/session/uploads/in/notes.txt")
    assert memory == {
        "type": "memory_store",
        "memory_store_id": store.id,
        "name": "Shopper Preferences",
        "description": "What they like.",
        "access": "read_only",
        "instructions": "Read first.",
        "mount_path": "/mnt/memory/shopper-preferences",
    }
    assert session.resources[0].created_at == clock.now()
    api.memory_stores.update(store.id, name="Renamed")
    assert api.sessions.retrieve(session.id) == session
    resources = api.sessions.resources
    assert resources.list(session.id).data == session.resources
    assert resources.retrieve(repository["id"], session_id=session.id) == session.resources[0]
    assert resources.retrieve(store.id, session_id=session.id) == session.resources[2]


def test_a_file_is_copied_for_the_session(api: Api) -> None:
    file = a_file(api, expires_in_seconds=3600)
    session = a_session(api, resources=[of_file(file), of_file(file, mount_path="again")])
    first, second = session.resources
    assert len({file.id, first.file_id, second.file_id}) == 3
    assert first.mount_path == f"/mnt/session/uploads/{file.id}"
    copy = api.files.retrieve_metadata(first.file_id)
    assert (copy.filename, copy.size_bytes, copy.downloadable, copy.expires_at) == ("notes.txt", 5, False, None)
    assert copy.scope.to_dict() == {"type": "session", "id": session.id}
    own = {"scope_id": session.id, "betas": ["managed-agents-2026-04-01"]}
    assert set(ids(api.files.list(**own).data)) == {first.file_id, second.file_id}
    refused(BadRequestError, lambda: api.files.delete(first.file_id), session.id)
    api.files.delete(file.id)
    assert a_session(api, resources=[of_file(copy)]).resources[0].file_id != copy.id
    api.sessions.delete(session.id)
    assert api.files.list(**own).data == []
    refused(NotFoundError, lambda: api.files.retrieve_metadata(first.file_id))


def test_stores_of_one_name_have_places_of_their_own(api: Api) -> None:
    stores = [a_store(api, name=name) for name in ("My notes", "my-notes", "MY NOTES")]
    session = a_session(api, resources=[of_store(each) for each in stores])
    assert [each.mount_path for each in session.resources] == [
        "/mnt/memory/my-notes",
        "/mnt/memory/my-notes-2",
        "/mnt/memory/my-notes-3",
    ]
    assert {(each.access, each.instructions) for each in session.resources} == {("read_write", None)}


UNUSABLE: dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]] = {
    "no file": ([{"type": "file", "file_id": "file_01None"}], ("resources.0.file_id",)),
    "no store": ([{"type": "memory_store", "memory_store_id": "memstore_01"}], ("resources.0.memory_store_id",)),
    "another forge": ([a_repository(url="https://gitlab.com/a/b")], ("resources.0.url",)),
    "a way out": ([{"type": "file", "file_id": "f", "mount_path": "../x"}], ("resources.0.mount_path",)),
    "a long way": ([{"type": "file", "file_id": "f", "mount_path": "x" * 1025}], ("resources.0.mount_path", "1024")),
    "the root": ([a_repository(mount_path="/workspace/.")], ("resources.0.mount_path", "/workspace")),
    "one place for two": (
        [a_repository(), a_repository(url="https://github.com/other/example")],
        ("resources.1.mount_path", "/workspace/example"),
    ),
    "one in the other": (
        [a_repository(), a_repository(mount_path="/workspace/example/deep")],
        ("resources.1.mount_path", "in the way"),
    ),
    "long instructions": (
        [{"type": "memory_store", "memory_store_id": "m", "instructions": "i" * 4097}],
        ("resources.0.instructions", "4096"),
    ),
    "too many stores": (
        [{"type": "memory_store", "memory_store_id": f"m{number}"} for number in range(9)],
        ("resources", "8 memory stores"),
    ),
    "too many": ([{"type": "file", "file_id": f"f{number}"} for number in range(501)], ("resources", "500")),
}


@pytest.mark.stateless
@pytest.mark.parametrize(("resources", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_mounted_is_refused(api: Api, resources: list[dict[str, Any]], words: tuple[str, ...]) -> None:
    refused(BadRequestError, lambda: a_session(api, resources=resources), *words)


def test_nothing_is_left_of_a_session_that_did_not_begin(api: Api) -> None:
    file, store = a_file(api), a_store(api)
    api.memory_stores.archive(store.id)
    before = ids(api.files.list(limit=1000).data)
    refused(
        BadRequestError,
        lambda: a_session(api, resources=[of_file(file), of_store(store)]),
        "resources.1.memory_store_id",
        "archived",
    )
    assert ids(api.files.list(limit=1000).data) == before


def test_an_expired_file_is_not_mounted(api: Api, clock: ManualClock) -> None:
    file = a_file(api, expires_in_seconds=3600)
    clock.advance(timedelta(seconds=3600))
    refused(BadRequestError, lambda: a_session(api, resources=[of_file(file)]), "resources.0.file_id", "expired")


def test_a_self_hosted_environment_mounts_stores_alone(api: Api) -> None:
    own = an_environment(api, config={"type": "self_hosted"}).id
    session = a_session(api, environment_id=own, resources=[of_store(a_store(api))])
    file = a_file(api)
    refused(BadRequestError, lambda: a_session(api, environment_id=own, resources=[of_file(file)]), "resources.0")
    refused(BadRequestError, lambda: api.sessions.resources.add(session.id, **of_file(file)), "self-hosted")


def test_files_come_and_go(api: Api, clock: ManualClock) -> None:
    file = a_file(api)
    session = a_session(api, initial_events=[{"type": "user.message", "content": [{"type": "text", "text": "go"}]}])
    resources = api.sessions.resources
    clock.advance(timedelta(seconds=1))
    added = resources.add(session.id, **of_file(file, mount_path="a.txt"))
    assert (added.mount_path, added.created_at) == ("/mnt/session/uploads/a.txt", clock.now())
    assert api.sessions.retrieve(session.id).resources == [added]
    refused(BadRequestError, lambda: resources.add(session.id, **of_file(file, mount_path="/a.txt/b")), "mount_path")
    refused(BadRequestError, lambda: resources.add(session.id, type="file", file_id="file_01None"), "file_id")
    refused(BadRequestError, lambda: resources.add(session.id, type="memory_store", file_id=file.id), "type")
    gone = resources.delete(added.id, session_id=session.id)
    assert (gone.id, gone.type) == (added.id, "session_resource_deleted")
    refused(NotFoundError, lambda: resources.retrieve(added.id, session_id=session.id), added.id)
    refused(NotFoundError, lambda: api.files.retrieve_metadata(added.file_id))
    assert api.files.retrieve_metadata(file.id).id == file.id


def test_repositories_and_stores_stay(api: Api) -> None:
    store = a_store(api)
    session = a_session(api, resources=[a_repository(), of_store(store)])
    resources = api.sessions.resources
    for each in (session.resources[0].id, store.id):
        refused(BadRequestError, lambda each=each: resources.delete(each, session_id=session.id), each, "stays")


def test_only_a_repository_gets_another_token(api: Api, clock: ManualClock) -> None:
    session = a_session(api, resources=[a_repository(), of_file(a_file(api))])
    repository, file = session.resources
    resources = api.sessions.resources
    clock.advance(timedelta(seconds=1))
    changed = resources.update(repository.id, session_id=session.id, authorization_token="secret-h")
    assert (changed.url, changed.updated_at) == (repository.url, clock.now())
    assert "secret" not in api.last.text
    for resource_id, token in ((file.id, "t"), (repository.id, "")):
        refused(
            BadRequestError,
            lambda one=resource_id, other=token: resources.update(
                one, session_id=session.id, authorization_token=other
            ),
        )
    other = a_session(api)
    refused(NotFoundError, lambda: resources.retrieve(repository.id, session_id=other.id), repository.id)


def test_resources_are_listed_whole_or_in_pages(api: Api) -> None:
    file = a_file(api)
    session = a_session(api, resources=[of_file(file, mount_path=str(number)) for number in range(5)])
    expected = ids(session.resources)
    assert ids(api.sessions.resources.list(session.id).data) == expected
    found = pages(api.sessions.resources.list(session.id, limit=2))
    assert [ids(each) for each in found] == [expected[:2], expected[2:4], expected[4:]]
    refused(BadRequestError, lambda: api.sessions.resources.list(session.id, limit=1001), "limit", "1000")
    refused(BadRequestError, lambda: api.sessions.resources.list(session.id, page="page_x"), "page")
