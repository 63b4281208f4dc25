"""What is sent: bounded by Slack's limits, and nothing that a repository says acts in a chat."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentops.controller.notices import payloads
from agentops.controller.notices.ledger import Ruling
from agentops.controller.notices.notice import About, Kind, Notice, notice

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ABOUT = About("prod", "0123456789abcdef" * 2 + "01234567", NOW)


def made(fact: str, way_out: str = "", **rest: Any) -> Notice:
    return notice(Kind.REFUSED, ABOUT, fact, way_out, **rest)


def chat(fact: str, ruling: Ruling = payloads.SENT, **rest: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(payloads.slack(made(fact, **rest), ruling))
    return found


def texts(message: dict[str, Any]) -> list[str]:
    header, section, context = message["blocks"]
    return [message["text"], header["text"]["text"], section["text"]["text"], context["elements"][0]["text"]]


def test_a_notice_is_a_sentence_with_the_thing_the_fact_and_the_way_out() -> None:
    found = made("it removes 8 of 9 agents.", "run `agentops controller approve prod`")
    assert found.title == "prod has a commit that is refused"
    assert found.text == "prod at 0123456789ab: it removes 8 of 9 agents; run `agentops controller approve prod`."


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_title_and_a_sign(kind: Kind) -> None:
    found = notice(kind, ABOUT, "fact")
    assert "prod" in found.title
    assert json.loads(payloads.slack(found))["text"].startswith(":")


def test_a_program_gets_a_version_and_the_fields() -> None:
    found = json.loads(payloads.generic(made("fact", url="https://forge.example.com/pulls/7")))
    assert found == {
        "type": "repository.refused",
        "version": 1,
        "timestamp": "2026-11-20T12:00:00.000000Z",
        "data": {
            "repository": "prod",
            "commit": ABOUT.commit,
            "title": "prod has a commit that is refused",
            "text": "prod at 0123456789ab: fact.",
            "key": made("fact").key,
            "url": "https://forge.example.com/pulls/7",
            "held_back": 0,
            "is_last_of_the_hour": False,
        },
    }


def test_what_was_held_back_is_told() -> None:
    message = chat("fact", Ruling(is_sent=True, more=7, is_last=True))
    assert "And 7 more, held back." in message["text"]
    assert "The hour is full" in message["text"]


HOSTILE = [
    "<!channel> <!here> <!everyone> <@U123> <#C123> <!subteam^S1>",
    "<https://evil.example.com|the dashboard>",
    "[the dashboard](https://evil.example.com)",
    "@channel @here @all @everyone",
    "&lt;!channel&gt;",
    "mailto:x@y <mailto:x@y|help>",
    "https://evil.example.com/login slack://channel",
    "\u202egnp.exe \x1b[2J\x00",
]


@pytest.mark.parametrize("fact", HOSTILE)
def test_what_a_repository_says_calls_nobody_and_leads_nowhere(fact: str) -> None:
    message = chat(fact)
    for said in (message["text"], texts(message)[2]):
        assert "<" not in said
        assert not re.search(r"&(?!amp;|lt;|gt;)", said)
        assert not re.search(r"@\w", said)
        assert "://" not in said
        assert "](" not in said
        assert said.isprintable() or "\u200b" in said
    assert message["blocks"][1]["text"]["verbatim"] is True
    assert message["blocks"][0]["text"]["type"] == "plain_text"


@given(st.text(max_size=6000))
@example("&" * 5000)
@example("<@" * 3000)
@example("😀" * 3000)
def test_no_text_is_longer_than_slack_takes(fact: str) -> None:
    message = chat(fact, Ruling(is_sent=True, more=10**6, is_last=True))
    _, header, section, context = texts(message)
    assert 1 <= len(header) <= 150
    assert 1 <= len(section) <= 3000
    assert len(context) <= 3000
    assert len(message["text"]) <= 4000


@given(st.text(alphabet="&<>@]:/x", max_size=900), st.integers(10, 300))
def test_a_cut_never_falls_into_an_escape(text: str, most: int) -> None:
    found = payloads.escaped(text, most)
    assert len(found) <= most
    assert not re.search(r"&(?!amp;|lt;|gt;)", found)
    if len(payloads.escaped(text, 10**6)) <= most - 1:
        back = found.replace("\u200b", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert back == text


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://forge.example.com/pulls/7", True),
        ("http://forge.example.com/pulls/7", False),
        ("https://forge.example.com/|the dashboard>", False),
        ("https://forge.example.com/ x", False),
        ("javascript:alert(1)", False),
        ("refs/agentops/proposals/7", False),
    ],
)
def test_only_an_address_that_ends_where_it_should_becomes_a_link(url: str, *, is_link: bool) -> None:
    context = texts(chat("fact", url=url))[3]
    assert (f"<{url}|Look at it>" in context) is is_link
    assert ("<" in context) is is_link


def test_the_same_fact_about_the_same_commit_has_one_key() -> None:
    assert made("a").key == made("a", "another way").key
    assert made("a").key != made("b").key
    assert made("a").key != notice(Kind.REFUSED, About("prod", "b" * 40, NOW), "a").key
