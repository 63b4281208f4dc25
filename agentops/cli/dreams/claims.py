"""Which slot of a schedule was dreamt last: a ref of the memory repository that moves only from where it was read.

`refs/agentops/slots/NAME` points to a commit that names the slot and whether its dream is begun or done. Whoever moves
it dreams; of two at the same moment one does. A dream that died leaves `begun`, and is taken up again after a while.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from agentops.base.errors import StaleProposal
from agentops.cli.dreams.slots import ref, spelled
from agentops.memory_repo.commits import Draft, Move
from agentops.memory_repo.git import Repository

_DEAD_AFTER = timedelta(hours=6)
"""Longer than any dream takes: batches of a model may need hours."""

_SLOT, _STATE = "Agentops-Slot", "Agentops-State"


class State(StrEnum):
    """How far the dream of a slot is."""

    BEGUN = "begun"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Claim:
    """What the ref says."""

    commit: str
    slot: datetime
    state: State
    at: datetime


def last(repository: Repository, schedule: str) -> Claim | None:
    """Return the last claim of a schedule, as the repository had it at the last fetch."""
    commit = repository.head(ref(schedule))
    if commit is None:
        return None
    found = repository.show(commit)
    try:
        slot, state = datetime.fromisoformat(found.value(_SLOT)), State(found.value(_STATE))
    except ValueError:
        return None  # somebody else's ref: the slot counts as not dreamt, and the next claim moves it
    return Claim(commit, slot, state, found.at)


def is_open(claim: Claim | None, slot: datetime, now: datetime) -> bool:
    """Tell whether a slot is still to be dreamt: nobody did, and nobody is at it."""
    if claim is None or claim.slot < slot:
        return True
    return claim.slot == slot and claim.state is State.BEGUN and now - claim.at > _DEAD_AFTER


def begun(repository: Repository, schedule: str, slot: datetime, now: datetime) -> Claim | None:
    """Claim a slot, and return the claim; None where another caller was faster."""
    return _moved(repository, schedule, Claim("", slot, State.BEGUN, now), repository.head(ref(schedule)))


def done(repository: Repository, schedule: str, claim: Claim, now: datetime) -> None:
    """Say that the slot's dream came to its end, whatever it learnt."""
    _moved(repository, schedule, Claim("", claim.slot, State.DONE, now), claim.commit)


def given_back(repository: Repository, schedule: str, claim: Claim) -> None:
    """Leave a slot to the next caller: the dream failed."""
    before = repository.show(claim.commit).parents
    try:
        repository.push({ref(schedule): Move(before[0] if before else None, claim.commit)})
    except StaleProposal:
        return  # somebody took it for dead, and has it now


def _moved(repository: Repository, schedule: str, claim: Claim, old: str | None) -> Claim | None:
    trailers = ((_SLOT, spelled(claim.slot)), (_STATE, claim.state.value))
    parents = (old,) if old else ()
    draft = Draft(repository.write(None, {}), parents, f"{schedule}: {claim.state}", claim.at, trailers=trailers)
    new = repository.commit(draft)
    try:
        repository.push({ref(schedule): Move(new, old)})
    except StaleProposal:
        return None
    return Claim(new, claim.slot, claim.state, claim.at)
