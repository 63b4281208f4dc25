"""The keys of a self-hosted environment's workers: made, listed and revoked on a target that has the API for it."""

from collections.abc import Sequence
from urllib.parse import quote

from agentops.base.errors import TargetError, UsageError
from agentops.base.names import nearest
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.target import Body
from agentops.targets.live import LiveTarget


async def create(target: LiveTarget, environment_id: str, name: str) -> Body:
    """Return a new key, the secret in it.

    Raises:
        TargetError: the target has no such API or environment, or did not take the request.
    """
    await every(target, environment_id)
    what = f"make a key for environment {environment_id}"
    return await target.post(what, _path(environment_id), {"name": name} if name else {})


async def every(target: LiveTarget, environment_id: str) -> Sequence[Body]:
    """Return every key of the environment without its secret, newest first, revoked ones too.

    Raises:
        TargetError: the target has no such API or environment, or cannot be read.
    """
    found = await target.every(_path(environment_id))
    if found is not None:
        return found
    betas = OBJECTS[ObjectKind.ENVIRONMENT].betas
    if await target.can_hold(f"environments/{quote(environment_id, safe='')}", betas):
        raise TargetError(
            f"{target.label} has no API for the keys of an environment",
            hint="make the key in the target's console; an engine of your own (`agentops serve`) has the API",
        )
    raise TargetError(f"{target.label} has no environment {environment_id}", hint="`agentops ids` shows what there is")


async def revoke(target: LiveTarget, environment_id: str, key_id: str) -> Body:
    """Make the key void at once, and return it.

    Raises:
        UsageError: the environment has no such key.
        TargetError: the target has no such API or environment, or did not take the request.
    """
    known = [str(each["id"]) for each in await every(target, environment_id)]
    if key_id not in known:
        near = nearest(key_id, known)
        hint = f"did you mean {near}?" if near else "`agentops environment-key list` shows what there is"
        raise UsageError(f"environment {environment_id} has no key `{key_id}`", hint=hint)
    return await target.post(f"revoke key {key_id}", f"{_path(environment_id)}/{key_id}/revoke", {})


def _path(environment_id: str) -> str:
    return f"x-agentops/environments/{quote(environment_id, safe='')}/keys"
