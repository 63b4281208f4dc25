"""Who dreams: code alone, models of an endpoint, or the dreams of the target."""

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from agentops.base.errors import UsageError
from agentops.cli.context import EMBEDDED
from agentops.cli.dreams.wish import HOSTED, MESSAGES, Wish
from agentops.cli.memory.ground import Ground
from agentops.cli.models import endpoints

if TYPE_CHECKING:
    from agentops.dreaming.messages.port import Speaker
    from agentops.dreaming.port import Dreamer

_NO_ENDPOINT = (
    "set ANTHROPIC_API_KEY, or AGENTOPS_MODEL_BASE_URL (and AGENTOPS_MODEL_API_KEY) of any server that speaks the "
    "Messages API; or dream without a model: --engine lexical"
)


class Dreamers:
    """Makes the dreamer that a schedule asks for."""

    def __init__(self, ground: Ground) -> None:
        """Take the target and the repository."""
        self._ground = ground

    async def of(self, wish: Wish, stack: AsyncExitStack) -> "Dreamer":
        """Return the dreamer; what it opens closes with the stack.

        Raises:
            UsageError: it needs a model, and none is named or reachable.
        """
        if wish.engine == MESSAGES:
            from agentops.dreaming.messages.dreamer import MessagesDreamer, Models

            return MessagesDreamer(await self._speaker(stack), Models.one(_model(wish)))
        if wish.engine == HOSTED:
            from agentops.dreaming.hosted.dreamer import HostedDreamer
            from agentops.targets.dreams import Order, TargetDreams

            if self._ground.target.label == EMBEDDED:
                raise UsageError(
                    "the engine inside this command ends with it, and dreams of its own go on",
                    hint="dream here: --engine lexical or --engine messages; or against `agentops serve`",
                )
            live = await self._ground.live(wish.store)
            return HostedDreamer(TargetDreams(self._ground.target, Order(live.id, _model(wish))))
        from agentops.dreaming.lexical import LexicalDreamer

        return LexicalDreamer()

    async def _speaker(self, stack: AsyncExitStack) -> "Speaker":
        from agentops.targets.dream_model import DreamModel, ModelServer

        found = endpoints(is_embedded=True).default
        if found is None:
            raise UsageError("no model is configured for dreams", hint=_NO_ENDPOINT)
        server = ModelServer(found.base_url, found.api_key, found.auth_token, found.models)
        return await stack.enter_async_context(DreamModel(server))


def _model(wish: Wish) -> str:
    if not wish.model:
        raise UsageError(
            f"the engine `{wish.engine}` needs a model, and none is named", hint="name one: --model, or `model`"
        )
    return wish.model
