"""Webhook endpoints of a target's workspace: registered, found and removed by hand, beside what manifests declare."""

from collections.abc import Mapping, Sequence
from typing import Any

from agentops.base.errors import TargetError, UsageError
from agentops.base.names import nearest
from agentops.reconcile.marks import ID, read
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.target import Body, Verb, Write
from agentops.targets.live import LiveTarget
from agentops.targets.pages import LARGEST_PAGE

_LOOKED_AT = 10_000
"""How many deliveries are gone through to find those that failed."""


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


async def the(target: LiveTarget, name: str, owner: str = "") -> Body:
    """Return the endpoint that an id, a URL or `Webhook/name` stands for.

    A name is one of the owner's, the project at hand; where there is none, whoever's it is.

    Raises:
        UsageError: it stands for none, or for more than one.
        TargetError: the target has no such API, or cannot be read.
    """
    there = await every(target)
    found = [each for each in there if name in _names(each, owner)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(each["id"]) for each in found)
        raise UsageError(f"`{name}` stands for {len(found)} webhook endpoints: {ids}", hint="name one by its id")
    if theirs := [each for each in there if name == declared_by(each)]:
        whose = marks.owner if (marks := read(theirs[0]["metadata"])) else "nobody"
        raise UsageError(
            f"{name} is not one of {owner} on {target.label}: {theirs[0]['id']} belongs to {whose}",
            hint="`agentops apply` registers what manifests declare; what others own is named by its id",
        )
    near = nearest(name, [known for each in there for known in _names(each, owner)])
    hint = f"did you mean {near}?" if near else "`agentops webhook list` shows what there is"
    raise UsageError(f"{target.label} has no webhook endpoint `{name}`", hint=hint)


async def remove(target: LiveTarget, endpoint: Body) -> None:
    """Remove the endpoint and its secret."""
    await target.write(Write(Verb.DELETE, ObjectKind.WEBHOOK, str(endpoint["id"])))


async def rotate(target: LiveTarget, endpoint: Body) -> str:
    """Return a new signing secret; the old one is void at once."""
    what = f"renew the secret of {endpoint['id']}"
    answer = await target.post(what, f"{_path(endpoint)}/regenerate_signing_secret", {})
    return str(answer["signing_secret"])


async def enable(target: LiveTarget, endpoint: Body, *, is_enabled: bool) -> Body:
    """Return the endpoint, told things again or not any more."""
    what = f"{'enable' if is_enabled else 'disable'} {endpoint['id']}"
    return await target.post(what, _path(endpoint), {"state": "enabled" if is_enabled else "disabled"})


async def try_out(target: LiveTarget, endpoint: Body, event: str | None) -> Body:
    """Return the delivery of an event that did not happen.

    Raises:
        TargetError: the endpoint is disabled, or there are no such events.
    """
    body = {} if event is None else {"event": event}
    return await target.post(f"try out {endpoint['id']}", f"{_path(endpoint)}/test", body)


async def deliveries(target: LiveTarget, endpoint: Body, status: str | None, limit: int) -> Sequence[Body]:
    """Return what the endpoint was told, newest first; no status is any."""
    found: list[Body] = []
    query = {"limit": str(min(limit, LARGEST_PAGE)), **({} if status is None else {"status": status})}
    while len(found) < limit:
        page = await _read(target, endpoint, f"{_path(endpoint)}/deliveries", query)
        found += page["data"]
        if not page["next_page"]:
            break
        query["page"] = page["next_page"]
    return found[:limit]


async def delivery(target: LiveTarget, endpoint: Body, delivery_id: str) -> Body:
    """Return one delivery with its attempts.

    Raises:
        TargetError: there is no such delivery.
    """
    return await _read(target, endpoint, f"{_path(endpoint)}/deliveries/{delivery_id}", {})


async def undelivered(target: LiveTarget, endpoint: Body) -> Sequence[str]:
    """Return the newest delivery of each event that none brought and none is about to, the oldest event first."""
    found = await deliveries(target, endpoint, None, _LOOKED_AT)
    settled = {each["event_id"] for each in found if each["status"] in ("delivered", "pending")}
    newest: dict[str, str] = {}
    for each in found:
        if each["event_id"] not in settled:
            newest.setdefault(each["event_id"], str(each["id"]))
    return [*newest.values()][::-1]


async def replay(target: LiveTarget, endpoint: Body, delivery_id: str) -> Body:
    """Return the new delivery of an event that is sent once more.

    Raises:
        TargetError: there is no such delivery, or the endpoint is disabled.
    """
    path = f"{_path(endpoint)}/deliveries/{delivery_id}/replay"
    return await target.post(f"replay {delivery_id}", path, {})


def declared_by(endpoint: Body) -> str:
    """Return the manifest that an endpoint belongs to, `Webhook/alerts`, or nothing."""
    return str(endpoint["metadata"].get(ID, ""))


def _path(endpoint: Body) -> str:
    return f"{OBJECTS[ObjectKind.WEBHOOK].collection}/{endpoint['id']}"


async def _read(target: LiveTarget, endpoint: Body, path: str, query: Mapping[str, str]) -> Body:
    found = await target.pages.one(path, "", query)
    if found is None:
        raise TargetError(
            f"{target.label} has no such delivery to {endpoint['id']}",
            hint=f"`agentops webhook deliveries {endpoint['id']}` lists what there is",
        )
    return found


def _names(endpoint: Any, owner: str) -> list[str]:
    marks = read(endpoint["metadata"])
    is_meant = not owner or (marks is not None and marks.owner == owner)
    return [each for each in (endpoint["id"], endpoint["url"], is_meant and declared_by(endpoint)) if each]
