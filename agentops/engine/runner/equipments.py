"""What every thread of one session works with, made when it is first asked for."""

from collections import deque
from dataclasses import replace
from typing import Final

from agentops.engine.core.json import Json, parsed
from agentops.engine.core.runs.setting import Setting
from agentops.engine.operations.session_runs import Loaded
from agentops.engine.runner.workshop import Equipment, Outfitter
from agentops.engine.store.runners import Place
from agentops.engine.tools.port import Offer

_NO_OFFER = Offer()

_AGENTS: Final = 32
"""Agents whose equipment is kept for their next thread: more than a roster has, of which plans may make up hundreds."""


class Equipments:
    """The equipment of a session's threads."""

    def __init__(self, outfitter: Outfitter, place: Place) -> None:
        """Begin with nothing; `furnish` tells what there is."""
        self._outfitter = outfitter
        self._place = place
        self._notes = ""
        self._agent = ""
        self._offers: dict[str | None, Offer] = {}
        self._made: dict[str | None, Equipment] = {}
        self._of_agents: deque[tuple[Json, Equipment]] = deque(maxlen=_AGENTS)
        """What threads of an agent begin with: of a team many are of the same one, each with a copy of it."""

        self.loaded: Loaded

    async def furnish(self, loaded: Loaded) -> None:
        """Take the session as it is now."""
        if loaded.session.agent != self._agent:
            # Of another agent's servers nothing is known yet.
            self._offers.pop(None, None)
        self.loaded, self._agent = loaded, loaded.session.agent
        self._notes = await self._outfitter.notes(self._place, loaded.session, loaded.resources)
        self._made = {}
        self._of_agents.clear()

    def of(self, thread_id: str | None, agent: Json | None) -> Equipment:
        """Return what a thread works with; None and None for the primary one."""
        made = self._made.get(thread_id)
        if made is None:
            made = self._made[thread_id] = self._new(thread_id, agent)
        return made

    def _new(self, thread_id: str | None, agent: Json | None) -> Equipment:
        offer = self._offers.get(thread_id, _NO_OFFER)
        if thread_id is None or agent is None or offer is not _NO_OFFER:
            return self._outfitter.equipment(self.loaded.session, self._notes, offer, thread_id, agent)
        for known, equipment in self._of_agents:
            if known == agent:
                return replace(equipment, setting=replace(equipment.setting, thread_id=thread_id))
        made = self._outfitter.equipment(self.loaded.session, self._notes, offer, thread_id, agent)
        self._of_agents.append((agent, made))
        return made

    def setting(self, thread_id: str | None, agent: Json | None) -> Setting:
        """Return the surroundings of a thread."""
        return self.of(thread_id, agent).setting

    def agent(self, agent: Json | None) -> Json:
        """Return a thread's agent; None for the primary one's."""
        found: Json = parsed(self.loaded.session.agent) if agent is None else agent
        return found

    def has_asked(self, thread_id: str | None) -> bool:
        """Tell whether the servers of the thread's agent were asked in this turn."""
        return thread_id in self._offers

    def offered(self, thread_id: str | None, offer: Offer) -> None:
        """Take what the servers of a thread's agent offer in this turn."""
        self._offers[thread_id] = offer
        self._made.pop(thread_id, None)

    def forget_offer(self, thread_id: str | None) -> None:
        """Have the servers asked again in the next turn."""
        self._offers.pop(thread_id, None)
