"""Every setting of the server, with its default and the reason for it."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path

from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.engine.core.dreams import Bounds
from agentops.engine.core.model_table import MODELS, Model
from agentops.engine.core.retention import Retention
from agentops.engine.sealing import VaultKey
from agentops.wire.files import LARGEST_FILE_BYTES

KEY_LENGTH_MIN = 16
"""A configured key is hashed once, not stretched: it has to be too long to guess. Units: characters."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is told before it starts; nothing is read from the environment behind its back."""

    database: str
    """`sqlite:///PATH` or `postgresql://…`."""

    data: Path
    """The folder of what is not in the database: the generated keys, and the bytes of files and skills.

    Servers that share a Postgres database share the `blobs` folder in it too, on a shared file system.
    """

    host: str = "127.0.0.1"
    """Where to listen. Loopback, so that a first start exposes nothing."""

    port: int = 8700
    """Where to listen; 0 lets the system choose."""

    api_key: Secret | None = None
    """The first API key, and the only one: what was first before is void. Servers that share a database share it.

    None: `serve` generates one and keeps it in `data`.
    """

    workspace: str = "wrkspc_default"
    """The workspace of the first API key, and of in-process use."""

    organization: str = "org_self_hosted"
    """What `anthropic-organization-id` says on every answer."""

    vault_key: Secret | None = None
    """What seals the secrets in the database: 32 bytes in base64. Servers that share a database share it.

    None: the first secret makes one, kept in `data`.
    """

    vault_key_old: Secret | None = None
    """What sealed them before `vault_key`, while `agentops vault-key rotate` is still to be run: both open them."""

    allow_loopback: bool = False
    """Whether credentials may be validated against servers on this machine, and webhooks delivered to them; for tests.

    Over plain HTTP too.
    """

    private_webhooks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Private networks that webhooks may be delivered to. None, or a webhook would be a way to look around in there.

    Plain HTTP is spoken to this machine only, if it is among them.
    """

    webhook_ca: Path | None = None
    """Certificates, in PEM, of authorities that receivers of webhooks may have theirs from, beside the public ones."""

    models: tuple[Model, ...] = MODELS
    """What `/v1/models` tells of, newest first."""

    body_limit: int = field(default=32 * 1024 * 1024)
    """Units: bytes. Source: 32 MB, platform.claude.com/docs/en/api/errors."""

    file_limit: int = LARGEST_FILE_BYTES
    """How long an uploaded file may be. Units: bytes."""

    dreams: Bounds = field(default_factory=Bounds)
    """How many dreams run at once, and how much each may take."""

    retention: Retention = field(default_factory=Retention)
    """How long what is over is kept; for good, unless somebody says otherwise."""

    has_duties: bool = True
    """Whether it does what nobody asks for: runs what is scheduled. The engine inside a command is gone in a moment,
    and `plan` changes nothing."""

    def __post_init__(self) -> None:
        """Refuse what could only fail later or be unsafe.

        Raises:
            UsageError: a key cannot be used, or anybody could reach a server whose key nobody chose.
        """
        key = self.api_key.reveal() if self.api_key else ""
        if self.api_key and (len(key) < KEY_LENGTH_MIN or not key.isascii() or any(each.isspace() for each in key)):
            raise UsageError(
                "The configured API key cannot be used.",
                hint=f"Set AGENTOPS_API_KEY to at least {KEY_LENGTH_MIN} ASCII characters without spaces.",
            )
        for name, vault_key in (("", self.vault_key), ("_OLD", self.vault_key_old)):
            if vault_key and VaultKey.of(vault_key.reveal()) is None:
                raise UsageError(
                    f"The vault key in AGENTOPS_VAULT_KEY{name} cannot be used.",
                    hint="A vault key is 32 random bytes in base64: openssl rand -base64 32.",
                )
        if not self.api_key and not is_loopback(self.host):
            raise UsageError(
                f"{self.host} can be reached from other machines, and no API key is configured.",
                hint="Set AGENTOPS_API_KEY, or listen on 127.0.0.1.",
            )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach the host; a name other than localhost counts as reachable."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
