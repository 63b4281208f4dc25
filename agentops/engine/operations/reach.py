"""How far a worker's credential reaches: what its path may name, beyond what its own bounds already say."""

from collections.abc import Mapping

from agentops.base.errors import NotFound, PermissionDenied
from agentops.engine.core.json import parsed
from agentops.engine.operations.call import Call
from agentops.engine.store.session_resources import SessionResources
from agentops.engine.store.sessions import Sessions
from agentops.engine.store.work import Works

_NOTHING = "There is no object with this id."


def check(call: Call, bounds: Mapping[str, str], named: Mapping[str, str], *, changes: bool) -> None:
    """Let the call on if what its path names belongs to the caller's environment or session.

    An environment's key reaches every skill of the workspace. Source: documented for self-hosted environments.

    Raises:
        NotFound: it does not, which is not told from what does not exist.
        PermissionDenied: the session may read the store, and the call would change it.
    """
    session_id = bounds.get("session_id")
    if session_id is None:
        if "session_id" in named and not Works(call.tx, call.workspace).has_session(
            bounds["environment_id"], named["session_id"]
        ):
            raise NotFound(_NOTHING)
        return
    if "store_id" in named:
        _check_store(call, session_id, named["store_id"], changes=changes)
    if "skill_id" in named:
        _check_skill(call, session_id, named["skill_id"])


def _check_store(call: Call, session_id: str, store_id: str, *, changes: bool) -> None:
    mounted = SessionResources(call.tx, call.workspace).of(session_id)
    access = [parsed(each.body)["access"] for each in mounted if each.memory_store_id == store_id]
    if not access:
        raise NotFound(_NOTHING)
    if changes and "read_write" not in access:
        raise PermissionDenied(f"Memory store {store_id} is mounted read_only into session {session_id}.")


def _check_skill(call: Call, session_id: str, skill_id: str) -> None:
    session = Sessions(call.tx, call.workspace).get(session_id)
    skills = parsed(session.agent).get("skills") if session else None
    if skill_id not in [each.get("skill_id") for each in skills or []]:
        raise NotFound(_NOTHING)
