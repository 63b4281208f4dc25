"""What sessions used lately: one page of them, for a plan that changes what they run on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from agentops.base.clock import timestamp
from agentops.base.errors import TargetError
from agentops.reconcile.objects import OBJECTS, ObjectKind
from agentops.reconcile.policies.estimate import DAYS, Past, uses
from agentops.targets.pages import LARGEST_PAGE, Pages


async def past_sessions(pages: Pages, agent_ids: Sequence[str], now: datetime) -> Past | None:
    """Return the newest sessions of the last days, of one agent where there is only one to ask about.

    One request, whatever there is; None where a target does not answer it, for a plan must not fail for a note.
    """
    since = now - timedelta(days=DAYS)
    query = {"limit": str(LARGEST_PAGE), "include_archived": "true", "created_at[gte]": timestamp(since)}
    query |= {"agent_id": agent_ids[0]} if len(agent_ids) == 1 else {}
    try:
        page = await pages.one("sessions", OBJECTS[ObjectKind.AGENT].betas, query)
    except TargetError:
        return None
    if page is None:
        return None
    sessions = [each for each in page.get("data") or () if isinstance(each, dict)]
    is_more = bool(page.get("next_page"))
    first = min((str(each.get("created_at", ""))[:10] for each in sessions), default="") if is_more else ""
    day = datetime.fromisoformat(first).date() if len(first) == 10 else since.date()
    return Past(tuple(uses(sessions)), day, is_more)
