"""Files: upload, read, list, delete."""

from dataclasses import dataclass

from agentops.base.errors import InvalidRequest, NotFound
from agentops.engine.core import files as core
from agentops.engine.core.blobs import Blob
from agentops.engine.core.files import Life, Upload
from agentops.engine.core.ids import is_id
from agentops.engine.core.json import parsed, written
from agentops.engine.operations import blobs
from agentops.engine.operations.call import Call, Page
from agentops.engine.store.blobs import Blobs
from agentops.engine.store.files import Files, StoredFile
from agentops.engine.store.port import Window
from agentops.engine.store.session_resources import SessionResources


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes to give out, and what they are."""

    blob: Blob
    media_type: str
    filename: str


def create(call: Call, blob: Blob, upload: Upload) -> str:
    """Save a new file and return what is said of it.

    Raises:
        StorageError: the bytes were given up.
    """
    blobs.adopt(call, blob)
    life = Life.of(upload, call.at)
    body = core.body(
        upload, file_id=blob.owner, size_bytes=blob.size_bytes, created_at=call.at, expires_at=life.expires_at
    )
    _files(call).insert(StoredFile(blob.owner, body, call.at, None, life.expires_at, life.gone_at))
    return body


def retrieve(call: Call, file_id: str) -> str:
    """Return what is said of the file.

    Raises:
        NotFound: there is no such file.
    """
    return _existing(call, file_id).body


def content(call: Call, file_id: str) -> Content:
    """Return which bytes the file has.

    Raises:
        NotFound: there is no such file, or it has expired.
        InvalidRequest: it was uploaded, so it cannot be downloaded.
    """
    file = _existing(call, file_id)
    if _is_expired(file, call.at):
        raise NotFound(f"File {file_id} expired at {file.expires_at}.", details={"error_code": "file_expired"})
    said = parsed(file.body)
    blob = Blobs(call.tx).get(file_id)
    if blob is None or not said["downloadable"]:
        raise InvalidRequest(
            f"File {file_id} cannot be downloaded: it was uploaded, and only files that a session wrote can.",
            details={"error_code": "file_not_downloadable"},
        )
    return Content(blob, said["mime_type"], said["filename"])


def delete(call: Call, file_id: str) -> str:
    """Remove the file.

    Raises:
        NotFound: there is no such file.
        InvalidRequest: it is the copy that a session has of a file.
    """
    _existing(call, file_id)
    if (holder := SessionResources(call.tx, call.workspace).holder_of(file_id)) is not None:
        raise InvalidRequest(
            f"File {file_id} is mounted into session {holder}: delete the session's resource, or the session."
        )
    discard(call, file_id)
    return written({"type": "file_deleted", "id": file_id})


def copy(call: Call, file_id: str, session_id: str) -> str | None:
    """Give a session a file of its own with the bytes of another, and return its id; None when there are no bytes."""
    blob = readable(call, file_id)
    if blob is None:
        return None
    copy_id = call.ids.new("file")
    body = core.mounted(_existing(call, file_id).body, copy_id=copy_id, session_id=session_id, at=call.at)
    _files(call).insert(StoredFile(copy_id, body, call.at, session_id, None, None))
    Blobs(call.tx).share(copy_id, blob)
    return copy_id


def readable(call: Call, file_id: str) -> Blob | None:
    """Return the bytes of a file for the server's own use; None when there is no such file, or not any more."""
    stored = _files(call).get(file_id) if is_id(file_id) else None
    return None if stored is None or _is_expired(stored, call.at) else Blobs(call.tx).get(file_id)


def discard(call: Call, file_id: str) -> None:
    """Remove a file that is there."""
    _files(call).delete(file_id)
    Blobs(call.tx).doom(file_id, call.at)


def discard_all(call: Call, session_id: str) -> None:
    """Remove every file of a session: the copies it was given and what it wrote."""
    for file_id in _files(call).ids_in(session_id):
        discard(call, file_id)


def page(call: Call, window: Window, scope_id: str | None) -> Page:
    """Return part of the list of files, newest first."""
    found = _files(call).page(window, scope_id)
    return Page.newest_first([each.body for each in found], found, window.limit)


def among(call: Call, ids: list[str], scope_id: str | None) -> Page:
    """Return those of the files that there are, newest first, on one page."""
    found = _files(call).among(ids)
    return Page([each.body for each in found if scope_id is None or each.scope_id == scope_id])


def _is_expired(file: StoredFile, at: str) -> bool:
    return file.expires_at is not None and file.expires_at <= at


def _existing(call: Call, file_id: str) -> StoredFile:
    stored = _files(call).get(file_id)
    if stored is None:
        raise NotFound(f"There is no file {file_id}.")
    return stored


def _files(call: Call) -> Files:
    return Files(call.tx, call.workspace, call.at)
