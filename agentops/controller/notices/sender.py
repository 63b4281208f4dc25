"""Telling: each receiver has a queue of its own, so that none that hangs keeps the controller or another waiting."""

import asyncio
import logging
from base64 import b64decode
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

from agentops.base.canonical import digest
from agentops.base.clock import Clock, timestamp
from agentops.base.errors import UsageError
from agentops.base.secrets import Secret
from agentops.controller.notices import payloads
from agentops.controller.notices.ledger import Allowance, dropped, ruled
from agentops.controller.notices.notice import Kind, Notice
from agentops.engine.deliveries import signing
from agentops.engine.outbound import Answer, Unreachable

_log = logging.getLogger("agentops.controller")

_QUEUE: Final = 100
"""How many notices wait for one receiver; what comes beyond is counted, and told as a number."""

_TRIES: Final = 3
_PAUSE_S: Final = 2.0
"""Before the second try; five times as long before the third."""

_JSON: Final = {"content-type": "application/json", "user-agent": "agentops"}

Sleep = Callable[[float], Awaitable[None]]


class Outward(Protocol):
    """What posts: `engine.outbound.Outbound`, which judges every address."""

    async def post(self, url: str, headers: Mapping[str, str], content: bytes, *, wants_body: bool = True) -> Answer:
        """Return the answer."""
        ...


@dataclass(frozen=True, slots=True)
class Channel:
    """One receiver."""

    name: str
    url: Secret
    """As good as a password where it is a chat's: shown nowhere."""

    format: Literal["generic", "slack"] = "generic"
    events: frozenset[Kind] | None = None
    """What it is told of; everything when None."""

    per_hour: int = 60
    secret: Secret | None = None
    """What generic messages are signed with: `whsec_` and base64, as Standard Webhooks has it."""

    @property
    def shown(self) -> str:
        """Return its name and host: the rest of an address may be its secret."""
        return f"{self.name} ({urlsplit(self.url.reveal()).hostname or 'no host'})"


@dataclass(frozen=True, slots=True)
class Means:
    """What a sender works with."""

    outward: Outward
    clock: Clock
    sleep: Sleep
    luck: Random


class Sender:
    """Tells receivers, and never makes its caller wait or fail."""

    def __init__(self, channels: Sequence[Channel], means: Means) -> None:
        """Take the receivers; nothing runs before `open`.

        Raises:
            UsageError: a signing secret is none.
        """
        for each in channels:
            _check(each)
        self._lines = {each.name: _Line(each, means) for each in channels}
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Begin to tell."""
        self._tasks = [asyncio.create_task(each.run(), name=f"notices-{name}") for name, each in self._lines.items()]

    async def send(self, notice: Notice, names: Collection[str] | None = None) -> None:
        """Put a notice into the queues of the named receivers, or of all; it is told later, or counted."""
        for name, line in self._lines.items():
            if names is None or name in names:
                line.take(notice)

    async def drained(self) -> None:
        """Return once everything that was sent so far is told or given up."""
        await asyncio.gather(*(each.queue.join() for each in self._lines.values()))

    async def close(self, *, within_s: float = 5.0) -> None:
        """Stop, after a while for what still waits."""
        try:
            async with asyncio.timeout(within_s):
                await self.drained()
        except TimeoutError:
            waiting = sum(each.queue.qsize() for each in self._lines.values())
            if waiting:
                _log.warning("notices: %d were not told before the end", waiting)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class _Line:
    """The way to one receiver."""

    def __init__(self, channel: Channel, means: Means) -> None:
        self.queue: asyncio.Queue[Notice] = asyncio.Queue(_QUEUE)
        self._channel = channel
        self._means = means
        self._allowance = Allowance()
        self._failed = False

    def take(self, notice: Notice) -> None:
        if self._channel.events is not None and notice.kind not in self._channel.events:
            return
        try:
            self.queue.put_nowait(notice)
        except asyncio.QueueFull:
            self._allowance = dropped(self._allowance)

    async def run(self) -> None:
        while True:
            notice = await self.queue.get()
            try:
                await self._told(notice)
            except Exception:  # noqa: BLE001 - whatever is wrong with one notice, the next one is told
                # Without the traceback's words: an error may repeat the address.
                _log.error("notices: %s could not be told, for a reason of our own", self._channel.shown)
            finally:
                self.queue.task_done()

    async def _told(self, notice: Notice) -> None:
        self._allowance, ruling = ruled(self._allowance, self._means.clock.now(), self._channel.per_hour)
        if ruling.is_sent:
            written = payloads.slack if self._channel.format == "slack" else payloads.generic
            await self._tried(_message_id(notice), written(notice, ruling))

    async def _tried(self, message_id: str, body: bytes) -> None:
        """Try three times; a receiver that says no is not asked again."""
        for attempt in range(_TRIES):
            if attempt:
                await self._means.sleep(_PAUSE_S * 5 ** (attempt - 1) * self._means.luck.uniform(0.5, 1.5))
            said = await self._posted(message_id, body)
            if said == "":
                self._failed = False
                return
            if said.startswith("refused"):
                break
        # Once: a receiver that is down is down for every notice.
        if not self._failed:
            _log.warning("notices: %s was not told: %s", self._channel.shown, said)
        self._failed = True

    async def _posted(self, message_id: str, body: bytes) -> str:
        """Return nothing when it was taken, or why it was not."""
        try:
            answer = await self._means.outward.post(
                self._channel.url.reveal(), self._headers(message_id, body), body, wants_body=False
            )
        except Unreachable as error:
            return f"it cannot be reached ({error})"  # the words are Outbound's own, and hold no address
        if 200 <= answer.status < 300:
            return ""
        is_passing = answer.status >= 500 or answer.status in {408, 429}
        return f"{'it answers' if is_passing else 'refused with'} {answer.status}"

    def _headers(self, message_id: str, body: bytes) -> Mapping[str, str]:
        secret = self._channel.secret
        if secret is None or self._channel.format == "slack":
            return _JSON
        return {**_JSON, **signing.headers(secret, message_id, self._means.clock.now(), body.decode())}


def _check(channel: Channel) -> None:
    """Refuse a secret that cannot sign, while somebody is there to read of it."""
    if channel.secret is not None and not _key(channel.secret):
        hint = "it is `whsec_` and base64, as Standard Webhooks has it"
        raise UsageError(f"the secret of the receiver {channel.name} cannot sign", hint=hint)


def _key(secret: Secret) -> bytes:
    try:
        return b64decode(secret.reveal().removeprefix("whsec_"), validate=True)
    except ValueError:
        return b""


def _message_id(notice: Notice) -> str:
    """Return what is the same for every try and every restart: a receiver can tell that it has it."""
    return f"notice_{digest([notice.repository, notice.kind, notice.key, timestamp(notice.at)])[:24]}"
