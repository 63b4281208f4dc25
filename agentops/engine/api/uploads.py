"""Uploads: forms with files in them, to drafts and to what was said of them; and the way back."""

from urllib.parse import quote

from agentops.base.errors import InvalidRequest, RequestTooLarge
from agentops.engine.api.exchange import Exchange
from agentops.engine.api.multipart import Fields, Part
from agentops.engine.blobs.port import Draft
from agentops.engine.core.files import Upload
from agentops.engine.core.refusals import invalid, refused
from agentops.wire import files
from agentops.wire.files import FileUpload
from agentops.wire.problems import check

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


def headers(size_bytes: int, media_type: str, filename: str) -> dict[str, str]:
    """Return the headers of bytes that are given out: never to be shown by a browser as a page of ours."""
    return {
        "content-type": media_type,
        "content-length": str(size_bytes),
        "content-disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
        "x-content-type-options": "nosniff",
    }


def _said(head: Part, fields: dict[str, str]) -> Upload:
    sent, problems = check(FileUpload, fields)
    if sent is None:
        raise invalid(problems)
    media_type = head.media_type or files.media_type(head.filename)
    name = files.stored_name(head.filename, media_type)
    if problem := files.name_problem(name):
        raise refused(("file", "filename"), problem)
    return Upload(name, media_type, sent.expires_in_seconds)
