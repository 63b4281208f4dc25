"""Every event type that webhooks can carry, and what of this server causes it: whoever subscribes can look it up.

`tests/contract/test_happenings.py` holds the table against the SDK's types and against what is put down; the page
`docs/conformance.md` shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_DELETION = "The API has no way to delete one, only to archive it."
_KEYS = "The server has no keys of the customer's own: it seals secrets with its own one."
_PROFILES = "The server has no user profiles."


@dataclass(frozen=True, slots=True)
class Cause:
    """What an event type is caused by, or why nothing causes it."""

    words: str
    is_possible: bool = True


def _never(why: str) -> Cause:
    return Cause(why, is_possible=False)


CAUSES: Final[Mapping[str, Cause]] = MappingProxyType(
    {
        "agent.created": Cause("An agent is created."),
        "agent.updated": Cause("An update makes a new version; one that changes nothing does not."),
        "agent.archived": Cause("An agent is archived for the first time."),
        "agent.deleted": _never(_DELETION),
        "deployment.created": Cause("A deployment is created."),
        "deployment.updated": Cause("An update changes something, or brings new tokens for repositories."),
        "deployment.paused": Cause(
            "By request, or because a scheduled run failed for a reason that time does not mend."
        ),
        "deployment.unpaused": Cause("A paused deployment goes on."),
        "deployment.archived": Cause("By request, with its agent, or because its agent is gone when it is due."),
        "deployment.deleted": _never(_DELETION),
        "deployment_run.started": Cause("A scheduled run begins; those by hand are not told of."),
        "deployment_run.succeeded": Cause("A scheduled run has created its session."),
        "deployment_run.failed": Cause("A scheduled run could not create a session."),
        "environment.created": Cause("An environment is created."),
        "environment.updated": Cause("An update changes something."),
        "environment.archived": Cause("An environment is archived for the first time."),
        "environment.deleted": Cause("An environment is deleted."),
        "memory_store.created": Cause("A store is created, by request or by a dream that copies its input."),
        "memory_store.archived": Cause("A store is archived for the first time."),
        "memory_store.deleted": Cause("A store is deleted; of its memories nothing is told."),
        "session.created": Cause("A session is created: by request, by a deployment, or to run a dream."),
        "session.pending": Cause("A session that rests is given something to do, or is created with it."),
        "session.running": Cause("With each `session.status_running` of the log."),
        "session.idled": Cause("With each `session.status_idle` of the log, unless the session waits for an answer."),
        "session.requires_action": Cause("With each `session.status_idle` whose stop reason is `requires_action`."),
        "session.archived": Cause("A session is archived for the first time."),
        "session.deleted": Cause("A session is deleted."),
        "session.updated": Cause("An update changes something."),
        "session.status_run_started": Cause("With each `session.status_running` of the log."),
        "session.status_idled": Cause("With each `session.status_idle` of the log, whatever its stop reason."),
        "session.status_rescheduled": Cause("With each `session.status_rescheduled` of the log."),
        "session.status_terminated": Cause("A session is archived: none of this server ends in another way."),
        "session.thread_created": Cause("Another thread begins: a delegation, an advisor, an agent of a workflow."),
        "session.thread_idled": Cause("A thread beside the primary one comes to rest."),
        "session.thread_terminated": Cause(
            "Such a thread is archived, alone or with its session, has used up its attempts, or has advised."
        ),
        "session.outcome_evaluation_ended": Cause("With each `span.outcome_evaluation_end` of the log."),
        "session.budget_reached": Cause("A session rests because its budget is used up; once of each budget."),
        "vault.created": Cause("A vault is created."),
        "vault.archived": Cause("A vault is archived for the first time."),
        "vault.deleted": Cause("A vault is deleted."),
        "vault_credential.created": Cause("A credential is created."),
        "vault_credential.archived": Cause("A credential is archived for the first time, by itself or with its vault."),
        "vault_credential.deleted": Cause("A credential is deleted, by itself or with its vault."),
        "vault_credential.refresh_failed": Cause(
            "A token endpoint refuses a refresh token: when a session needs it, once a server; at each validation."
        ),
        "external_key.failed": _never(_KEYS),
        "external_key.recovered": _never(_KEYS),
        "user_profile.enforcement_action_opened": _never(_PROFILES),
        "user_profile.enforcement_action_resolved": _never(_PROFILES),
        "user_profile.program_status_updated": _never(_PROFILES),
    }
)
"""By event type, in the order of the API's own list."""
