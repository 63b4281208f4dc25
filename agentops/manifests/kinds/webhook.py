"""Webhook: an address that is told of events."""

from typing import Annotated

from pydantic import AfterValidator, Field

from agentops.wire.fields import repeats
from agentops.wire.problems import obeying
from agentops.wire.shape import Omissible, Shape
from agentops.wire.webhooks import HttpsUrl, WorkspaceEvent


class WebhookSpec(Shape):
    """What a Webhook is made of. Source: documented workspace endpoints, which the API itself cannot create."""

    url: HttpsUrl
    events: Annotated[
        list[WorkspaceEvent],
        Field(min_length=1),
        AfterValidator(lambda events: obeying(events, repeats(events, lambda index: (index,)))),
    ]
    description: Omissible[str] = None
