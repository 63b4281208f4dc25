"""What is sent: JSON for programs, and what Slack, Mattermost and their like show.

What a repository says is shown, and never acts: it calls nobody, and no word of it leads elsewhere than it says.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from agentops.base.clock import timestamp
from agentops.controller.notices.ledger import Ruling
from agentops.controller.notices.notice import Kind, Notice

VERSION: Final = 1
SENT: Final = Ruling(is_sent=True)
"""Nothing was held back, and there is room for more."""

_HEADER_MAX, _SECTION_MAX = 150, 3_000
"""Units: characters. Source: docs.slack.dev, "Header block", "Section block"; `text` beside blocks may be longer."""

_UNSEEN: Final = "\u200b"
"""Takes no room, and keeps what it stands in from being what it looks like."""

_HARMLESS: Final = {
    # Slack writes mentions and links with these. Source: docs.slack.dev, "Formatting message text".
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    # Mattermost and its like tell everybody of an `@all`, and take Markdown: `[words](address)`.
    "@": f"@{_UNSEEN}",
    "]": f"]{_UNSEEN}",
    # Every chat makes a link of an address.
    "://": f":{_UNSEEN}//",
}
_PIECE: Final = re.compile(r"://|.", re.DOTALL)

_SIGNS: Final = {
    Kind.APPLIED: ":white_check_mark:",
    Kind.APPLY_FAILED: ":x:",
    Kind.REFUSED: ":no_entry:",
    Kind.APPROVAL_WANTED: ":raised_hand:",
    Kind.DRIFTED: ":warning:",
    Kind.HEALED: ":adhesive_bandage:",
    Kind.DREAM_PROPOSED: ":crescent_moon:",
    Kind.MEMORY_SYNCED: ":arrows_counterclockwise:",
    Kind.UNREACHABLE: ":electric_plug:",
    Kind.RECOVERED: ":white_check_mark:",
}


def generic(notice: Notice, ruling: Ruling = SENT) -> bytes:
    """Return the notice for programs.

    Source: standardwebhooks.com, specification, "Payload structure".
    """
    data = {
        "repository": notice.repository,
        "commit": notice.commit or None,
        "title": notice.title,
        "text": notice.text,
        "key": notice.key,
        "url": notice.url or None,
        "held_back": ruling.more,
        "is_last_of_the_hour": ruling.is_last,
    }
    whole = {"type": f"repository.{notice.kind}", "version": VERSION, "timestamp": timestamp(notice.at), "data": data}
    return _written(whole)


def slack(notice: Notice, ruling: Ruling = SENT) -> bytes:
    """Return the notice for a chat. Source: docs.slack.dev, "Sending messages using incoming webhooks"."""
    held = f" And {ruling.more} more, held back." if ruling.more else ""
    held += " The hour is full: what comes next is counted and told later." if ruling.is_last else ""
    body = escaped(notice.text, _SECTION_MAX - len(held)) + held
    where = [f"<{notice.url}|Look at it>"] if notice.url else []
    foot = " · ".join([f"agentops · {timestamp(notice.at)}", *where])
    blocks = [
        {"type": "header", "text": _plain(notice.title)},
        {"type": "section", "text": _marked(body)},
        {"type": "context", "elements": [_marked(foot)]},
    ]
    return _written(
        {"text": f"{_SIGNS[notice.kind]} {body}", "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
    )


def escaped(text: str, most: int) -> str:
    """Return a text that means itself: no mention, no link; of a long one the beginning. Units: `most` characters."""
    pieces: list[str] = []
    room = most - 1
    for found in _PIECE.finditer(text):
        piece = _HARMLESS.get(found[0], found[0])
        room -= len(piece)
        if room < 0:
            return "".join([*pieces, "…"])
        pieces.append(piece)
    return "".join(pieces)


def _plain(text: str) -> Mapping[str, Any]:
    return {
        "type": "plain_text",
        "text": text if len(text) <= _HEADER_MAX else f"{text[: _HEADER_MAX - 1]}…",
        "emoji": False,
    }


def _marked(text: str) -> Mapping[str, Any]:
    """Return a text whose words are taken as they are: addresses and names in it become no links."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _written(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
