"""Mounting into sessions: what a repository, a file and a memory store become, each with what it brings along."""

from collections.abc import Sequence

from agentops.base.secrets import Secret
from agentops.engine.core import session_resources as core
from agentops.engine.core.ids import is_id
from agentops.engine.core.json import Json, parsed
from agentops.engine.core.refusals import invalid, refused
from agentops.engine.core.session_resources import Resource
from agentops.engine.operations import files
from agentops.engine.operations.call import Call
from agentops.engine.sealing import Box
from agentops.engine.store.documents import MemoryStores
from agentops.engine.store.secrets import Secrets
from agentops.engine.store.session_resources import SessionResources
from agentops.wire.mounts import place_problems
from agentops.wire.problems import Path, at

TOKEN = "authorization_token"  # noqa: S105 - the field's name, not a token


def mount(call: Call, session_id: str, wanted: Sequence[Json]) -> None:
    """Mount everything that a new session begins with.

    Raises:
        InvalidRequest: a file or a store does not exist or cannot be used, or two things want one place.
    """
    taken: list[str] = []
    for index, sent in enumerate(wanted):
        path = ("resources", index)
        if sent["type"] == "memory_store":
            resource = _store(call, sent, taken, path)
        else:
            if problems := at(path, place_problems(core.place(sent), taken)):
                raise invalid(problems)
            is_file = sent["type"] == "file"
            resource = file(call, session_id, sent, path) if is_file else _repository(call, session_id, sent)
        SessionResources(call.tx, call.workspace).insert(session_id, resource)
        taken.append(parsed(resource.body)["mount_path"])


def secrets(call: Call, session_id: str) -> Secrets:
    """Return the secrets of the session's resources: the tokens of its repositories."""
    return Secrets(call.tx, Box(call.workspace, session_id), call.keyring)


def _repository(call: Call, session_id: str, sent: Json) -> Resource:
    resource_id = call.ids.new("sesrsc")
    if token := sent.get(TOKEN):
        secrets(call, session_id).put(resource_id, {TOKEN: Secret(token)}, call.at)
    return core.repository(sent, resource_id, call.at)


def file(call: Call, session_id: str, sent: Json, path: Path = ()) -> Resource:
    """Give a session a copy of a file and return what is mounted; the path is where a request names the file.

    Raises:
        InvalidRequest: the file does not exist, or not any more.
    """
    copy_id = files.copy(call, sent["file_id"], session_id)
    if copy_id is None:
        message = "must be a file that exists and has not expired"
        raise refused((*path, "file_id"), message, reason="file_not_found")
    return core.file(sent, call.ids.new("sesrsc"), copy_id, call.at)


def _store(call: Call, sent: Json, taken: Sequence[str], path: Path) -> Resource:
    store_id = sent["memory_store_id"]
    stored = MemoryStores(call.tx, call.workspace).get(store_id) if is_id(store_id) else None
    here = (*path, "memory_store_id")
    if stored is None:
        raise refused(here, "must be a memory store that exists", reason="session_resource_not_found")
    if stored.archived_at:
        raise refused(here, f"must not be archived, {store_id} is", reason="memory_store_archived")
    store = parsed(stored.body)
    return core.memory_store(sent, store, core.place_of_store(store["name"], taken))
