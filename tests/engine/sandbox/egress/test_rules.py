"""Which hosts a sandbox may name, in whatever spelling."""

import pytest

from agentops.engine.sandbox.egress.dialing import PublicDialer
from agentops.engine.sandbox.egress.rules import Refused, is_allowed, spelled
from agentops.engine.sandbox.port import Egress

LIMITED = Egress("limited", ("api.test", "*.files.test", "1.2.3.4"))

ONE_SPELLING = {
    "api.test": "api.test",
    "API.Test": "api.test",
    "api.test.": "api.test",
    "xn--bcher-kva.test": "xn--bcher-kva.test",
    "1.2.3.4": "1.2.3.4",
    "[2606:4700::1]": "2606:4700::1",
    "a_b.test": "a_b.test",
    "localhost": "localhost",
}
NONE = [
    "",
    ".",
    "..",
    "api..test",
    ".api.test",
    "api.test..",
    "*.test",
    "-a.test",
    "a-.test",
    "a" * 64 + ".test",
    "a." * 127 + "test",
    "evil.test\0.api.test",
    "api.test\r\nHost: evil.test",
    "api.test\t",
    " api.test",
    "api test",
    "api.test\x7f",
    "api.test\x1b[0m",
    "bücher.test",
    "api.test\u3002",
    "api%2etest",
    "user@api.test",
    "api.test@evil.test",
    "api.test/x",
    "api.test:443",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "127.1",
    "0177.0.0.1",
    "127.0.0.01",
    "1.2.3.4.5",
    "1.2.3",
    "0x",
    "1.0x1",
    "[::1",
    "::1]",
    "[::1%eth0]",
    "[fe80::1%25lo]",
    "[]",
    "[api.test]",
    "[::FFFF:127.0.0.1x]",
    "[0:0:0:0:0:0:0:1]",
]
PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "::1",
    "::ffff:10.0.0.1",
    "fd00:ec2::254",
    "64:ff9b::a00:1",
]


@pytest.mark.parametrize(("text", "expected"), ONE_SPELLING.items())
def test_a_host_has_one_spelling(text: str, expected: str) -> None:
    assert spelled(text) == expected


@pytest.mark.parametrize("text", NONE)
def test_what_two_programs_could_read_differently_is_no_host(text: str) -> None:
    with pytest.raises(Refused):
        spelled(text)


@pytest.mark.parametrize("host", ["api.test", "a.files.test", "a.b.files.test", "1.2.3.4"])
def test_named_hosts_are_allowed(host: str) -> None:
    assert is_allowed(LIMITED, host)


@pytest.mark.parametrize(
    "host",
    ["test", "x.api.test", "notapi.test", "api.test.evil", "files.test", "evilfiles.test", "1.2.3.40", "evil.test"],
)
def test_hosts_that_look_like_them_are_not(host: str) -> None:
    assert not is_allowed(LIMITED, host)


def test_without_a_network_nothing_is_allowed_and_without_limits_everything() -> None:
    assert not is_allowed(Egress("none", ("api.test",)), "api.test")
    assert is_allowed(Egress("unrestricted"), "evil.test")


@pytest.mark.anyio
@pytest.mark.parametrize("addresses", [[each] for each in PRIVATE] + [["93.184.216.34", "127.0.0.1"], []])
async def test_a_name_that_leads_to_this_network_is_not_dialled(addresses: list[str]) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return addresses

    with pytest.raises(Refused):
        await PublicDialer(resolve).judged("rebinding.test", 443)


@pytest.mark.anyio
async def test_a_name_is_resolved_once_and_what_was_judged_is_dialled() -> None:
    """A second look could give another address: there is none."""
    asked = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    assert await PublicDialer(resolve).judged("rebinding.test", 443) == ["93.184.216.34"]
    assert asked == ["rebinding.test"]


@pytest.mark.anyio
async def test_a_name_that_leads_nowhere_is_refused_in_words() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError

    with pytest.raises(Refused, match="leads nowhere"):
        await PublicDialer(resolve).judged("gone.test", 443)
