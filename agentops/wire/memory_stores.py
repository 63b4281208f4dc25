"""Memory stores: their names, descriptions and metadata."""

from typing import Annotated

from pydantic import Field

from agentops.wire.fields import Metadata, MetadataPatch
from agentops.wire.shape import Form, Omissible, Shape

StoreName = Annotated[
    str, Field(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"), Form("free of control characters")
]
StoreDescription = Annotated[str, Field(max_length=1024)]


class MemoryStoreCreate(Shape):
    """What creates a memory store. Source: SDK 2.11.0 `types/beta/memory_store_create_params.py`."""

    name: StoreName
    description: Omissible[StoreDescription] = None
    metadata: Omissible[Metadata] = None


class MemoryStoreUpdate(Shape):
    """What updates a memory store. Source: SDK 2.11.0 `types/beta/memory_store_update_params.py`."""

    name: StoreName | None = None
    description: StoreDescription | None = None
    metadata: MetadataPatch | None = None
