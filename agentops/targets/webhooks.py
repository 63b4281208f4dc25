"""Webhook endpoints of a target's workspace: registered, found and removed by hand, beside what manifests declare."""

from collections.abc import Sequence
from typing import Any

from agentops.base.errors import TargetError, UsageError
from agentops.base.names import nearest
from agentops.reconcile.marks import ID
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.target import Body, Verb, Write
from agentops.targets.live import LiveTarget


async def register(target: LiveTarget, request: Body) -> Body:
    """Return the new endpoint.

    Raises:
        TargetError: the target has no such API, or did not take the request.
    """
    await every(target)
    return await target.write(Write(Verb.CREATE, ObjectKind.WEBHOOK, body=request))


async def every(target: LiveTarget) -> Sequence[Body]:
    """Return every endpoint, newest first.

    Raises:
        TargetError: the target has no such API, or cannot be read.
    """
    found = await target.list(ObjectKind.WEBHOOK)
    if found is None:
        raise TargetError(
            f"{target.label} has no API for the webhook endpoints of a workspace",
            hint="register it in the target's console; an engine of your own (`agentops serve`) has the API",
        )
    return found


async def the(target: LiveTarget, name: str) -> Body:
    """Return the endpoint that an id, a URL or `Webhook/name` stands for.

    Raises:
        UsageError: it stands for none, or for more than one.
        TargetError: the target has no such API, or cannot be read.
    """
    there = await every(target)
    found = [each for each in there if name in _names(each)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(each["id"]) for each in found)
        raise UsageError(f"`{name}` stands for {len(found)} webhook endpoints: {ids}", hint="name one by its id")
    near = nearest(name, [known for each in there for known in _names(each)])
    hint = f"did you mean {near}?" if near else "`agentops webhook list` shows what there is"
    raise UsageError(f"{target.label} has no webhook endpoint `{name}`", hint=hint)


async def remove(target: LiveTarget, endpoint: Body) -> None:
    """Remove the endpoint and its secret."""
    await target.write(Write(Verb.DELETE, ObjectKind.WEBHOOK, str(endpoint["id"])))


async def rotate(target: LiveTarget, endpoint: Body) -> str:
    """Return a new signing secret; the old one is void at once."""
    what, path = f"renew the secret of {endpoint['id']}", f"{OBJECTS[ObjectKind.WEBHOOK].collection}/{endpoint['id']}"
    answer = await target.post(what, f"{path}/regenerate_signing_secret", {})
    return str(answer["signing_secret"])


def declared_by(endpoint: Body) -> str:
    """Return the manifest that an endpoint belongs to, `Webhook/alerts`, or nothing."""
    return str(endpoint["metadata"].get(ID, ""))


def _names(endpoint: Any) -> list[str]:
    return [each for each in (endpoint["id"], endpoint["url"], declared_by(endpoint)) if each]
