"""A log shows no secret, moves no cursor and has one line for one thing."""

import gc
import io
import json
import logging
from collections.abc import Iterator

import pytest

from agentops.base.logs import Format, configure, request_id, scrubbed
from agentops.base.secrets import MASK, Secret, living


@pytest.fixture
def _logging() -> Iterator[None]:
    """Leave the logging of the tests as it was."""
    root, ours = logging.getLogger(), logging.getLogger("agentops")
    before = root.handlers, root.level, ours.level
    yield
    root.handlers, level, own = before
    root.setLevel(level)
    ours.setLevel(own)


def logged(kind: Format, *said: object, error: Exception | None = None) -> str:
    stream = io.StringIO()
    configure(kind, "info", stream)
    logging.getLogger("agentops.engine").warning(*said, exc_info=error)
    return stream.getvalue()


SPELLED = [
    "sk-ant-api03-abcdef123456",
    "agentops_key_1234567890abcdef",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "ghp_abcdefghijklmnopqrstuvwxyz",
    "glpat-abcdefghij1234567890",
    "xoxb-1234567890-abcdefghij",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SPELLED)
def test_what_is_spelled_like_a_secret_is_taken_out(secret: str) -> None:
    assert scrubbed(f"It said {secret}.") in (f"It said {MASK}.", f"It said {MASK}")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("authorization: Bearer abc.def-ghi.jkl-mno", f"authorization: Bearer {MASK}"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==", f"authorization: basic {MASK}"),
        ("postgresql://me:hunter22@db/x", f"postgresql://{MASK}@db/x"),
        ("https://hooks.slack.com/services/T0/B0/xyz", f"https://hooks.slack.com/{MASK}"),
        ("postgresql://me:hunt/er@22@db/x", f"postgresql://{MASK}@db/x"),
        ("host=db user=me password='hunter 22' dbname=x", f"host=db user=me password={MASK} dbname=x"),
        ("GET /x?token=hunter22&page=2", f"GET /x?token={MASK}&page=2"),
        ("x-api-key: hunter22", f"x-api-key: {MASK}"),
        ("https://0123456789abcdef0123@git.test/x", f"https://{MASK}@git.test/x"),
        ("ssh://git@git.test/x", "ssh://git@git.test/x"),
        ("to https://example.com:8080/a@b", "to https://example.com:8080/a@b"),
        ("The bearer of authentication", "The bearer of authentication"),
    ],
)
def test_what_carries_a_secret_stays_and_the_secret_goes(said: str, shown: str) -> None:
    assert scrubbed(said) == shown


def test_a_secret_is_taken_out_by_its_value_as_long_as_it_lives() -> None:
    held = [Secret("correct horse battery"), Secret("correct horse battery"), Secret("short")]
    assert scrubbed("a correct horse battery, in short") == f"a {MASK}, in short"
    del held[1]
    gc.collect()
    assert scrubbed("a correct horse battery") == f"a {MASK}"
    held.clear()
    gc.collect()
    assert scrubbed("a correct horse battery") == "a correct horse battery"
    assert not any(each.reveal().startswith("correct") for each in living())


@pytest.mark.usefixtures("_logging")
def test_nothing_moves_a_cursor_or_makes_a_line_that_looks_like_ours() -> None:
    said = logged(
        "text", "gone: %s", "\x1b[2J\r2026-01-01 ERROR\n2026-01-01T00:00:00Z ERROR agentops.engine: forged\u202e"
    )
    first, second = said.splitlines()
    assert "\\x1b[2J\\r" in first
    assert second.startswith("    2026")
    assert "\\u202e" in second


@pytest.mark.usefixtures("_logging")
def test_a_line_of_json_tells_the_request_what_it_is_about_and_what_broke() -> None:
    mark = request_id.set("req_01abc")
    secret = Secret("the-key-of-the-house")
    try:
        said = logged("json", "a tool broke: session=%s tool=%s", "sesn_01x", "bash", error=ValueError(secret.reveal()))
    finally:
        request_id.reset(mark)
    (line,) = said.splitlines()
    found = json.loads(line)
    assert found.pop("at").endswith("Z")
    assert found.pop("error").endswith(f"ValueError: {MASK}")
    assert found == {
        "level": "warning",
        "logger": "agentops.engine",
        "message": "a tool broke: session=sesn_01x tool=bash",
        "request_id": "req_01abc",
        "session": "sesn_01x",
        "tool": "bash",
    }


@pytest.mark.usefixtures("_logging")
def test_a_line_that_cannot_be_written_is_not_shown_by_another_way(capsys: pytest.CaptureFixture[str]) -> None:
    said = logged("text", "count=%d", "the-key-of-the-house")
    assert said.startswith("a line of agentops.engine at ")
    assert "house" not in said + capsys.readouterr().err


@pytest.mark.usefixtures("_logging")
def test_a_long_line_is_cut_after_its_secrets_are_out() -> None:
    secret = Secret("s" * 40)
    said = logged("json", "x" * (64 * 1024 - 10) + secret.reveal())
    assert "ssss" not in said
    assert len(said) < 66 * 1024
