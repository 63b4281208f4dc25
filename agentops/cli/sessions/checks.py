"""What `agentops doctor` says of this machine as a place for sessions: the sandbox, and the model."""

import asyncio
from collections.abc import Iterator
from typing import Any

from agentops.base.errors import AgentopsError
from agentops.cli.models import endpoints

_NO_MODEL = "none is configured: set ANTHROPIC_API_KEY, or AGENTOPS_MODEL_BASE_URL of a server with the Messages API"


def checks(*, is_embedded: bool, wants_sandbox: bool) -> Iterator[dict[str, Any]]:
    """Yield what was found; nothing where sessions run elsewhere and nobody asks."""
    if is_embedded or wants_sandbox:
        yield from _sandbox()
        yield _model(is_embedded=is_embedded)


def _sandbox() -> Iterator[dict[str, Any]]:
    """Build one and say what it holds: the first line as a check, and one for each wall that is missing."""
    from agentops.engine.sandbox.bubblewrap import Bubblewrap
    from agentops.engine.sandbox.report import report

    found = asyncio.run(Bubblewrap().isolation())
    first, *features = (each.strip() for each in report(found))
    fact = first.removeprefix("sandbox: ")
    if found.problem:
        fact = f"{fact}, so agents cannot use them: {found.problem} Or give --unsafe-local-tools where it is offered."
    state = "warning" if found.problem else "ok"
    held = {"features": dict(found.features), "kind": found.kind}
    yield {"name": "sandbox", "state": state, "fact": fact, **held}
    for each in features:
        if each.startswith("-"):
            yield {"name": "sandbox", "state": "absent", "fact": each.removeprefix("- ")}


def _model(*, is_embedded: bool) -> dict[str, Any]:
    """Say which server is asked for models; nothing is sent to it."""
    try:
        default = endpoints(is_embedded=is_embedded).default
    except AgentopsError as error:
        return {"name": "model", "state": "failed", "fact": f"{error.message} {error.hint}".strip()}
    if default is None:
        return {"name": "model", "state": "absent", "fact": _NO_MODEL}
    name = default.models.get("*")
    return {"name": "model", "state": "ok", "fact": f"{default.origin}{f', always {name}' if name else ''}"}
