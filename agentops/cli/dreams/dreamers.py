"""Who dreams: code alone, models of an endpoint, or the dreams of the target."""

import os
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from agentops.base.errors import UsageError
from agentops.cli.context import EMBEDDED, cache_folder
from agentops.cli.dreams.wish import HOSTED, LEXICAL, MESSAGES, Wish
from agentops.cli.memory.ground import Ground
from agentops.cli.models import endpoints

if TYPE_CHECKING:
    from agentops.dreaming.messages.port import Speaker
    from agentops.dreaming.port import Dreamer
    from agentops.targets.kept_answers import KeptOnDisk

_NO_ENDPOINT = (
    "set ANTHROPIC_API_KEY, or AGENTOPS_MODEL_BASE_URL (and AGENTOPS_MODEL_API_KEY) of any server that speaks the "
    "Messages API; or dream without a model: --engine lexical"
)


class Dreamers:
    """Makes the dreamer that a schedule asks for."""

    def __init__(self, ground: Ground) -> None:
        """Take the target and the repository."""
        self._ground = ground

    def check(self, wish: Wish) -> None:
        """Refuse what could only fail after everything was read.

        Raises:
            UsageError: the engine needs a model that is not named or reachable, or a server that goes on running.
        """
        if wish.engine == LEXICAL:
            return
        if not wish.model:
            raise UsageError(
                f"the engine `{wish.engine}` needs a model, and none is named", hint="name one: --model, or `model`"
            )
        if wish.engine == MESSAGES and endpoints(is_embedded=True).default is None:
            raise UsageError("no model is configured for dreams", hint=_NO_ENDPOINT)
        if wish.engine == HOSTED and self._ground.target.label == EMBEDDED:
            raise UsageError(
                "the engine inside this command ends with it, and dreams of its own go on",
                hint="dream here: --engine lexical or --engine messages; or against `agentops serve`",
            )

    async def of(self, wish: Wish, stack: AsyncExitStack) -> "Dreamer":
        """Return the dreamer of a wish that was checked; what it opens closes with the stack."""
        if wish.engine == MESSAGES:
            from agentops.dreaming.messages.dreamer import MessagesDreamer, Models

            return MessagesDreamer(await self._speaker(stack), Models.one(wish.model), _kept())
        if wish.engine == HOSTED:
            from agentops.dreaming.hosted.dreamer import HostedDreamer
            from agentops.targets.dreams import Order, TargetDreams

            live = await self._ground.live(wish.store)
            return HostedDreamer(TargetDreams(self._ground.target, Order(live.id, wish.model)))
        from agentops.dreaming.lexical import LexicalDreamer

        return LexicalDreamer()

    async def _speaker(self, stack: AsyncExitStack) -> "Speaker":
        from agentops.targets.dream_model import DreamModel, ModelServer

        found = endpoints(is_embedded=True).default
        assert found is not None
        server = ModelServer(found.base_url, found.api_key, found.auth_token, found.models)
        return await stack.enter_async_context(DreamModel(server))


def _kept() -> "KeptOnDisk | None":
    """Return where paid answers are kept; None for a user without a home, whose dreams pay again after a crash."""
    from agentops.targets.kept_answers import KeptOnDisk

    folder = cache_folder(os.environ)
    if folder is None:
        return None
    kept = KeptOnDisk(folder / "dreams")
    kept.trim()
    return kept
