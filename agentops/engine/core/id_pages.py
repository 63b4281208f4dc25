"""Pages of the old style: part of a short list, told by the ids of its ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentops.engine.core.json import written
from agentops.engine.core.refusals import refused


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is asked for."""

    limit: int
    after_id: str | None = None
    before_id: str | None = None
    is_next_to_before: bool = False
    """Whether a page before an object ends right before it, as those of models do; webhooks start at the top."""


@dataclass(frozen=True, slots=True)
class Item:
    """One object of the list."""

    id: str
    body: str
    """The answer's JSON."""


def answered(items: Sequence[Item], part: Part) -> str:
    """Return the page's JSON: items after one object and before another.

    Source: SDK 2.11.0 `pagination.py` `SyncPage`, `types/beta/organization/webhook_list_params.py`.

    Raises:
        InvalidRequest: an id is none of the list's.
    """
    start = _place(items, part.after_id, "after_id") + 1 if part.after_id else 0
    end = _place(items, part.before_id, "before_id") if part.before_id else len(items)
    between = items[start:end]
    is_tail = part.before_id is not None and part.is_next_to_before
    shown = between[-part.limit :] if is_tail else between[: part.limit]
    first, last = (shown[0].id, shown[-1].id) if shown else (None, None)
    return (
        f'{{"data":[{",".join(each.body for each in shown)}],"has_more":{written(len(between) > len(shown))},'
        f'"first_id":{written(first)},"last_id":{written(last)}}}'
    )


def _place(items: Sequence[Item], item_id: str, name: str) -> int:
    for place, each in enumerate(items):
        if each.id == item_id:
            return place
    raise refused((name,), "must be the id of an object in this list")
