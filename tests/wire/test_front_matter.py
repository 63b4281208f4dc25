"""Front matter: plain YAML, text only, small; everything clever is refused without being carried out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.wire.front_matter import front_matter
from agentops.wire.problems import Problem


def read(head: str) -> dict[str, object] | Problem:
    return front_matter(f"---\n{head}\n---\nbody\n".encode())


def test_every_value_is_text() -> None:
    head = "name: no\nversion: 1.0\nwhen: 2026-01-01\nempty:\nlist: [1, yes]\nmap: {a: ~}"
    assert read(head) == {
        "name": "no",
        "version": "1.0",
        "when": "2026-01-01",
        "empty": "",
        "list": ["1", "yes"],
        "map": {"a": "~"},
    }


@pytest.mark.parametrize(
    "raw",
    ["---\r\nname: a\r\n---\r\n", "\ufeff---\nname: a\n---", "---\nname: a\n--- \n---\n"],
    ids=["Windows", "a byte order mark", "blanks behind the dashes"],
)
def test_what_editors_do_does_no_harm(raw: str) -> None:
    assert front_matter(raw.encode()) == {"name": "a"}


def test_text_goes_over_lines() -> None:
    assert read("description: >\n  one\n  two") == {"description": "one two"}


BROKEN = {
    "nothing": (b"", "must begin with front matter"),
    "no front matter": (b"# Hello", "must begin with front matter"),
    "no end": (b"---\nname: a\n", "must begin with front matter"),
    "empty": (b"---\n---\n", "keys and values"),
    "a list": (b"---\n- a\n---\n", "keys and values"),
    "not UTF-8": (b"---\nname: \xff\n---\n", "UTF-8"),
    "a key twice": (b"---\na: 1\na: 2\n---\n", "the key a once"),
    "a key that is a list": (b"---\n? [a]\n: 1\n---\n", "keys that are text"),
    "an alias": (b"---\na: &x 1\nb: *x\n---\n", "anchors"),
    "a tag": (b"---\na: !!python/object/apply:os.system [true]\n---\n", "tags"),
    "two documents": (b"---\na: 1\n...\n--- !x\n---\n", "front matter"),
    "not YAML": (b"---\na: [\n---\n", "in YAML"),
    "a character that there is none of": (b'---\na: "\\UFFFFFFFF"\n---\n', "in YAML"),
    "a tab": (b"---\na:\n\tb: 1\n---\n", "line 3"),
    "long": (b"---\na: " + b"x" * 20_000 + b"\n---\n", "at most 16384"),
    "deep": (b"---\na: " + b"[" * 8000 + b"\n---\n", "nested"),
    "laughing": (b"---\na: &a [x]\n" + b"".join(b"b%d: [*a, *a]\n" % n for n in range(99)) + b"---\n", "anchors"),
}


@pytest.mark.parametrize(("raw", "words"), BROKEN.values(), ids=BROKEN)
def test_what_is_not_plain_is_refused(raw: bytes, words: str) -> None:
    found = front_matter(raw)
    assert isinstance(found, Problem)
    assert words in found.message


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(head: str) -> None:
    try:
        found = read(head)
    except UnicodeEncodeError:
        return
    assert isinstance(found, Problem) or all(isinstance(key, str) for key in found)
