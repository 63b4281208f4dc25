"""Where a session's log has shown addresses."""

from typing import Any

from agentops.engine.core.entries import Entry
from agentops.engine.core.json import Json
from agentops.engine.core.shown_urls import ShownUrls


def text(words: str) -> list[Json]:
    return [{"type": "text", "text": words}]


def shown(*events: tuple[str, str, Any]) -> tuple[set[str], dict[str, set[str]], dict[str, set[str]]]:
    urls = ShownUrls()
    urls.read(Entry(event_id, kind, "2026-11-21T12:00:00Z", body) for event_id, kind, body in events)
    found = urls.sources
    client, server = found.client_tools, found.server_tools
    return set(found.user_input), {k: set(v) for k, v in client.items()}, {k: set(v) for k, v in server.items()}


def test_what_users_say_counts_in_every_kind_of_block() -> None:
    blocks = [
        *text("see https://a.example/x."),
        {"type": "document", "source": {"type": "text", "data": "https://b.example"}, "title": "https://c.example"},
        {"type": "image", "source": {"type": "url", "url": "https://d.example/i.png"}},
    ]
    by_user, _, _ = shown(
        ("1", "user.message", {"content": blocks}),
        ("2", "user.define_outcome", {"description": "as in https://e.example"}),
        ("3", "agent.message", {"content": text("https://made.up.example")}),
    )
    hosts = {each.partition("/")[0] for each in by_user}
    assert hosts == {"a.example", "b.example", "c.example", "d.example", "e.example"}


def test_results_count_by_the_name_of_their_tool() -> None:
    result = {
        "type": "search_result",
        "source": "https://r.example",
        "title": "t",
        "content": text("https://q.example"),
    }
    _, by_client, by_server = shown(
        ("c1", "agent.custom_tool_use", {"name": "lookup"}),
        ("r1", "user.custom_tool_result", {"custom_tool_use_id": "c1", "content": [result]}),
        ("c2", "agent.tool_use", {"name": "web_fetch"}),
        ("r2", "agent.tool_result", {"tool_use_id": "c2", "content": text("[next](https://n.example)")}),
        ("c3", "agent.tool_use", {"name": "bash"}),
        ("r3", "agent.tool_result", {"tool_use_id": "c3", "content": text("https://printed.example")}),
    )
    assert by_client == {"lookup": {"r.example", "q.example"}}
    assert list(by_server) == ["web_fetch"]
    assert "n.example" in by_server["web_fetch"]


def test_a_refusal_repeats_what_was_made_up_and_shows_nothing() -> None:
    _, _, by_server = shown(
        ("c1", "agent.tool_use", {"name": "web_fetch"}),
        ("r1", "agent.tool_result", {"tool_use_id": "c1", "content": text("https://no.example"), "is_error": True}),
    )
    assert by_server == {"web_fetch": set()}
