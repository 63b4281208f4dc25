"""Tools that the caller runs: their names and the JSON Schemas of their inputs."""

import math
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from agentops.wire.problems import Path, Problem, obeying
from agentops.wire.shape import Form, LongText, Shape

BUILT_IN_TOOLS: Final = ("bash", "read", "write", "edit", "glob", "grep", "web_fetch", "web_search")
"""The tools of `agent_toolset_20260401`; all are on unless a config says otherwise."""

RESERVED_PREFIXES: Final = ("mcp__", "ant__")


def name_problems(name: str) -> Iterator[Problem]:
    """Yield why a custom tool may not have the name, though it is spelled well."""
    if name in BUILT_IN_TOOLS:
        yield Problem((), "invalid-value", f"must not be the name of the built-in tool {name}")
    if name.startswith(RESERVED_PREFIXES):
        yield Problem((), "invalid-value", f"must not begin with {name[:5]}, which is reserved")


ToolName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_-]{1,128}$"),
    Form("1 to 128 letters, digits, underscores and hyphens"),
    AfterValidator(lambda name: obeying(name, name_problems(name))),
]
_PropertyName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$"), Form("1 to 64 letters, digits, underscores, dots and hyphens")
]
_TOP_LEVEL_CHOICES = ("oneOf", "anyOf", "allOf")
_PLAIN = (bool, int, type(None))
_DEEPEST = 200
"""Deeper schemas are nobody's intent, and break the recursive readers of JSON downstream."""


class InputSchema(Shape):
    """A JSON Schema of an object; keywords other than these pass through.

    Source: SDK 2.11.0 `types/beta/beta_managed_agents_custom_tool_input_schema_param.py`.
    """

    model_config = ConfigDict(extra="allow")

    type: Literal["object"]
    properties: dict[_PropertyName, object] | None = None
    required: list[str] | None = None

    @model_validator(mode="after")
    def _stands_alone(self) -> "InputSchema":
        return obeying(self, _schema_problems(self))


def _schema_problems(schema: InputSchema) -> Iterator[Problem]:
    extra = schema.__pydantic_extra__ or {}
    for key in _TOP_LEVEL_CHOICES:
        if key in extra:
            yield Problem((key,), "bad-combination", f"must not stand at the top level: say {key} inside a property")
    yield from _value_problems({**extra, "properties": schema.properties})


def _value_problems(tree: object) -> Iterator[Problem]:
    waiting: list[tuple[Path, object]] = [((), tree)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            yield from _key_problems(path, value)
        elif not isinstance(value, list):
            yield from _leaf_problems(path, value)
            continue
        if len(path) < _DEEPEST:
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [((*path, key), each) for key, each in pairs if type(each) not in _PLAIN]
        else:
            yield Problem(path, "invalid-value", f"must not be nested deeper than {_DEEPEST} levels")


def _leaf_problems(path: Path, value: object) -> Iterator[Problem]:
    if isinstance(value, str) and not _is_text(value):
        yield Problem(path, "bad-format", "must be valid Unicode, holds half of a surrogate pair")
    if isinstance(value, float) and not math.isfinite(value):
        yield Problem(path, "invalid-value", "must be a finite number")


def _key_problems(path: Path, value: dict[object, object]) -> Iterator[Problem]:
    if "$ref" in value:
        yield Problem((*path, "$ref"), "invalid-value", "must not be used: write the schema out in place")
    for key in value:
        if not isinstance(key, str) or not _is_text(key):
            yield Problem(path, "wrong-type", "must have strings of valid Unicode as keys")


def _is_text(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text)


class CustomTool(Shape):
    """A tool that the API's caller runs. Source: SDK 2.11.0 `types/beta/beta_managed_agents_custom_tool_params.py`."""

    type: Literal["custom"]
    name: ToolName
    description: Annotated[str, Field(min_length=1), LongText()]
    input_schema: InputSchema
