"""Pages as text: what a reader would see, in time that grows with the page alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.tools.pages import readable

URL = "https://example.com/a/b"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            "<title>T &amp; t</title><h2>Head</h2><p>One  two\nthree<br>four</p>",
            "T & t\n\n## Head\n\nOne two three\nfour",
        ),
        ("<ul><li>a<li>b <b>bold</b></ul>", "- a\n- b bold"),
        ("<a href='/x?q=1&amp;r=2'>in <i>words</i></a>", "[in words](https://example.com/x?q=1&r=2)"),
        ('<A HREF="c">d</A> <a href=mailto:x@y>mail</a> <a>none</a>', "[d](https://example.com/a/c) mail none"),
        ("<a href=/1>one<a href=/2>two</a>", "[one](https://example.com/1)[two](https://example.com/2)"),
        ("<pre>  keep\n   this</pre>", "keep\n   this"),
        ("a<script>if (1 < 2) {}</script>b<style>c</style>d<SVG><path/></svg>e", "abde"),
        ("a<!-- <b>hidden</b> -->b<!DOCTYPE html>c<?php x ?>d", "abcd"),
        ("1 < 2 &lt; 3 &#x1F422; &nosuch;", "1 < 2 < 3 🐢 &nosuch;"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "| 1 | 2"),
        ('<img src=x alt="a turtle">', "[image: a turtle]"),
        ("before<script>never closed", "before"),
        ("before<!-- never closed", "before"),
        ("<a href='http://[bad'>x</a>", "x"),
        ("<p><p><p>a<p></p><p>b", "a\n\nb"),
    ],
)
def test_a_page_reads_as_it_looks(page: str, text: str) -> None:
    assert readable(page, URL, 10_000) == text


def test_a_page_is_read_no_further_than_needed() -> None:
    assert len(readable("<p>word</p>" * 10_000, URL, 100)) < 200


@pytest.mark.parametrize(
    "piece", ["<a ", "<!--", "<", "</", "<a href='", "<![CDATA[", '<a b="', "<!-- -", " ", "&", "<svg>", "<pre> "]
)
def test_no_page_takes_longer_than_its_length(piece: str) -> None:
    # Whatever is worse than linear takes minutes, and the test runner ends it.
    readable(piece * (200_000 // len(piece)), URL, 1_000_000)


@given(st.text(alphabet="<>/!-?&;#ab \n\"'=pre script href", max_size=200))
def test_any_page_is_read(page: str) -> None:
    readable(page, URL, 1000)
