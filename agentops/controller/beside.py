"""What is done beside applying: memory kept in step, dreams that are due, and the word to the forge.

None of it holds up what is merged, and what fails of it leaves the rest going.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from agentops.base.errors import AgentopsError
from agentops.controller.commands import Problem
from agentops.controller.config import Repository
from agentops.controller.ground import Desk, Ground, problem_of
from agentops.controller.notices.notice import About, Notice
from agentops.controller.register import LostLease
from agentops.controller.state import State
from agentops.controller.statuses import Spoken, forge_of, say
from agentops.controller.telling import dreamt, synced

_FORGE_S = 30.0
_FORGE = "commit status"
"""What it is called in a state's `asides`."""

_Work = Callable[[Desk, State], Awaitable[tuple[Iterable[Notice], Problem | None]]]


class Beside:
    """What one repository has beside."""

    def __init__(self, repository: Repository, ground: Ground) -> None:
        """Do nothing yet."""
        self.repository = repository
        self._ground = ground
        works: Mapping[str, tuple[bool, _Work]] = {
            "memory": (repository.memory, self._synced),
            "dreams": (repository.dreams, self._dreamt),
        }
        self._works = {name: work for name, (is_wanted, work) in works.items() if is_wanted}

    @property
    def has_work(self) -> bool:
        """Tell whether anything is wanted."""
        return bool(self._works)

    def is_due(self, state: State, now: datetime) -> bool:
        """Tell whether it is time; a clock that was set back keeps nothing waiting for longer than it should."""
        if not self._works or not state.live:
            return False
        left = timedelta() if state.asides_at is None else state.asides_at - now
        return not timedelta() < left <= timedelta(seconds=self.repository.aside_every)

    async def round(self) -> State:
        """Do what is wanted once, with the commit that is live.

        Raises:
            LostLease: another controller acts by now.
        """
        register, name = self._ground.register, self.repository.name
        state = await register.state(name)
        failed: dict[str, str] = {}
        try:
            async with AsyncExitStack() as stack:
                desk = Desk(self._ground, self.repository, stack)
                for each, work in self._works.items():
                    if not await register.holds():
                        raise LostLease
                    fresh, problem = await work(desk, state)
                    failed |= {each: problem.message} if problem else {}
                    await self._tell(fresh)
        except (AgentopsError, OSError) as error:
            if isinstance(error, LostLease):
                raise
            failed |= {each: problem_of(error).message for each in self._works}
        at = register.now() + timedelta(seconds=self.repository.aside_every)

        def settled(now: State) -> State:
            kept = {each: why for each, why in now.asides.items() if each == _FORGE}
            return replace(now, asides={**kept, **failed}, asides_at=at)

        return await register.settle(name, settled)

    async def speak(self, state: State) -> State:
        """Say on the forge how the newest commit stands, where the operator wants that and it is news."""
        forge = self.repository.forge
        if forge is None:
            return state
        try:
            token, url = self._ground.secrets.get(forge.token), self._ground.url(self.repository)
            async with asyncio.timeout(_FORGE_S), forge_of(url, forge.type or "", token, asyncio.sleep) as found:
                spoken = await say(found, state, state.said) if found else Spoken(state.said)
        except (AgentopsError, OSError, TimeoutError) as error:
            spoken = Spoken(state.said, problem_of(error).message)
        if spoken.key == state.said and spoken.problem == state.asides.get(_FORGE, ""):
            return state

        def settled(now: State) -> State:
            others = {each: why for each, why in now.asides.items() if each != _FORGE}
            return replace(
                now, said=spoken.key, asides={**others, **({_FORGE: spoken.problem} if spoken.problem else {})}
            )

        return await self._ground.register.settle(self.repository.name, settled)

    async def _synced(self, desk: Desk, state: State) -> tuple[Iterable[Notice], Problem | None]:
        answer, problem = await desk.commands.sync_memory(await desk.folder(state.live))
        return synced(_known(answer), self._about(state)), problem

    async def _dreamt(self, desk: Desk, state: State) -> tuple[Iterable[Notice], Problem | None]:
        answer, problem = await desk.commands.dream(await desk.folder(state.live))
        return dreamt(_known(answer), self._about(state)), problem

    def _about(self, state: State) -> About:
        return About(self.repository.name, state.live, self._ground.register.now())

    async def _tell(self, fresh: Iterable[Notice]) -> None:
        for each in fresh:
            await self._ground.tell(each, self.repository.notify)


def _known(answer: Any) -> Mapping[str, Any]:
    return answer if isinstance(answer, dict) else {}
