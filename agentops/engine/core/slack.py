"""What a chat channel is told of events: one line each, names and ids, and never more than fits one message."""

from collections.abc import Sequence

from agentops.engine.core.json import written

LINES_MAX = 10
"""How many events one message tells of one by one; the others are counted."""

PACE_S = 2.0
"""How long to wait between two messages to an endpoint: thirty a minute at most; what comes meanwhile goes together.

Source: docs.slack.dev, "Rate limits": an incoming webhook takes one message a second, with short bursts.
"""

TOGETHER_MAX = 50
"""How many events go into one message, counted ones too."""

_NAME_MAX = 120

_SAID = {
    "session.requires_action": "waits for an answer: something it wants to do needs approval",
    "session.outcome_evaluation_ended": "had its outcome graded",
    "session.status_idled": "has finished its turn",
    "session.status_terminated": "has ended for good",
    "session.status_rescheduled": "is tried again after an error",
    "session.status_run_started": "has started to work",
    "session.budget_reached": "has used up its budget",
    "session.idled": "rests",
    "session.pending": "waits to be run",
    "session.running": "is running",
    "session.thread_created": "has begun a thread",
    "session.thread_idled": "has a thread that finished its turn",
    "session.thread_terminated": "has a thread that ended",
    "deployment_run.started": "has started",
    "deployment_run.succeeded": "has succeeded",
    "deployment_run.failed": "has failed",
    "vault_credential.refresh_failed": "could not be refreshed",
}


def line(event_type: str, object_id: str, name: str) -> str:
    """Return what is said of one event: `Session Nightly triage (session_01…) waits for an answer: …`."""
    kind, _, verb = event_type.partition(".")
    said = _SAID.get(event_type, f"was {verb.replace('_', ' ')}")
    named = f"{_harmless(name)} ({object_id})" if name else object_id
    return f"{kind.replace('_', ' ').capitalize()} {named} {said}."


def message(lines: Sequence[str], total: int) -> str:
    """Return the JSON that Slack, Mattermost and their like take: the lines, and how many more there are."""
    more = [f"… and {total - len(lines)} more."] if total > len(lines) else []
    return written({"text": "\n".join([*lines, *more])})


def _harmless(name: str) -> str:
    """Return a name that calls nobody and is no markup.

    Source: docs.slack.dev, "Formatting message text": `&`, `<` and `>` are control characters. Mattermost tells
    everybody of a bare `@all`, which a character of no width after the sign prevents.
    """
    text = " ".join(name.split())
    text = text if len(text) <= _NAME_MAX else f"{text[: _NAME_MAX - 1]}…"
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("@", "@\u200b")
