"""Which URLs the web tools open: domains, and where a URL was seen."""

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.web_rules import Sources, is_domain_allowed, is_known, spelling, urls_in


@pytest.mark.parametrize(
    ("settings", "url", "is_allowed"),
    [
        ({}, "https://anything.org/", True),
        ({"allowed_domains": ["example.com"]}, "https://example.com/x", True),
        ({"allowed_domains": ["Example.COM/"]}, "https://WWW.example.com:8443/x", True),
        ({"allowed_domains": ["example.com"]}, "https://badexample.com/", False),
        ({"allowed_domains": ["example.com"]}, "https://example.com.evil.org/", False),
        ({"allowed_domains": ["example.com"]}, "https://example.com@evil.org/", False),
        ({"allowed_domains": ["example.com"]}, "https://evil.org/example.com", False),
        ({"allowed_domains": ["example.com"]}, "https://example.com./", True),
        ({"allowed_domains": ["example.com"]}, "https://[::1", False),
        ({"blocked_domains": ["example.com"]}, "https://a.example.com/", False),
        ({"blocked_domains": ["example.com"]}, "https://example.org/", True),
        ({"allowed_domains": ["example.com/docs"]}, "https://example.com/docs/a", True),
        ({"allowed_domains": ["example.com/docs"]}, "https://example.com/docs", True),
        ({"allowed_domains": ["example.com/docs"]}, "https://example.com/docs2", False),
    ],
)
def test_domains(settings: Json, url: str, is_allowed: bool) -> None:
    assert is_domain_allowed(url, settings) is is_allowed


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("See https://a.example/x, please.", ["https://a.example/x"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("https://en.example/wiki/A_(b)", ["https://en.example/wiki/A_(b)"]),
        ("[x](https://a.example/y?q=1#part)", ["https://a.example/y?q=1"]),
        ('<a href="HTTP://A.Example:80/">', ["https://a.example"]),
        ("**https://a.example/**", ["https://a.example/"]),
        ("ftp://a.example none", []),
    ],
)
def test_urls_are_found_in_texts(text: str, urls: list[str]) -> None:
    found = urls_in(text)
    assert {spelling(each) for each in urls} <= found
    assert bool(found) is bool(urls)


SEEN = Sources(
    frozenset({"user.example/a"}),
    {"ticket": frozenset({"ticket.example"}), "other": frozenset({"other.example"})},
    {"web_search": frozenset({"hit.example"}), "web_fetch": frozenset({"page.example"})},
)
NAMES = ["user.example/a", "ticket.example", "other.example", "hit.example", "page.example"]


def listed(kind: str, name: str) -> Json:
    return {"type": kind, "tools": [{"type": "tool_reference", "name": name}]}


@pytest.mark.parametrize(
    ("rules", "known"),
    [
        (None, "11111"),
        ({"user_input": None, "client_tool_results": None, "server_tool_results": None}, "11111"),
        ({"user_input": {"type": "none"}}, "01111"),
        ({"client_tool_results": {"type": "none"}, "user_input": {"type": "all"}}, "10011"),
        ({"client_tool_results": listed("only", "ticket")}, "11011"),
        ({"client_tool_results": listed("except", "ticket")}, "10111"),
        ({"server_tool_results": listed("only", "web_fetch"), "client_tool_results": {"type": "none"}}, "10001"),
    ],
)
def test_a_url_is_known_from_where_the_rules_let_it_be(rules: Json | None, known: str) -> None:
    assert "".join(str(int(is_known(f"https://{each}", SEEN, rules))) for each in NAMES) == known


def test_a_url_that_was_never_seen_is_not_known() -> None:
    assert not is_known("https://user.example/b", SEEN, None)
    assert not is_known("file:///etc/passwd", SEEN, None)
    assert is_known("http://USER.example:80/a#part", SEEN, None)
