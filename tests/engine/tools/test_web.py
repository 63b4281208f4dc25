"""Fetching pages from a real server: what is shown, what is refused and under which name, where redirects end."""

from typing import Any

import pytest

from agentops.engine.core.json import Json
from agentops.engine.core.web_rules import Sources, spelling
from agentops.engine.outbound import Outbound
from agentops.engine.tools.web import WebFetch

pytestmark = pytest.mark.anyio

HTML = {"content-type": "text/html; charset=utf-8"}


def fetching(settings: Json | None = None, **more: Any) -> WebFetch:
    return WebFetch(Outbound(allow_loopback=True), settings, **more)


async def words(fetch: WebFetch, url: str) -> str:
    outcome = await fetch.fetch(url)
    return ("! " if outcome.is_error else "") + str(outcome.content[0].get("text", outcome.content[0]["type"]))


async def test_a_page_is_told_with_its_address_and_links(site: Any) -> None:
    site.pages["/a"] = (200, HTML, "<h1>Zürich</h1><a href='b'>more</a>".encode())
    assert await words(fetching(), f"{site.url}/a") == f"{site.url}/a\n\n# Zürich\n\n[more]({site.url}/b)"
    ((_, headers),) = site.asked
    assert headers["host"] == site.url.removeprefix("http://")
    assert not {"cookie", "authorization"} & set(headers)


@pytest.mark.parametrize(
    ("content_type", "body", "shown"),
    [
        ("text/plain", b"<b>as it is</b>", "<b>as it is</b>"),
        ("application/json", b'{"a": 1}', '{"a": 1}'),
        ("application/ld+json; charset=latin-1", '"é"'.encode("latin-1"), '"é"'),
        ("text/html", b'<meta charset="iso-8859-15">\xa4', "€"),
        ("text/plain; charset=nonsense", "ü".encode(), "ü"),
        ("text/plain; charset=punycode", b"abc", "abc"),
        ("text/plain; charset=hex", b"abc", "abc"),
        ("", b"<p>a</p>", "a"),
        ("text/plain", b"", "(the page holds no text)"),
        ("application/pdf", b"%PDF-1.7 ...", "document"),
        ("application/octet-stream", b"%PDF-1.7 ...", "document"),
    ],
)
async def test_what_can_be_read_is_shown(site: Any, content_type: str, body: bytes, shown: str) -> None:
    site.pages["/x"] = (200, {"content-type": content_type}, body)
    assert (await words(fetching(), f"{site.url}/x")).removeprefix(f"{site.url}/x\n\n") == shown


@pytest.mark.parametrize(
    ("status", "headers", "body", "code"),
    [
        (200, {"content-type": "image/png"}, b"\x89PNG", "unsupported_content_type"),
        (200, {"content-type": "application/zip"}, b"PK", "unsupported_content_type"),
        (200, {"content-type": "text/plain"}, b"a\0b", "unsupported_content_type"),
        (404, HTML, b"no", "url_not_accessible"),
        (500, HTML, b"no", "url_not_accessible"),
        (200, HTML | {"content-encoding": "gzip"}, b"\x1f\x8b", "url_not_accessible"),
        (302, {"location": "file:///etc/passwd"}, b"", "url_not_accessible"),
        (302, {"location": "https://10.0.0.1/"}, b"", "url_not_accessible"),
        (302, {"location": "http://user:secret@127.0.0.1/"}, b"", "url_not_accessible"),
        (302, {"location": "/x"}, b"", "url_not_accessible"),
        (302, {"location": "http://[bad"}, b"", "url_not_accessible"),
    ],
)
async def test_what_cannot_is_refused_by_name(site: Any, status: int, headers: Any, body: bytes, code: str) -> None:
    site.pages["/x"] = (status, headers, body)
    assert (await words(fetching(), f"{site.url}/x")).startswith(f"! {code}: ")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.com/", "invalid_tool_input"),
        ("javascript:alert(1)", "invalid_tool_input"),
        ("https://user:pass@127.0.0.1/", "url_not_accessible"),
        ("https://169.254.169.254/latest", "url_not_accessible"),
        ("http://10.0.0.1/", "url_not_accessible"),
        ("https://[::1", "url_not_accessible"),
        ("https://\x00/", "url_not_accessible"),
    ],
)
async def test_an_address_that_is_not_of_the_web_is_refused(url: str, code: str) -> None:
    assert (await words(fetching(), url)).startswith(f"! {code}: ")


