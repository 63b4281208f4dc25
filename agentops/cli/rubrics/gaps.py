"""What a session's outputs miss, as a message to its agent: sent once for the same gaps in the same files."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentops.base.canonical import canonical_json, text_digest
from agentops.cli.rubrics.finding import Rubric
from agentops.cli.rubrics.judging import Judgement
from agentops.cli.sessions.words import text_of
from agentops.engine.core.outcomes.verdict import Degree, Finding

if TYPE_CHECKING:
    from agentops.targets.sessions import Sessions

_REASON_MAX = 4000
_MESSAGES_LOOKED_AT = 100


def message(rubric: Rubric, found: Judgement, folder: Path) -> dict[str, Any]:
    """Return the event that tells the agent what its outputs miss."""
    missed = [each for each in found.findings if each.degree is not Degree.MET]
    texts = {each.id: each.text.strip() for each in rubric.criteria}
    bullets = (f"- {each.criterion_id}: {texts[each.criterion_id]} (not met)\n  {_reason(each)}" for each in missed)
    parts = (
        f"Your outputs in /mnt/session/outputs were checked by the rubric “{rubric.title}”.",
        "These criteria are not met; each was settled by a check, which code ran:",
        "\n".join(bullets),
        "Please revise the files so that every one of them is met.",
        _mark(rubric, missed, folder),
    )
    return {"type": "user.message", "content": [{"type": "text", "text": "\n\n".join(parts)}]}


async def was_sent(sessions: "Sessions", session_id: str, event: Mapping[str, Any]) -> bool:
    """Tell whether the session was told the same of the same files."""
    mark = text_of(event["content"]).rpartition("\n")[2]
    last = await sessions.last_events(session_id, _MESSAGES_LOOKED_AT, ["user.message"])
    return any(mark in text_of(each["content"]) for each in last)


def _mark(rubric: Rubric, missed: Iterable[Finding], folder: Path) -> str:
    """Return the line by which the message is known again."""
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    held = {each.relative_to(folder).as_posix(): sha256(each.read_bytes()).hexdigest() for each in files}
    said = [rubric.digest, [each.criterion_id for each in missed], held]
    return f"[agentops rubric check {text_digest(canonical_json(said))[:16]}]"


def _reason(finding: Finding) -> str:
    return "\n  ".join(finding.reason[:_REASON_MAX].splitlines())
