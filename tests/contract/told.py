"""What was put down to be delivered, read below the API, and held against what the SDK makes of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

from anthropic import Anthropic
from anthropic.types.beta.beta_webhook_event import BetaWebhookEvent
from pydantic import TypeAdapter
from standardwebhooks import Webhook

from agentops.engine.core.json import parsed
from agentops.engine.operations import delivering
from agentops.engine.server import Engine
from agentops.wire.webhooks import WorkspaceEvent

URL = "http://127.0.0.1:9/nobody"
"""Where nobody listens, and asking takes no time."""

WORKSPACE = get_args(WorkspaceEvent)
OF_SESSIONS = [each for each in WORKSPACE if each.startswith("session.")]
STRICTLY: TypeAdapter[BetaWebhookEvent] = TypeAdapter(BetaWebhookEvent)
SDK = Anthropic(api_key="unused")


@dataclass(frozen=True)
class Message:
    """What is to be delivered to one endpoint."""

    event_id: str
    event_type: str
    body: str

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = parsed(self.body)["data"]
        return found


async def messages(engine: Engine, endpoint_id: str) -> list[Message]:
    sql = "SELECT event_id, event_type, body FROM deliveries WHERE endpoint_id = :id ORDER BY seq"
    await engine._database.write(lambda tx: delivering.spread(tx, 10_000))
    rows = await engine._database.read(lambda tx: tx.all(sql, {"id": endpoint_id}))
    return [Message(*row) for row in rows]


def read_by_the_sdk(message: Message, secret: str) -> None:
    """Hold a body against the SDK's strict types, and a signed one against what unpacks it."""
    event = STRICTLY.validate_json(message.body)
    assert (event.id, event.data.type) == (message.event_id, message.event_type)
    assert not event.model_extra
    assert not event.data.model_extra
    told = parsed(message.body)
    assert list(told) == ["type", "id", "created_at", "data"]
    assert list(told["data"])[:4] == ["type", "id", "organization_id", "workspace_id"]
    now = datetime.now(tz=UTC)
    headers = {
        "webhook-id": message.event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message.event_id, now, message.body),
    }
    assert SDK.beta.webhooks.unwrap(message.body, headers=headers, key=secret) == event
