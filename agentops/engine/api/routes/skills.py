"""`/v1/skills`. Source: SDK 2.11.0 `resources/beta/skills/skills.py`."""

from agentops.engine.api import paging, uploads
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import skills
from agentops.wire.lists import SkillQuery
from agentops.wire.skills import SkillCreate


async def create(exchange: Exchange) -> str:
    """Create a skill."""
    files, said = await uploads.skill(exchange, SkillCreate)
    async with exchange.draft() as draft:
        await draft.write(files.archive)
        return await exchange.keep(draft, "skver", skills.create, files, said.display_name)


async def retrieve(exchange: Exchange) -> str:
    """Return a skill."""
    return await exchange.glance(skills.retrieve, exchange.id("skill_id"))


async def delete(exchange: Exchange) -> str:
    """Delete a skill with its versions."""
    answer = await exchange.write(skills.delete, exchange.id("skill_id"))
    await exchange.tidy()
    return answer


async def page(exchange: Exchange) -> str:
    """List skills."""
    query = exchange.query(SkillQuery)
    window = paging.window(query, exchange.list_name)
    return exchange.page(await exchange.glance(skills.page, window, query.source))
