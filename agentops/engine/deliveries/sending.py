"""One attempt: a parcel goes out, and what came of it is put in a few words."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from datetime import datetime

from agentops.base.clock import timestamp
from agentops.engine.core.deliveries import Attempt, Outcome, outcome
from agentops.engine.deliveries import signing
from agentops.engine.line import NoAnswer
from agentops.engine.operations.delivering import Parcel
from agentops.engine.outbound import NotPublic, Unreachable
from agentops.engine.posting import Posting

_SHOWN_MAX = 200


async def attempt(parcel: Parcel, posting: Posting, at: datetime, patience_s: float) -> Attempt:
    """Send a parcel, signed as of this moment, and return what came of it; whatever goes wrong is an attempt too."""
    headers = {
        **signing.headers(parcel.secret, parcel.id, at, parcel.body),
        "content-type": "application/json",
        "user-agent": "agentops-webhooks/1",
    }
    loop = asyncio.get_running_loop()
    began = loop.time()

    def ended(status: int | None, problem: str, how: Outcome) -> Attempt:
        return Attempt(timestamp(at), int((loop.time() - began) * 1000), status, problem, how)

    try:
        async with asyncio.timeout(patience_s):
            status = await posting.post(parcel.url, headers, parcel.body.encode())
    except NotPublic:
        return ended(None, "the URL leads to an address that is not public", Outcome.NOT_PUBLIC)
    except TimeoutError:
        return ended(None, f"no answer within {patience_s:g} s", Outcome.FAILED)
    # A foreign server can make any part of a client fail; whatever it is, it is that server's attempt that failed.
    except Exception as error:  # noqa: BLE001 - see above
        return ended(None, _said(error), Outcome.FAILED)
    how = outcome(status)
    return ended(status, "" if how is Outcome.DELIVERED else f"answered {status}", how)


def _said(error: Exception) -> str:
    """Return what is wrong without the texts of libraries, which may show headers; those of TLS are fixed ones."""
    for each in _causes(error):
        # The HTTP library's own error is of this kind too, and says nothing of why.
        detail = getattr(each, "verify_message", "") or getattr(each, "reason", "")
        if isinstance(each, ssl.SSLError) and detail:
            return f"TLS failed: {detail}"[:_SHOWN_MAX]
        if isinstance(each, socket.gaierror | UnicodeError):
            return "the name of the host leads nowhere"
        if isinstance(each, ConnectionRefusedError):
            return "the connection was refused"
        if isinstance(each, Unreachable | NoAnswer):
            return str(each)[:_SHOWN_MAX]
    return f"the connection failed ({type(error).__name__})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
