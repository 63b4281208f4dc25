"""Rubrics in files, read when an outcome is defined: what work is graded by must not go when the file does."""

from dataclasses import replace

from agentops.engine.api.exchange import Exchange
from agentops.engine.core.blobs import Blob
from agentops.engine.core.json import Json
from agentops.engine.core.outcomes.rubric import problems
from agentops.engine.core.refusals import invalid, refused
from agentops.engine.core.session_events import OUTCOME
from agentops.engine.operations import files
from agentops.wire.problems import Path
from agentops.wire.rubrics import RUBRIC_MAX

_BYTES_MAX = 4 * RUBRIC_MAX
"""No character takes more than four bytes of UTF-8."""


async def resolved(exchange: Exchange, request: Json, key: str) -> Json:
    """Return the request with the text of every rubric in place of its file, in the events under the key.

    A file that there is not is left for the operation to refuse. Source: SDK 2.11.0
    `types/beta/sessions/beta_managed_agents_user_define_outcome_event.py`, `rubric`.

    Raises:
        InvalidRequest: a file is no text, or a longer one than a rubric may be; or its criteria cannot be read.
    """
    sent = request.get(key) or []
    if not any(each["type"] == OUTCOME for each in sent):
        return request
    return {**request, key: [await _event(exchange, (key, index), each) for index, each in enumerate(sent)]}


async def _event(exchange: Exchange, path: Path, event: Json) -> Json:
    if event["type"] != OUTCOME:
        return event
    if event["rubric"]["type"] == "text":
        _refuse_unreadable((*path, "rubric", "content"), event["rubric"]["content"])
        return event
    blob = await exchange.read(files.readable, event["rubric"]["file_id"])
    if blob is None:
        return event
    here = (*path, "rubric", "file_id")
    text = await _text(exchange, blob)
    if not text or len(text) > RUBRIC_MAX:
        raise refused(here, f"must be a text in UTF-8 of 1 to {RUBRIC_MAX} characters")
    _refuse_unreadable(here, text)
    return {**event, "rubric": {"type": "text", "content": text}}


def _refuse_unreadable(path: Path, text: str) -> None:
    """Refuse criteria that no grader could go by, before anybody works towards them."""
    if found := problems(text):
        raise invalid([replace(each, path=(*path, *each.path)) for each in found])


async def _text(exchange: Exchange, blob: Blob) -> str | None:
    if blob.size_bytes > _BYTES_MAX:
        return None
    try:
        return b"".join([piece async for piece in await exchange.bytes_of(blob)]).decode()
    except UnicodeDecodeError:
        return None