async def test_plain_http_is_asked_for_by_https() -> None:
    seen: list[str] = []
    fetch = WebFetch(Outbound(), {"allowed_domains": ["none.example"]})
    assert "https://1.1.1.1/" in await words(fetch, "http://1.1.1.1:80/")
    assert "https://1.1.1.1:8080/" in await words(fetch, "http://1.1.1.1:8080/")
    assert not seen


async def test_redirects_are_followed_and_each_is_judged(site: Any) -> None:
    for each in range(1, 6):
        site.pages[f"/{each}"] = (302, {"location": f"/{each + 1}", "set-cookie": "a=b"}, b"")
    site.pages["/6"] = (200, HTML, b"there")
    assert await words(fetching(), f"{site.url}/1") == f"{site.url}/6\n\nthere"
    assert all("cookie" not in headers for _, headers in site.asked)
    site.pages["/0"] = (302, {"location": "/1"}, b"")
    assert "more than 5 redirects" in await words(fetching(), f"{site.url}/0")
    site.pages["/out"] = (302, {"location": "https://blocked.example/"}, b"")
    blocked = await words(fetching({"blocked_domains": ["blocked.example"]}), f"{site.url}/out")
    assert blocked.startswith("! url_not_allowed: the domain of https://blocked.example/")


async def test_a_domain_that_is_not_allowed_is_never_asked(site: Any) -> None:
    site.pages["/"] = (200, HTML, b"x")
    assert (await words(fetching({"allowed_domains": ["example.com"]}), site.url)).startswith("! url_not_allowed")
    assert not site.asked


async def test_a_url_must_have_been_seen_when_sources_are_known(site: Any) -> None:
    site.pages["/seen"] = site.pages["/not"] = (200, HTML, b"words")
    seen = Sources(user_input=frozenset({str(spelling(f"{site.url}/seen"))}))

    async def sources() -> Sources:
        return seen

    fetch = fetching(sources=sources)
    assert (await words(fetch, f"{site.url}/seen#part")).endswith("words")
    assert (await words(fetch, f"{site.url}/not")).startswith("! url_not_allowed")
    assert len(site.asked) == 1


async def test_a_rule_on_sources_that_cannot_be_judged_lets_nothing_through(site: Any) -> None:
    site.pages["/"] = (200, HTML, b"words")
    rules: Json = {"url_sources": {"user_input": {"type": "all"}}}
    assert (await words(fetching(rules), site.url)).startswith("! url_not_allowed")


async def test_a_page_is_cut_where_the_settings_say(site: Any) -> None:
    site.pages["/"] = (200, HTML, b"<p>word</p>" * 1000)
    said = await words(fetching({"max_content_tokens": 10}), site.url)
    assert said.endswith("\n[the page goes on]")
    assert len(said) < 120


async def test_a_page_has_a_longest_length(site: Any) -> None:
    site.pages["/"] = (200, {"content-type": "text/plain"}, b"word " * (11 * 1024 * 1024 // 5))
    assert "[the page goes on]" in await words(fetching(), site.url)
    site.pages["/pdf"] = (200, {}, b"%PDF-" + b"x" * (11 * 1024 * 1024))
    assert "a part of a PDF is none" in await words(fetching(), f"{site.url}/pdf")


async def test_a_long_page_is_kept_in_the_sandbox(kit: Any, site: Any) -> None:
    site.pages["/"] = (200, {"content-type": "text/plain"}, "wörd ".encode() * 30_000)
    said = await kit.said("web_fetch", url=site.url)
    assert len(said) < 11_000
    assert said.endswith("characters; all of it is in /tmp/agentops-output-1.txt]")
    whole = kit.root / "tmp/agentops-output-1.txt"
    assert whole.stat().st_size > 180_000
