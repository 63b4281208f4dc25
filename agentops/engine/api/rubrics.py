"""Rubrics in files, read when an outcome is defined: what work is graded by must not go when the file does."""

from agentops.engine.api.exchange import Exchange
from agentops.engine.core.blobs import Blob
from agentops.engine.core.json import Json
from agentops.engine.core.refusals import refused
from agentops.engine.core.session_events import OUTCOME
from agentops.engine.operations import files
from agentops.wire.rubrics import RUBRIC_MAX

_BYTES_MAX = 4 * RUBRIC_MAX
"""No character takes more than four bytes of UTF-8."""


async def resolved(exchange: Exchange, request: Json) -> Json:
    """Return the request with the text of every rubric in place of its file.

    A file that there is not is left for the operation to refuse. Source: SDK 2.11.0
    `types/beta/sessions/beta_managed_agents_user_define_outcome_event.py`, `rubric`.

    Raises:
        InvalidRequest: a file is no text, or a longer one than a rubric may be.
    """
    sent = request.get("initial_events") or []
    events = [await _event(exchange, index, each) for index, each in enumerate(sent)]
    return {**request, "initial_events": events} if sent else request


async def _event(exchange: Exchange, index: int, event: Json) -> Json:
    if event["type"] != OUTCOME or event["rubric"]["type"] != "file":
        return event
    blob = await exchange.read(files.readable, event["rubric"]["file_id"])
    if blob is None:
        return event
    text = await _text(exchange, blob)
    if not text or len(text) > RUBRIC_MAX:
        message = f"must be a text in UTF-8 of 1 to {RUBRIC_MAX} characters"
        raise refused(("initial_events", index, "rubric", "file_id"), message)
    return {**event, "rubric": {"type": "text", "content": text}}


async def _text(exchange: Exchange, blob: Blob) -> str | None:
    if blob.size_bytes > _BYTES_MAX:
        return None
    try:
        return b"".join([piece async for piece in await exchange.bytes_of(blob)]).decode()
    except UnicodeDecodeError:
        return None
