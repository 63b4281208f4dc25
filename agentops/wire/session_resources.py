"""What is mounted into a session that is there already."""

from typing import Annotated

from pydantic import Field

from agentops.wire.resources import FileResource
from agentops.wire.shape import Shape, WriteOnly


class SessionResourceAdd(FileResource):
    """What mounts one more file. Source: SDK 2.11.0 `types/beta/sessions/resource_add_params.py`."""


class SessionResourceUpdate(Shape):
    """What gives a repository another token. Source: SDK 2.11.0 `types/beta/sessions/resource_update_params.py`."""

    authorization_token: Annotated[str, Field(min_length=1), WriteOnly()]
