"""The first words of TLS, as a real client says them, cut into pieces, and bent."""

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.sandbox.egress.hello import HELLO_MAX, NotTls, server_name


def said(name: str | None) -> bytes:
    """Return what OpenSSL sends first."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


HELLO = said("api.test")


def records(data: bytes, size: int) -> bytes:
    """Return the same words in records of another size."""
    body = data[5:]
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(data[:3] + len(each).to_bytes(2) + each for each in parts)


def test_the_name_is_found() -> None:
    assert server_name(HELLO) == "api.test"
    assert server_name(said(None)) == ""


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_name_is_found_however_the_words_are_cut(size: int) -> None:
    assert server_name(records(HELLO, size)) == "api.test"


def test_an_unfinished_hello_is_waited_for() -> None:
    assert all(server_name(HELLO[:end]) is None for end in range(0, len(HELLO), 7))


def test_but_not_for_ever() -> None:
    with pytest.raises(NotTls):
        server_name(b"\x16\x03\x01\xff\xff\x01\xff\xff\xff" + b"x" * HELLO_MAX)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"SSH-2.0-x\r\n",
        b"\x80\x2e\x01\x03\x01",
        b"\x17\x03\x03\x00\x01x",
        b"\x16\x03\x01\x00\x04\x02\0\0\0",
    ],
)
def test_what_is_not_tls_is_told_at_once(data: bytes) -> None:
    with pytest.raises(NotTls):
        server_name(data)


@given(st.binary(max_size=600), st.integers(0, len(HELLO)), st.integers(0, len(HELLO)))
def test_whatever_comes_gives_a_name_or_none(noise: bytes, start: int, end: int) -> None:
    for data in (noise, HELLO[:start] + noise + HELLO[end:]):
        try:
            name = server_name(data)
        except NotTls:
            continue
        assert name is None or isinstance(name, str)
