"""The files that a session wrote, in the database: which there are, and one more in the place of an older one."""

from dataclasses import dataclass

from agentops.base.errors import NotFound
from agentops.engine.core import files as core
from agentops.engine.core.blobs import Blob
from agentops.engine.core.files import Upload
from agentops.engine.core.json import parsed
from agentops.engine.operations import blobs, files
from agentops.engine.operations.call import Call
from agentops.engine.store.blobs import Blobs
from agentops.engine.store.files import Files, StoredFile
from agentops.engine.store.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Output:
    """A file that the session wrote."""

    file_id: str
    sha256: str
    size_bytes: int


def outputs(call: Call, session_id: str) -> dict[str, Output]:
    """Return what the session wrote, by path."""
    store = Files(call.tx, call.workspace, call.at)
    found: dict[str, Output] = {}
    for stored in store.among(store.ids_in(session_id)):
        said = parsed(stored.body)
        blob = Blobs(call.tx).get(stored.id) if said["downloadable"] else None
        if blob is not None:
            found[said["filename"]] = Output(stored.id, blob.sha256, blob.size_bytes)
    return found


def keep(call: Call, blob: Blob, upload: Upload, session_id: str) -> Output:
    """Save a file of the session; one of the same path that it wrote before goes.

    Raises:
        NotFound: the session is gone.
        StorageError: the bytes were given up.
    """
    if Sessions(call.tx, call.workspace).get(session_id) is None:
        raise NotFound(f"There is no session {session_id}.")
    before = outputs(call, session_id).get(upload.filename)
    blobs.adopt(call, blob)
    body = core.produced(upload, file_id=blob.owner, session_id=session_id, size_bytes=blob.size_bytes, at=call.at)
    Files(call.tx, call.workspace, call.at).insert(StoredFile(blob.owner, body, call.at, session_id, None, None))
    if before is not None:
        files.discard(call, before.file_id)
    return Output(blob.owner, blob.sha256, blob.size_bytes)
