"""Which credentials a route takes, in the words of the route table; a route that says nothing takes API keys alone."""

from typing import Final

from agentops.engine.keys import Credential

Accepted = frozenset[Credential]

OPERATORS: Final = frozenset({Credential.API_KEY})
"""What people and programs of a workspace do."""

WORKERS: Final = frozenset({Credential.ENVIRONMENT_KEY})
"""What the workers of an environment do before they have an item. Source: SDK 2.11.0 `…/environments/work.py`, `list`:
an API key is rejected."""

OPERATORS_AND_WORKERS: Final = OPERATORS | WORKERS

HOLDERS: Final = WORKERS | {Credential.SESSION_TOKEN, Credential.SPENT_TOKEN}
"""What the worker that has an item does with it, or had: to a late heartbeat the documented answer is the item's state,
or 412, and never that nobody knows the worker. Source: SDK 2.11.0 `lib/environments/_worker.py`."""

OPERATORS_AND_HOLDERS: Final = OPERATORS | HOLDERS

SESSION_PARTIES: Final = OPERATORS_AND_WORKERS | {Credential.SESSION_TOKEN}
"""What the worker of a session does for it, with either of its credentials."""

TOKEN_PARTIES: Final = OPERATORS | {Credential.SESSION_TOKEN}
"""What a worker does with the token of an item alone: memory. Source: documented for environment keys."""
