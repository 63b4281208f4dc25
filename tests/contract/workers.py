"""A self-hosted environment with a key for its workers, and the two sides of its work queue."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any

import httpx2

from .extensions import EnvironmentKey, NewEnvironmentKey, sent
from .given import a_session, an_agent, an_environment
from .sdk import Api

KEYS = "/v1/x-agentops/environments/{}/keys"


@dataclass
class Place:
    """An environment whose sandboxes somebody else runs."""

    api: Api
    id: str
    agent: str
    key: NewEnvironmentKey

    @property
    def desk(self) -> Any:
        """Return the queue as an operator sees it."""
        return self.api.environments.work

    @property
    def queue(self) -> Any:
        """Return the queue as a worker sees it."""
        return keyed(self.api, self.key.key).environments.work

    def a_session(self) -> Any:
        """Return a new session, which is new work."""
        return a_session(self.api, agent=self.agent, environment_id=self.id)

    def another(self) -> "Place":
        return a_place(self.api)

    def send(self, method: str, path: str) -> httpx2.Response:
        """Send to the queue, as a worker, what the SDK would not send."""
        headers = {"authorization": f"Bearer {self.key.key}"}
        return self.api.send(method, f"/v1/environments/{self.id}/work/{path}", headers=headers)


def a_place(api: Api) -> Place:
    environment = an_environment(api, config={"type": "self_hosted"})
    return Place(api, environment.id, an_agent(api).id, a_key(api, environment.id))


def a_key(api: Api, environment_id: str, **fields: Any) -> NewEnvironmentKey:
    return sent(api, KEYS.format(environment_id), NewEnvironmentKey, **fields)


def revoked(api: Api, key: EnvironmentKey) -> EnvironmentKey:
    return sent(api, f"{KEYS.format(key.environment_id)}/{key.id}/revoke", EnvironmentKey)


def keyed(api: Api, credential: str) -> Api:
    """Return the same door for who comes with another credential, which the SDK sends as a bearer."""
    return api.with_options(api_key=credential)


def token_of(item: Any) -> str:
    """Return the token in an item's secret, read as the SDK's worker reads it."""
    payload = json.loads(urlsafe_b64decode(item.secret + "=" * (-len(item.secret) % 4)))
    return str(payload["sessions_token"])
