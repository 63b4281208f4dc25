"""Uploads: forms with files in them, to drafts and to what was said of them; and the way back."""

from typing import TypeVar
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from agentops.base.errors import InvalidRequest, RequestTooLarge
from agentops.base.threads import in_thread
from agentops.engine.api.exchange import Exchange
from agentops.engine.api.multipart import Fields, Part
from agentops.engine.blobs.port import Draft
from agentops.engine.core.files import Upload
from agentops.engine.core.refusals import invalid, refused
from agentops.engine.core.skill_files import SkillFiles, opened
from agentops.engine.operations.files import Content
from agentops.wire import files
from agentops.wire.files import FileUpload
from agentops.wire.problems import check
from agentops.wire.shape import Shape
from agentops.wire.skills import LARGEST_UPLOAD_BYTES

S = TypeVar("S", bound=Shape)

_FRAMING_BYTES = 1024 * 1024
"""What boundaries, heads and fields may take beside the file."""


async def file(exchange: Exchange, draft: Draft) -> Upload:
    """Write the one file of a form to the draft, and return what was said of it.

    Raises:
        RequestTooLarge: the file is too long.
        InvalidRequest: the form is not as documented.
    """
    limit = exchange.file_limit
    head: Part | None = None
    fields = Fields()
    async with exchange.form(limit + _FRAMING_BYTES) as parts:
        async for part, data in parts:
            if part.name != "file":
                fields.add(part, data)
                continue
            if head not in (None, part):
                raise InvalidRequest("file: must be sent once.")
            head = part
            await draft.write(data)
            if draft.size_bytes > limit:
                raise RequestTooLarge(f"file: must have at most {limit} bytes.")
    if head is None:
        raise refused(("file",), "must be there: send the file as the part called file")
    return _said(head, fields.texts())


async def skill(exchange: Exchange, shape: type[S]) -> tuple[SkillFiles, S]:
    """Return the skill in a form, and what was said of it. It has to fit in memory, as a JSON body has to.

    Raises:
        RequestTooLarge: there are too many bytes.
        InvalidRequest: the form is not as documented, or the files are no skill.
    """
    files: dict[Part, bytearray] = {}
    fields = Fields()
    size_bytes = 0
    async with exchange.form(LARGEST_UPLOAD_BYTES + _FRAMING_BYTES) as parts:
        async for part, data in parts:
            if part.name != "files[]":
                fields.add(part, data)
                continue
            size_bytes += len(data)
            if size_bytes >= LARGEST_UPLOAD_BYTES:
                raise RequestTooLarge(f"files: must have less than {LARGEST_UPLOAD_BYTES} bytes together.")
            files.setdefault(part, bytearray()).extend(data)
    said, problems = check(shape, fields.texts())
    if said is None:
        raise invalid(problems)
    if not files:
        raise refused(("files",), "must be there: send the files of the skill, or one zip archive, as parts files[]")
    return await in_thread(lambda: opened([(each.filename, bytes(data)) for each, data in files.items()])), said


async def given_out(exchange: Exchange, content: Content) -> Response:
    """Return the answer that holds bytes: never to be shown by a browser as a page of ours."""
    headers = {
        "content-type": content.media_type,
        "content-length": str(content.blob.size_bytes),
        "content-disposition": f"attachment; filename*=UTF-8''{quote(content.filename, safe='')}",
        "x-content-type-options": "nosniff",
    }
    return StreamingResponse(await exchange.bytes_of(content.blob), headers=headers)


def _said(head: Part, fields: dict[str, str]) -> Upload:
    sent, problems = check(FileUpload, fields)
    if sent is None:
        raise invalid(problems)
    media_type = head.media_type or files.media_type(head.filename)
    name = files.stored_name(head.filename, media_type)
    if problem := files.name_problem(name):
        raise refused(("file", "filename"), problem)
    return Upload(name, media_type, sent.expires_in_seconds)
