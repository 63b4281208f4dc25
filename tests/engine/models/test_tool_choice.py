"""A tool that has to be called: the endpoint is told, and recordings of requests without one stay what they were."""

import json
from dataclasses import replace

from agentops.engine.models import cassette, request
from agentops.engine.models.endpoints import Endpoint
from tests.engine.models.model_server import asking

CHOICE = {"type": "tool", "name": "submit_verdict"}
ENDPOINT = Endpoint("https://models.test")


def test_a_forced_tool_is_sent() -> None:
    ask = asking()
    forced = json.loads(request.body(replace(ask, tool_choice=CHOICE), ENDPOINT, 100))
    assert forced.pop("tool_choice") == CHOICE
    assert forced == json.loads(request.body(ask, ENDPOINT, 100))
    assert "tool_choice" not in forced


def test_a_request_without_one_is_recorded_as_ever() -> None:
    ask = replace(asking(), system="", tools=b"[]", model={"id": "m"}, messages=(b'{"role":"user","content":"a"}',))
    assert cassette.parts(ask)[0].text == '{"model":{"id":"m"},"system":"","tools":"[]"}'
    first, forced = (cassette.parts(each)[-1].digest for each in (ask, replace(ask, tool_choice=CHOICE)))
    assert first == "ab7e9d0a8e2d4d2e2f68a7f65a8d5d56"
    assert forced != first
