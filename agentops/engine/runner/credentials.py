"""What a session sends to MCP servers: looked up at every request, so that whatever changes in a vault counts at once.

Source: documented, managed-agents page vaults.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakValueDictionary

from agentops.base.carrying import carried_through
from agentops.base.clock import timestamp
from agentops.base.secrets import Secret
from agentops.engine import probing
from agentops.engine.mounting.desk import Desk
from agentops.engine.operations import credentials
from agentops.engine.operations.credentials import Held
from agentops.engine.outbound import Outbound

_AHEAD = timedelta(seconds=30)
"""How long before its end a token is renewed: it has to last for the request too."""


_REFUSED_MAX = 1_000
"""Credentials of which is remembered what was told; one that drops out is told of once more."""


class Renewals:
    """One renewal of a credential at a time: a refresh token is often good once."""

    def __init__(self, outbound: Outbound) -> None:
        """Begin with none; token endpoints are asked this way."""
        self.outbound = outbound
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._refused: OrderedDict[str, Secret] = OrderedDict()

    def lock(self, credential_id: str) -> asyncio.Lock:
        """Return what whoever renews the credential holds."""
        return self._locks.setdefault(credential_id, asyncio.Lock())

    def is_first_refusal(self, held: Held) -> bool:
        """Tell whether nobody was told yet that the refresh token is refused: every request finds out anew."""
        token = held.candidate.secrets["refresh_token"]
        if self._refused.get(held.credential_id) == token:
            return False
        self._refused[held.credential_id] = token
        self._refused.move_to_end(held.credential_id)
        if len(self._refused) > _REFUSED_MAX:
            self._refused.popitem(last=False)
        return True


@dataclass(frozen=True, slots=True)
class SessionCredentials:
    """The vaults of one session, in their order."""

    desk: Desk
    vault_ids: Sequence[str]
    renewals: Renewals

    async def token(self, url: str) -> Secret | None:
        """Return what is sent to the server at a URL; None when no vault holds anything for it."""
        held = await self._held(url)
        if held is None:
            return None
        if self._is_ending(held) and (fresh := await self.renewed(url, _token(held))):
            return fresh
        return _token(held)

    async def renewed(self, url: str, refused: Secret) -> Secret | None:
        """Return what takes the place of a credential that the server refused; None when nothing does."""
        held = await self._held(url)
        if held is None:
            return None
        async with self.renewals.lock(held.credential_id):
            if (other := await self._other(url, refused)) is not None:
                return other
            if not held.candidate.can_refresh:
                return None
            # With the exchange the old token may be void: what came for it is kept, whoever stops waiting for it.
            return await carried_through(self._exchanged(url, held, refused))

    async def _exchanged(self, url: str, held: Held, refused: Secret) -> Secret | None:
        clock = self.desk.backing.clock
        exchange, tokens = await probing.exchanged(self.renewals.outbound, clock, held.candidate)
        if tokens is None:
            # Another server may have been faster with the same refresh token.
            other = await self._other(url, refused)
            if other is None and exchange.is_refused and self.renewals.is_first_refusal(held):
                await self.desk.write(credentials.refresh_failed, held.vault_id, held.credential_id, held.candidate)
            return other
        await self.desk.write(credentials.refreshed, held.vault_id, held.credential_id, held.candidate, tokens)
        return tokens.access_token

    async def _other(self, url: str, refused: Secret) -> Secret | None:
        held = await self._held(url)
        return _token(held) if held is not None and _token(held) != refused else None

    async def _held(self, url: str) -> Held | None:
        return await self.desk.read(credentials.held, self.vault_ids, url) if self.vault_ids else None

    def _is_ending(self, held: Held) -> bool:
        until = held.candidate.auth.get("expires_at")
        return until is not None and until <= timestamp(self.desk.backing.clock.now() + _AHEAD)


def _token(held: Held) -> Secret:
    secrets = held.candidate.secrets
    return secrets["access_token"] if held.candidate.auth["type"] == "mcp_oauth" else secrets["token"]
