"""Against the engine: a plan says who would notice that an agent goes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from agentops.base.paint import Paint
from agentops.reconcile.blast import with_blast
from agentops.reconcile.plan import Plan
from agentops.reconcile.removal import RemovalRules
from agentops.reconcile.views.json import plan_json
from agentops.reconcile.views.text import plan_text

from .given import a_deployment, a_seed, a_store, an_agent, an_environment
from .ground import Ground, by_identity
from .test_pruning import KEPT, NOW, on

pytestmark = pytest.mark.anyio


async def told(ground: Ground, now: datetime, made: Plan) -> tuple[str, Any]:
    """Return the text and the JSON of a plan with the sessions in it."""
    document = plan_json(await with_blast(made, ground.target, now))
    return "\n".join(plan_text(document, Paint())), document


async def test_the_sessions_and_deployments_of_an_agent_that_goes_are_told(ground: Ground) -> None:
    crew = (an_agent(), an_environment(), a_deployment())
    await ground.settle(*crew, KEPT)
    (room,) = (await ground.everything())["environments"]
    agent = next(each for each in (await ground.everything())["agents"] if each["name"] == "reviewer")
    for _ in range(2):
        session = await ground.sdk.beta.sessions.create(agent=agent["id"], environment_id=room["id"])
    made = await ground.plan(KEPT, removal=on(0))
    text, document = await told(ground, session.created_at, made)
    assert "archiving it will also archive Deployment/triage; 2 sessions in the last 7 days" in text
    (blast,) = [each["blast"] for each in document["steps"] if each["address"] == "Agent/reviewer"]
    assert (blast["sessions_running"], blast["sessions_recent"], blast["is_more"]) == (0, 2, False)
    assert [each["name"] for each in blast["deployments"]] == ["Deployment/triage"]
    later, _ = await told(ground, session.created_at + timedelta(days=8), made)
    assert "no session in the last 7 days" in later
    assert (await with_blast(made, ground.target, NOW)).id == made.id, "what is only told is no part of the id"


async def test_the_memories_of_a_store_that_goes_are_told(ground: Ground) -> None:
    await ground.settle(a_store("lessons", {"/a.md": a_seed("A.")}), a_store("empty"), KEPT)
    store = by_identity(await ground.everything())["MemoryStore/lessons"]["id"]
    made = await ground.plan(KEPT, removal=RemovalRules(destroy=True))
    text, document = await told(ground, NOW, made)
    assert "1 memory in it, whoever wrote them" in text
    assert text.count("in it, whoever") == 1, "an empty store is nobody's loss"
    for number in range(100):
        path = f"/learnt/{number}.md"
        await ground.sdk.beta.memory_stores.memories.create(store, path=path, content="By an agent.")
    text, document = await told(ground, NOW, made)
    assert "100 or more memories in it, whoever wrote them" in text
    blast = {each["address"]: each["blast"] for each in document["steps"]}
    assert (blast["MemoryStore/lessons"]["memories"], blast["MemoryStore/lessons"]["is_more"]) == (100, True)
    assert (await with_blast(made, ground.target, NOW)).id == made.id


async def test_a_server_that_does_not_tell_leaves_the_numbers_out(ground: Ground) -> None:
    await ground.settle(an_agent(), KEPT)
    made = await ground.plan(KEPT, removal=on(0))
    text, _ = await told(ground.through(without_sessions), NOW, made)
    assert "in the last 7 days" not in text


def without_sessions(inner: Any) -> Any:
    import httpx2

    class Refusing(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.url.path.endswith("/sessions"):
                error = {"type": "error", "error": {"type": "permission_error", "message": "Not yours."}}
                return httpx2.Response(403, json=error)
            answer: httpx2.Response = await inner.handle_async_request(request)
            return answer

    return Refusing()
