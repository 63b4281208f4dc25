"""What is mounted into a session, later on: files come and go, repositories get other tokens."""

from agentops.base.errors import InvalidRequest, NotFound
from agentops.base.secrets import Secret
from agentops.engine.core import session_resources as core
from agentops.engine.core import session_rules
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.refusals import invalid
from agentops.engine.core.session_resources import Resource
from agentops.engine.operations import files, mounts, sessions
from agentops.engine.operations.call import Call, Page
from agentops.engine.store.session_resources import SessionResources
from agentops.wire.mounts import place_problems


def add(call: Call, session_id: str, sent: Json) -> str:
    """Mount one more file and return it; the session may be running.

    Raises:
        NotFound: there is no such session.
        InvalidRequest: it is archived or full, the file cannot be used, or its place is taken.
    """
    session = sessions.writable(call, session_id)
    session_rules.refuse_self_hosted(parsed(session.config), [sent])
    resources = SessionResources(call.tx, call.workspace)
    mounted = resources.of(session_id)
    if sum(each.file_id is not None for each in mounted) >= core.FILES_MAX:
        raise InvalidRequest(f"Session {session_id} has {core.FILES_MAX} files, as many as a session takes.")
    taken = [parsed(each.body)["mount_path"] for each in mounted]
    if problems := tuple(place_problems(core.place(sent), taken)):
        raise invalid(problems)
    resource = mounts.file(call, session_id, sent)
    resources.insert(session_id, resource)
    return resource.body


def retrieve(call: Call, session_id: str, resource_id: str) -> str:
    """Return the resource; a memory store goes by its own id.

    Raises:
        NotFound: there is no such session or resource.
    """
    return _existing(call, session_id, resource_id).body


def rotate(call: Call, session_id: str, resource_id: str, token: Secret) -> str:
    """Give a repository another token in place of the one it had, and return the repository.

    Raises:
        NotFound: there is no such session or resource.
        InvalidRequest: the session is archived, or the resource is no repository.
    """
    sessions.writable(call, session_id)
    before = parsed(_existing(call, session_id, resource_id).body)
    if before["type"] != "github_repository":
        raise InvalidRequest(f"Resource {resource_id} is a {before['type']}: only a github_repository has a token.")
    mounts.secrets(call, session_id).put(resource_id, {mounts.TOKEN: token}, call.at)
    body = written({**before, "updated_at": call.at})
    SessionResources(call.tx, call.workspace).replace(session_id, resource_id, body)
    return body


def delete(call: Call, session_id: str, resource_id: str) -> str:
    """Take a file away with the session's copy of it; the file it was copied from stays.

    Raises:
        NotFound: there is no such session or resource.
        InvalidRequest: the session is archived, or the resource is no file.
    """
    sessions.writable(call, session_id)
    stored = _existing(call, session_id, resource_id)
    if stored.file_id is None:
        kind = parsed(stored.body)["type"]
        raise InvalidRequest(f"Resource {resource_id} is a {kind}: it stays for as long as the session does.")
    SessionResources(call.tx, call.workspace).delete(session_id, resource_id)
    files.discard(call, stored.file_id)
    return written({"type": "session_resource_deleted", "id": resource_id})


def page(call: Call, session_id: str, after: int, limit: int | None) -> Page:
    """Return part of the list of what is mounted, in the order of mounting; without a limit, all the rest of it.

    Raises:
        NotFound: there is no such session.
    """
    sessions.existing(call, session_id)
    found = SessionResources(call.tx, call.workspace).of(session_id, after=after, limit=limit and limit + 1)
    shown = found[:limit]
    return Page([each.body for each in shown], [shown[-1].seq] if len(found) > len(shown) else None)


def _existing(call: Call, session_id: str, resource_id: str) -> Resource:
    sessions.existing(call, session_id)
    stored = SessionResources(call.tx, call.workspace).get(session_id, resource_id)
    if stored is None:
        raise NotFound(f"Session {session_id} has no resource {resource_id}.")
    return stored
