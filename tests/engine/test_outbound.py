"""The way out: which addresses are refused, in whatever spelling."""

import pytest

from agentops.engine.outbound import Outbound, Unreachable, is_public

PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "::169.254.169.254",
    "::ffff:0:169.254.169.254",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2001::1",
    "name",
]
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_internet_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_not(address: str) -> None:
    assert is_public(address)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:1/", "https://localhost:1/", "https://2130706433/", "https://0x7f.1/", "https://[::1]:1/",
        "https://[::ffff:127.0.0.1]:1/", "https://0/", "http://1.1.1.1/", "ftp://1.1.1.1/", "https:///x", "https://\0/",
    ],
)  # fmt: skip
async def test_no_spelling_of_this_machine_and_no_plain_http_is_dialled(url: str) -> None:
    with pytest.raises(Unreachable):
        await Outbound().post(url, {}, b"")


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["http://10.0.0.1/", "https://169.254.169.254/", "http://1.1.1.1/"])
async def test_this_machine_allowed_is_nothing_else_allowed(url: str) -> None:
    with pytest.raises(Unreachable):
        await Outbound(allow_loopback=True).post(url, {}, b"")
