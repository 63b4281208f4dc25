"""The only assembly of a controller: a configuration, a database, receivers; alone or inside a server."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from random import SystemRandom
from secrets import token_hex

from agentops.base.clock import Clock, timestamp
from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.controller.config import Channel as Receiver
from agentops.controller.config import Config
from agentops.controller.controller import Controller
from agentops.controller.ground import Door, Ground
from agentops.controller.notices.notice import Kind
from agentops.controller.notices.sender import Channel, Means, Sender
from agentops.controller.reading import Secrets, read_config
from agentops.controller.register import Register
from agentops.engine.outbound import Outbound
from agentops.engine.store.choice import database

FOLDER = "controller"
"""Where clones and checkouts are, in the data folder."""

_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""The operator names the receivers, and many a chat is at home on a private network. Source: RFC 1918, RFC 4193."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a controller is started with."""

    config: Config
    secrets: Secrets
    database: str
    """The URL: controllers of one database are one controller, of which one acts."""

    data: Path

    @classmethod
    def read(cls, file: Path, environment: Mapping[str, str], database: str, data: Path) -> "Setting":
        """Read the operator's file.

        Raises:
            UsageError: there is no such file.
            WrongSettings: it has problems.
        """
        return cls(read_config(file), Secrets(environment, file.absolute().parent), database, data.absolute() / FOLDER)


@asynccontextmanager
async def opened(setting: Setting, clock: Clock, own: Door | None = None) -> AsyncIterator[Controller]:
    """Open the database and what tells people, and hand out the controller, which does nothing yet.

    Raises:
        UsageError: a repository names no target, or the address of a receiver is not where the file says.
        StorageError: the database cannot be used.
    """
    _check_targets(setting.config, own)
    channels = [_channel(name, each, setting.secrets) for name, each in setting.config.notify.items()]
    sender = Sender(
        channels, Means(Outbound(allow_loopback=True, private=_PRIVATE), clock, asyncio.sleep, SystemRandom())
    )
    store = database(setting.database)
    await store.open(timestamp(clock.now()))
    try:
        await sender.open()
        try:
            register = Register(store, clock, _name(), setting.config.lease)
            yield Controller(setting.config, Ground(register, setting.secrets, setting.data, own, sender.send))
        finally:
            await sender.close()
    finally:
        await store.close()


def _check_targets(config: Config, own: Door | None) -> None:
    for each in config.repositories:
        if each.target is None and own is None:
            hint = "add `target: {url: …, api_key: {env: NAME}}`; only inside `agentops serve` it is that server"
            raise UsageError(f"the repository {each.name} names no target", hint=hint)


def _channel(name: str, receiver: Receiver, secrets: Secrets) -> Channel:
    url = Secret(receiver.url) if isinstance(receiver.url, str) else secrets.get(receiver.url)
    events = None if receiver.events is None else frozenset(map(Kind, receiver.events))
    secret = secrets.get(receiver.secret) if receiver.secret else None
    return Channel(name, url, receiver.format, events, receiver.per_hour, secret)


def _name() -> str:
    """Return how this controller is called: where it runs, and what no other one has."""
    return f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
