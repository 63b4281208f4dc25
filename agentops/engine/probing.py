"""A credential tried out: the MCP server is asked, and on a 401 the token endpoint."""

from collections.abc import Awaitable, Callable

from agentops.base.clock import Clock
from agentops.base.secrets import Secret
from agentops.engine.core import probes
from agentops.engine.core.probes import Candidate, Captured, Exchange, Failure, Finding, Tokens
from agentops.engine.outbound import Answer, Outbound, Unreachable

Keep = Callable[[Tokens], Awaitable[None]]
"""Stores tokens; it is called before they are tried: a token endpoint may have voided the old ones."""


async def tried(
    outbound: Outbound, clock: Clock, candidate: Candidate, keep: Keep
) -> tuple[Finding, tuple[Secret, ...]]:
    """Return what was found out, and every secret that could show in it."""
    known = candidate.known
    failure = await _probed(outbound, candidate)
    if failure is None or failure.answer is None or failure.answer.status_code != 401:
        return Finding(failure, None), known
    if not candidate.can_refresh:
        return Finding(failure, Exchange("no_refresh_token")), known
    exchange, tokens = await exchanged(outbound, clock, candidate)
    if tokens is None:
        return Finding(failure, exchange), known
    await keep(tokens)
    fresh = candidate.with_tokens(tokens)
    return Finding(await _probed(outbound, fresh), exchange), (*known, *fresh.known)


async def _probed(outbound: Outbound, candidate: Candidate) -> Failure | None:
    """Return the step at which the MCP server refuses the token, or None when it lets it through."""
    headers = {
        "authorization": f"Bearer {candidate.secrets['access_token'].reveal()}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
    }
    # The second request only tells the server that the first was understood; what it answers says nothing.
    for method in (probes.INITIALIZE, "notifications/initialized", probes.LIST_TOOLS):
        try:
            answer = await outbound.post(
                candidate.auth["mcp_server_url"], headers, probes.rpc(method), wants_body=False
            )
        except Unreachable:
            return Failure(method, None)
        if not 200 <= answer.status < 300 and not method.startswith("notifications/"):
            return Failure(method, _captured(answer))
        if method == probes.INITIALIZE:
            headers |= {"mcp-protocol-version": probes.PROTOCOL}
            headers |= {"mcp-session-id": answer.session} if answer.session else {}
    return None


async def exchanged(outbound: Outbound, clock: Clock, candidate: Candidate) -> tuple[Exchange, Tokens | None]:
    """Return what became of the refresh token, and what the token endpoint gave for it."""
    headers, form = probes.token_request(candidate.auth["refresh"], candidate.secrets)
    try:
        answer = _captured(await outbound.post(candidate.auth["refresh"]["token_endpoint"], headers, form))
    except Unreachable:
        return Exchange("connect_error"), None
    tokens = probes.tokens_in(answer, clock.now())
    return (Exchange("failed", answer), None) if tokens is None else (Exchange("succeeded"), tokens)


def _captured(answer: Answer) -> Captured:
    return Captured(answer.status, answer.content_type, answer.body, answer.is_cut)
