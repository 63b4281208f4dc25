"""`/v1/vaults/{id}/credentials`. Source: SDK 2.11.0 `resources/beta/vaults/credentials.py`."""

from agentops.engine import probing
from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.core import probes
from agentops.engine.core.probes import Tokens
from agentops.engine.operations import credentials
from agentops.wire.lists import CredentialQuery
from agentops.wire.vaults import CredentialCreate, CredentialUpdate


async def create(exchange: Exchange) -> str:
    """Put a credential into a vault."""
    return await exchange.write(credentials.create, exchange.id("vault_id"), await exchange.body(CredentialCreate))


async def update(exchange: Exchange) -> str:
    """Update a credential; new secrets take the place of the old ones."""
    request = await exchange.body(CredentialUpdate)
    return await exchange.write(credentials.update, *_names(exchange), request)


async def retrieve(exchange: Exchange) -> str:
    """Return a credential, without its secrets."""
    return await exchange.glance(credentials.retrieve, *_names(exchange))


async def archive(exchange: Exchange) -> str:
    """Archive a credential and purge its secrets."""
    return await exchange.write(credentials.archive, *_names(exchange))


async def delete(exchange: Exchange) -> str:
    """Delete a credential."""
    return await exchange.write(credentials.delete, *_names(exchange))


async def page(exchange: Exchange) -> str:
    """List the credentials of a vault."""
    window = paging.window(exchange.query(CredentialQuery), exchange.list_name)
    return exchange.page(await exchange.glance(credentials.page, exchange.id("vault_id"), window))


async def validate(exchange: Exchange) -> str:
    """Try an OAuth credential out; between the transactions other servers are asked."""
    vault_id, credential_id = _names(exchange)
    candidate = await exchange.read(credentials.candidate, vault_id, credential_id)

    async def keep(tokens: Tokens) -> None:
        await exchange.write(credentials.refreshed, vault_id, credential_id, candidate, tokens)

    finding, known = await probing.tried(exchange.outbound, exchange.clock, candidate, keep)
    if finding.exchange is not None and finding.exchange.is_refused:
        await exchange.write(credentials.refresh_failed, vault_id, credential_id, candidate)
    names = {
        "vault_id": vault_id,
        "credential_id": credential_id,
        "has_refresh_token": candidate.can_refresh,
        "validated_at": exchange.at,
    }
    return probes.answered(finding, names, known)


def _names(exchange: Exchange) -> tuple[str, str]:
    return exchange.id("vault_id"), exchange.id("credential_id")
