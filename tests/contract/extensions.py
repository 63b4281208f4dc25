"""What is not in the SDK, called through it: its generic requests, its retries and errors, and our own strict types."""

from typing import Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from .sdk import Api

T = TypeVar("T", bound=BaseModel)

WEBHOOKS = "/v1/x-agentops/webhooks"
DREAM_SCHEDULES = "/v1/x-agentops/dream_schedules"


class Answer(BaseModel):
    """An answer with exactly these fields, in exactly these types."""

    model_config = ConfigDict(extra="forbid")


class Webhook(Answer):
    type: Literal["webhook_endpoint"]
    id: str
    url: str
    events: list[str]
    description: str
    format: Literal["standard", "slack"]
    metadata: dict[str, str]
    state: Literal["enabled", "disabled"]
    disabled_reason: str
    created_at: AwareDatetime
    updated_at: AwareDatetime


class NewWebhook(Webhook):
    signing_secret: str


class Attempt(Answer):
    number: int
    at: AwareDatetime
    took_ms: int
    status: int | None
    problem: str


class Delivery(Answer):
    type: Literal["webhook_delivery"]
    id: str
    endpoint_id: str
    event_id: str
    event_type: str
    status: Literal["pending", "delivered", "failed", "dropped"]
    reason: str
    attempt_count: int
    due_at: AwareDatetime | None
    created_at: AwareDatetime
    ended_at: AwareDatetime | None


class WholeDelivery(Delivery):
    event: dict[str, Any]
    attempts: list[Attempt]


class NewSecret(Answer):
    signing_secret: str


class Deleted(Answer):
    type: Literal["webhook_endpoint_deleted", "dream_schedule_deleted"]
    id: str


class DreamModel(Answer):
    id: str
    speed: Literal["standard"]


class Cron(Answer):
    type: Literal["cron"]
    expression: str
    timezone: str


class DreamSchedule(Answer):
    type: Literal["dream_schedule"]
    id: str
    name: str
    store: str
    agents: list[str]
    since: Literal["last-dream"] | None
    max: int
    min: int
    schedule: Cron | None
    every: str | None
    after_sessions: int | None
    engine: Literal["lexical", "messages", "hosted"] | None
    model: DreamModel | None
    budget: dict[Literal["tokens", "dollars"], float] | None
    instructions: str | None
    review: Literal["pull_request", "auto"]
    gates: dict[str, Literal["block", "warn", "off"]]
    metadata: dict[str, str]
    created_at: AwareDatetime
    updated_at: AwareDatetime


class EnvironmentKey(Answer):
    type: Literal["environment_key"]
    id: str
    environment_id: str
    name: str
    created_at: AwareDatetime
    revoked_at: AwareDatetime | None


class NewEnvironmentKey(EnvironmentKey):
    key: str


class Page(Answer):
    data: list[Any]
    next_page: str | None


def read(api: Api, path: str, shape: type[T], **query: Any) -> T:
    return shape.model_validate(api.client.get(path, cast_to=object, options={"params": query}))


def sent(api: Api, path: str, shape: type[T], **fields: Any) -> T:
    return shape.model_validate(api.client.post(path, cast_to=object, body=fields))


def deleted(api: Api, path: str) -> Deleted:
    return Deleted.model_validate(api.client.delete(path, cast_to=object))
