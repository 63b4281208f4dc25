"""`/v1/skills/{skill_id}/versions`. Source: SDK 2.11.0 `resources/beta/skills/versions.py`."""

from starlette.responses import Response

from agentops.engine.api import paging, uploads
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import skill_versions
from agentops.wire.lists import SkillVersionQuery
from agentops.wire.skills import SkillVersionCreate


async def create(exchange: Exchange) -> str:
    """Create a version of a skill."""
    skill_id = exchange.id("skill_id")
    files, _ = await uploads.skill(exchange, SkillVersionCreate)
    await exchange.read(skill_versions.check_name, skill_id, files)
    async with exchange.draft() as draft:
        await draft.write(files.archive)
        return await exchange.keep(draft, "skver", skill_versions.create, skill_id, files)


async def retrieve(exchange: Exchange) -> str:
    """Return a version, or the latest."""
    return await exchange.glance(skill_versions.retrieve, exchange.id("skill_id"), exchange.id("version"))


async def content(exchange: Exchange) -> Response:
    """Return a version's files as a zip archive."""
    found = await exchange.glance(skill_versions.content, exchange.id("skill_id"), exchange.id("version"))
    return await uploads.given_out(exchange, found)


async def delete(exchange: Exchange) -> str:
    """Delete a version of a skill."""
    answer = await exchange.write(skill_versions.delete, exchange.id("skill_id"), exchange.id("version"))
    await exchange.tidy()
    return answer


async def page(exchange: Exchange) -> str:
    """List the versions of a skill."""
    window = paging.window(exchange.query(SkillVersionQuery), exchange.list_name)
    return exchange.page(await exchange.glance(skill_versions.page, exchange.id("skill_id"), window))
