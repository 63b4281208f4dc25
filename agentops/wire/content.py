"""What messages are made of: texts, images and documents."""

from typing import Annotated, Literal

from pydantic import Field

from agentops.wire.fields import Id, Url
from agentops.wire.shape import LongText, Shape

Text = Annotated[str, Field(min_length=1), LongText()]
_MediaType = Annotated[str, Field(min_length=1)]


class TextBlock(Shape):
    """A text. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_text_block_param.py`."""

    type: Literal["text"]
    text: Text


class Base64Source(Shape):
    """Bytes in the request. Source: SDK 2.11.0 `…/sessions/…base64_{image,document}_source_param.py`."""

    type: Literal["base64"]
    media_type: _MediaType
    data: Annotated[str, Field(min_length=1)]


class TextSource(Shape):
    """A document's plain text. Source: SDK 2.11.0 `…/sessions/…plain_text_document_source_param.py`."""

    type: Literal["text"]
    media_type: Literal["text/plain"]
    data: Text


class UrlSource(Shape):
    """Bytes behind a URL. Source: SDK 2.11.0 `…/sessions/…url_{image,document}_source_param.py`."""

    type: Literal["url"]
    url: Url


class FileSource(Shape):
    """An uploaded file. Source: SDK 2.11.0 `…/sessions/…file_{image,document}_source_param.py`."""

    type: Literal["file"]
    file_id: Id


class ImageBlock(Shape):
    """An image. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_image_block_param.py`."""

    type: Literal["image"]
    source: Annotated[Base64Source | UrlSource | FileSource, Field(discriminator="type")]


class DocumentBlock(Shape):
    """A document. Source: SDK 2.11.0 `…/sessions/beta_managed_agents_document_block_param.py`."""

    type: Literal["document"]
    source: Annotated[Base64Source | TextSource | UrlSource | FileSource, Field(discriminator="type")]
    title: str | None = None
    context: str | None = None


UserContent = Annotated[TextBlock | ImageBlock | DocumentBlock, Field(discriminator="type")]
"""Source: SDK 2.11.0 `…/sessions/beta_managed_agents_user_message_event_params.py`."""
