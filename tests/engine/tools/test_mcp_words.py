"""What servers say of their tools and what these answer, as a model may be told it."""

import json
from base64 import b64encode
from typing import Any

import pytest

from agentops.engine.core.json import Json
from agentops.engine.tools.mcp.content import outcome
from agentops.engine.tools.mcp.listing import definitions

PNG = b64encode(b"\x89PNG\r\n\x1a\n....").decode()
PDF = b64encode(b"%PDF-1.7").decode()
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def told(*content: Json, **more: Any) -> list[Any]:
    blocks = outcome({"content": list(content), **more}, lambda words: words.replace("secret", "•••")).content
    return [each.get("text") or (each["type"], each["source"]["media_type"]) for each in blocks]


def image(data: str, kind: str = "image/png") -> Json:
    return {"type": "image", "mimeType": kind, "data": data}


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ({"type": "text", "text": "a secret\0"}, "a •••\N{REPLACEMENT CHARACTER}"),
        (image(PNG), ("image", "image/png")),
        (image(PDF), "[an image that is called image/png and is not]"),
        (image("%%"), "[an image that is called image/png and is not]"),
        (image(PNG, "image/tiff"), "[an image of type image/tiff and 12 bytes, which cannot be shown]"),
        ({"type": "audio", "mimeType": "audio/wav", "data": ""}, "[audio of type audio/wav, which cannot be shown]"),
        ({"type": "resource_link", "name": "n", "uri": "x://y", "description": "d"}, "[resource n: x://y] d"),
        ({"type": "resource", "resource": {"uri": "x://y", "text": "words"}}, "[x://y]\nwords"),
        (
            {"type": "resource", "resource": {"uri": "x://y", "mimeType": "application/pdf", "blob": PDF}},
            ("document", "application/pdf"),
        ),
    ],
)
def test_every_block_is_shown_or_told_of(content: Json, shown: object) -> None:
    assert told(content) == [shown]


def test_structured_content_stands_in_for_words() -> None:
    assert told(structuredContent={"a": None}) == ['{"a":null}']
    assert told({"type": "text", "text": "a"}, structuredContent={"a": 1}) == ["a"]


def test_nothing_is_told_as_nothing() -> None:
    assert told() == told({"type": "text", "text": ""}) == ["(no output)"]


def test_of_many_blocks_the_first_are_shown() -> None:
    shown = told(*({"type": "text", "text": "a"} for _ in range(102)))
    assert len(shown) == 101
    assert shown[-1] == "[2 more parts of the answer are left out]"


def listed(name: str = "a", schema: Any = SCHEMA, **fields: Any) -> Json:
    return {"name": name, "inputSchema": schema, **fields}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "object", "anyOf": [{}]},
        {"type": "object", "properties": {"a b": {}}},
        {"type": "object", "properties": []},
        {"type": "object", "properties": {"a": {"type": "nonsense"}}},
        {"type": "object", "properties": {"a": {"const": "x" * 40_000}}},
    ],
)
def test_a_schema_that_would_spoil_a_request_is_told_in_words(schema: Json) -> None:
    (tool,) = definitions([listed(schema=schema, description="Does it.")])
    assert tool["input_schema"] == {"type": "object"}
    assert tool["description"].startswith("Does it.\n\nIts input, as its server describes it: {")
    assert len(tool["description"]) < 5_000


def test_names_are_given_once_and_descriptions_end() -> None:
    tools = definitions([listed(description="x" * 10_000), listed(title="again"), listed("b", title="B"), listed("c")])
    assert [each["name"] for each in tools] == ["a", "b", "c"]
    assert [len(each["description"]) for each in tools] == [8_004, 1, 1]
    assert tools[0]["input_schema"] == SCHEMA


def test_what_a_server_lists_has_a_bound_as_a_whole() -> None:
    tools = definitions(listed(f"t{number}", description="x" * 8_000) for number in range(256))
    assert 50 < len(tools) < 70
    assert len(json.dumps(tools)) < 600_000
