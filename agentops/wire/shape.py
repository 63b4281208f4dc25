"""What every request shape is made of: a strict base, and the markers that say more than a type can."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from agentops.base.names import Kind

_LARGEST_BODY = 32 * 1024 * 1024
"""No text is longer than a request. A text with a limit is looked at, so half a surrogate pair never passes."""


def _without_body_limit(schema: dict[str, Any]) -> None:
    """Take the limit out of the JSON Schema, where it would stand at every text and say nothing."""
    waiting: list[Any] = [schema]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if each.get("maxLength") == _LARGEST_BODY:
                del each["maxLength"]
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


class Shape(BaseModel):
    """A JSON object of the API: unknown fields refused, nothing coerced, nothing changed afterwards.

    A field that was left out reads as None; `sent()` and `model_fields_set` tell it from an explicit null.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        defer_build=True,
        hide_input_in_errors=True,
        str_max_length=_LARGEST_BODY,
        json_schema_extra=_without_body_limit,
    )

    parts: ClassVar[tuple[type["Shape"], ...]] = ()
    """Shapes of some of the fields, whose rules `check` judges even when other fields are wrong."""

    def sent(self) -> dict[str, Any]:
        """Return what the request held as plain JSON data, no defaults added."""
        return self.model_dump(exclude_unset=True)


@dataclass(frozen=True, slots=True)
class IdOf:
    """Marks text where the API wants an id; a manifest may write the name of one of these kinds."""

    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class LongText:
    """Marks text that a manifest may keep in a file of its own: `{file: path}`."""


@dataclass(frozen=True, slots=True)
class WriteOnly:
    """Marks a secret: never echoed, never printed; a manifest writes `{env: NAME}` or `{file: path}`."""


@dataclass(frozen=True, slots=True)
class Form:
    """Says in words what a pattern wants, for the message of whoever missed it: `must be …`."""

    phrase: str


@dataclass(frozen=True, slots=True)
class NotNull:
    """Marks a field that may be left out but not be null."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take the null out of `T | None`, which the type needs only for a field that was left out."""
        schema = handler(source)
        return schema["schema"] if schema["type"] == "nullable" else schema


T = TypeVar("T")

Omissible = Annotated[T | None, NotNull()]
"""May be left out (and then reads as None), may not be null."""


def _string_or_object(data: object) -> str | None:
    if isinstance(data, str):
        return "string"
    return "object" if isinstance(data, dict | Shape) else None


STRING_OR_OBJECT = Discriminator(
    _string_or_object,
    custom_error_type="string_or_object",
    custom_error_message="must be a string or an object",
)
"""Tells `Annotated[str, Tag("string")] | Annotated[Shape, Tag("object")]` apart without trying both."""
