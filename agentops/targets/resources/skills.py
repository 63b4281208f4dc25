"""Skills: a version for each change, marks in a file of the archive, no update and no archive of the skill itself."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from agentops.reconcile.bundles import Bundle, NotASkill, digests, packed, unpacked
from agentops.reconcile.target import Body, Verb, Write
from agentops.targets.pages import Pages
from agentops.targets.resources.collection import Collection

if TYPE_CHECKING:
    from anthropic.resources.beta import AsyncBeta

_AT_ONCE = 8
"""Archives that are fetched at a time: each may be 30 MB."""


class Skills(Collection):
    """A collection whose objects say little: what is in them, whose they are, lies in their newest version."""

    filters: Mapping[str, str] = {"source": "custom"}

    async def list(self, pages: Pages, parent: str) -> Sequence[Body] | None:
        """Return every skill that was uploaded, with what its newest version holds."""
        found = await super().list(pages, parent)
        slots = asyncio.Semaphore(_AT_ONCE)

        async def whole(body: Body) -> Body:
            async with slots:
                return await self.completed(pages, body)

        return None if found is None else await asyncio.gather(*map(whole, found))

    async def read(self, pages: Pages, object_id: str, parent: str) -> Body | None:
        """Return one skill as it is now."""
        found = await super().read(pages, object_id, parent)
        return await self.completed(pages, found) if found else None

    async def completed(self, pages: Pages, body: Body) -> Body:
        """Return the skill with its name, its files by digest, and our marks."""
        if body["type"] == "skill_version":
            skill = await pages.one(f"skills/{body['skill_id']}", self._rule.betas)
            return await self.completed(pages, skill) if skill else body
        content = await pages.content(_path(body["id"], body["latest_version_id"]), self._rule.betas)
        try:
            bundle, marks = unpacked(content or b"")
        except NotASkill:
            # Not ours for certain: what we upload can be read.
            return {**body, "name": None, "files": None, "metadata": {}}
        return {**body, "name": bundle.name, "files": digests(bundle), "metadata": marks}

    async def write(self, beta: "AsyncBeta", write: Write) -> Any:
        """Do it and return the SDK's raw response."""
        skills: Any = beta.skills.with_raw_response
        body = write.body
        match write.verb:
            case Verb.CREATE:
                files = [_upload(body["files"], body.get("metadata", {}))]
                return await skills.create(files=files, display_name=body["display_name"])
            case Verb.UPDATE:
                bundle, marks = await self._newest(beta, write.id)
                files = [_upload(body.get("files", bundle), {**marks, **body.get("metadata", {})})]
                return await skills.versions.create(write.id, files=files)
            case _:
                return await self._delete(beta, write.id)

    async def _newest(self, beta: "AsyncBeta", skill_id: str) -> tuple[Bundle, dict[str, str]]:
        """Return what the skill holds: a new version is a whole one, where an update of other kinds changes a part."""
        skill: Any = await beta.skills.retrieve(skill_id)
        content: Any = await beta.skills.versions.download(skill.latest_version_id, skill_id=skill_id)
        return unpacked(await content.read())

    async def _delete(self, beta: "AsyncBeta", skill_id: str) -> Any:
        """Delete the skill; first its versions, where the server asks for that. Some keep the last of them."""
        import anthropic  # noqa: PLC0415 - loaded already, by whoever writes

        skills: Any = beta.skills.with_raw_response
        try:
            return await skills.delete(skill_id)
        except anthropic.BadRequestError:
            async for version in beta.skills.versions.list(skill_id):
                with suppress(anthropic.BadRequestError):
                    await beta.skills.versions.delete(version.id, skill_id=skill_id)
            return await skills.delete(skill_id)


def _upload(bundle: Bundle, marks: Mapping[str, str]) -> tuple[str, bytes, str]:
    return f"{bundle.name}.zip", packed(bundle, marks), "application/zip"


def _path(skill_id: str, version_id: str) -> str:
    return f"skills/{skill_id}/versions/{version_id}/content"
