"""A person registers a receiver, tries it out, mends it and has it told again: the real commands, server and SDK."""

import json
from pathlib import Path

import pytest
from anthropic import Anthropic

from tests.crash.storm import Yard

from .command import Command
from .server import serving

pytestmark = pytest.mark.flow


def test_a_receiver_is_tried_out_loses_nothing_and_is_refused_inside_unless_it_is_named(tmp_path: Path) -> None:
    with Yard() as yard:
        receiver = yard.receiver
        with serving(tmp_path / "closed") as closed:
            agentops = Command(tmp_path, closed.settings)
            agentops("webhook", "add", receiver.url("/ok"), "--event", "agent.updated")
            said = agentops("webhook", "test", receiver.url("/ok"), status=1)
            assert "the URL leads to an address that is not public" in said.err
            assert "auto-disabled: endpoint URL resolved to an invalid address" in agentops("webhook", "list").out
            assert receiver.requests == []
        with serving(tmp_path / "open", options=["--allow-private-webhooks", "127.0.0.0/8"]) as opened:
            agentops = Command(tmp_path, opened.settings)
            secret = agentops("webhook", "add", receiver.url("/ok"), "--event", "agent.updated").out.strip()
            assert "  delivered, one attempt" in agentops("webhook", "test", receiver.url("/ok")).out
            (request,) = receiver.requests
            unwrap = Anthropic(api_key="none").beta.webhooks.unwrap
            assert unwrap(request.body, headers=request.headers, key=secret).data.type == "agent.updated"
            (delivery,) = json.loads(agentops("webhook", "deliveries", receiver.url("/ok"), "-o", "json").out)[
                "deliveries"
            ]
            again = agentops("webhook", "replay", receiver.url("/ok"), delivery["id"], "-o", "json")
            assert json.loads(again.out)["deliveries"][0]["event_id"] == request.headers["webhook-id"]
            yard.soon(receiver.reached("/ok", 2)).result(30)
