"""Data about persons: memory is read by every agent that has the store, and kept for long."""

import re
from collections.abc import Iterator

from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.text.pieces import Found, found
from agentops.memory.scanning import personal
from agentops.memory.scanning.hits import Hit

_REACHABLE = frozenset({"email", "phone"})
"""How somebody is reached may well be what a note is for; a card's or a passport's number never is."""

_TEAM = re.compile(
    r"(?:abuse|admin|billing|bookings?|care|contact|data|desk|dev|devops|engineering|feedback|finance|groups?|hello|help|"
    r"helpdesk|hr|incidents?|info|it|jobs|legal|mail|marketing|news|office|oncall|on-call|ops|orders?|platform|postmaster|"
    r"press|privacy|product|refunds?|release|returns|sales|sec|security|service|sre|staff|status|support|team|travel|web)"
    r"[+\w.-]{0,20}@",
    re.IGNORECASE,
)


class PersonalData:
    """Finds personal data in all that is new; never shows any."""

    name = "personal_data"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each piece of personal data."""
        for each in found(proposal, _of_persons):
            message = (
                f"{each.where} holds personal data ({each.what}): say it without, or refer to the person by the id "
                "that your systems use"
            )
            weight = _consequence(each, is_persons=each.path in proposal.by_people)
            yield Objection(self.name, weight, message, each.path, each.line, each.operation)


def _of_persons(text: str) -> Iterator[Hit]:
    """Yield personal data; the mailbox of a team is nobody's."""
    return (hit for hit in personal.find(text) if not _TEAM.match(text, hit.start, hit.end))


def _consequence(found: Found, *, is_persons: bool) -> Consequence:
    if found.what in _REACHABLE or is_persons:
        return Consequence.WARN
    return Consequence.QUARANTINE if found.operation else Consequence.BLOCK
