"""Where webhooks may go: the internet over TLS, and of private networks those that somebody named."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agentops.base.errors import StorageError
from agentops.engine.core.deliveries import NOT_PUBLIC
from agentops.engine.outbound import NotPublic, Outbound, Unreachable, trusting
from tests.engine.test_outbound import PRIVATE

from .conftest import LOOPBACK, Post
from .receiver import Receiver, receiving

pytestmark = pytest.mark.anyio

SPELLINGS = [
    "https://127.0.0.1:1/", "https://localhost:1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/",
    "https://127.1/", "https://[::1]:1/", "https://[::ffff:127.0.0.1]:1/", "https://[::ffff:7f00:1]/", "https://0/",
    "https://[::]/", "https://169.254.169.254/latest", "https://[fd00:ec2::254]/", "https://100.100.100.200/",
    "https://168.63.129.16/", "https://10.0.0.1/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/",
]  # fmt: skip


async def test_every_spelling_of_a_private_address_is_refused_before_anything_is_sent() -> None:
    posting = Outbound().posting()
    for url in (*SPELLINGS, "http://1.1.1.1/", "http://127.0.0.1/"):
        with pytest.raises((Unreachable, ValueError)):
            await posting.post(url, {}, b"")


async def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    private = [each for each in PRIVATE if each != "name"]

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["1.1.1.1", private[0]]

    posting = Outbound(resolve=resolve).posting()
    while private:
        with pytest.raises(NotPublic):
            await posting.post("https://hooks.example/", {}, b"")
        private.pop(0)


async def test_a_name_that_turns_private_disables_its_endpoint(post: Post) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["10.0.0.1"]

    endpoint = await post.endpoint("https://hooks.example/")
    await post.put(endpoint)
    async with post.courier(outbound=Outbound(resolve=resolve)) as round_:
        await round_.to_the_end()
    assert (await post.shown(endpoint))["disabled_reason"] == NOT_PUBLIC


async def test_a_network_that_is_named_is_allowed_over_tls_alone_and_its_neighbours_are_not() -> None:
    outbound = Outbound(private=(ip_network("10.1.0.0/16"), ip_network("fd12::/16"), ip_network("0.0.0.0/0")))
    inside = Outbound(private=(ip_network("fd00::/8"),))
    narrow = Outbound(private=(ip_network("10.1.0.0/16"),))
    assert await outbound._judged("10.1.2.3", 443, "https") == "10.1.2.3"
    assert await outbound._judged("fd12::1", 443, "https") == "fd12::1"
    assert await narrow._judged("::ffff:10.1.2.3", 443, "https")
    refused = [(narrow, "10.2.0.1", "https"), (narrow, "10.1.2.3", "http"), (narrow, "127.0.0.1", "http")]
    for judge, host, scheme in (
        *refused,
        (outbound, "169.254.169.254", "https"),
        (inside, "fd00:ec2::254%1", "https"),
        (outbound, "1.1.1.1", "http"),
    ):
        with pytest.raises(NotPublic):
            await judge._judged(host, 443, scheme)


def certified(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return how a server that is called hooks.example speaks TLS, and how a client does who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("hooks.example"), x509.IPAddress(ip_address("10.9.9.9"))])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=str(folder / "certificate.pem"))


async def test_tls_is_verified_for_the_name_though_the_judged_address_is_dialled(post: Post, tmp_path: Path) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    server, client = certified(tmp_path)
    async with receiving(server) as receiver:
        right = await post.endpoint(receiver.url("/ok", "hooks.example", "https"))
        wrong = await post.endpoint(receiver.url("/ok", "other.example", "https"))
        for _ in range(2):
            await post.put(right)
            await post.put(wrong)
        outbound = Outbound(private=LOOPBACK, resolve=resolve, tls=client)
        async with post.courier(outbound=outbound, patience_s=30.0) as round_:
            await round_.to_the_end()
    assert await post.ends(right) == [("delivered", [""])] * 2
    mismatch = "TLS failed: Hostname mismatch, certificate is not valid for 'other.example'."
    assert await post.ends(wrong) == [("failed", [mismatch] * 3)] * 2
    assert _hosts(receiver) == {f"hooks.example:{receiver.port}"}


async def test_an_authority_of_ones_own_is_trusted_beside_the_public_ones(tmp_path: Path) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    server, _ = certified(tmp_path)
    inside = trusting(tmp_path / "certificate.pem")
    async with receiving(server) as receiver:
        url = receiver.url("/204", "hooks.example", "https")
        trusted, careful = [Outbound(private=LOOPBACK, resolve=resolve, tls=each).posting() for each in (inside, None)]
        assert await trusted.post(url, {}, b"") == 204
        with pytest.raises(ssl.SSLError):
            await careful.post(url, {}, b"")
        trusted.close()
        careful.close()
    assert len(inside.get_ca_certs()) > 100
    for each in (tmp_path / "key.pem", tmp_path):
        with pytest.raises(StorageError, match="cannot be read as certificates"):
            trusting(each)


def _hosts(receiver: Receiver) -> set[str]:
    return {each.headers["host"] for each in receiver.requests}


async def test_a_name_is_asked_for_once_at_a_time_and_anew_afterwards() -> None:
    asked: asyncio.Queue[str] = asyncio.Queue()
    answered = asyncio.Event()

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.put_nowait(host)
        await answered.wait()
        return ["1.1.1.1"]

    outbound = Outbound(resolve=resolve)
    impatient = asyncio.ensure_future(outbound._judged("hooks.example", 443, "https"))
    assert await asked.get() == "hooks.example"
    impatient.cancel()
    names = ("hooks.example", "hooks.example", "other.example")
    others = [asyncio.ensure_future(outbound._judged(each, 443, "https")) for each in names]
    assert await asked.get() == "other.example"
    answered.set()
    assert await asyncio.gather(*others) == ["1.1.1.1"] * 3
    assert asked.empty(), "who asked first gave up, and was followed by others"
    await outbound._judged("hooks.example", 443, "https")
    assert await asked.get() == "hooks.example"
