"""Running dreams, one transaction each: take one up, have a store to write to, write what it learnt, end it.

Whoever was killed between two of them is followed by another, who reads off the row what is next; the last one writes
everything at once, so that no store is ever half written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agentops.base.errors import ApiError
from agentops.engine.core import dreams as core
from agentops.engine.core.dreams import Bounds, Dream, Failure, Step
from agentops.engine.core.json import Json, parsed, written
from agentops.engine.core.memories import Memory
from agentops.engine.operations import dream_sessions, memories, memory_stores
from agentops.engine.operations.call import Call
from agentops.engine.store.documents import MemoryStores
from agentops.engine.store.dreams import Dreams, Proposed, Sleepers
from agentops.engine.store.memories import Memories

_ALL = ("/", "0")
"""Every path begins with a slash, and a zero stands right behind it."""

_NAME_MAX = 255
"""Source: SDK 2.11.0 `types/beta/memory_store_create_params.py`."""


class Superseded(Exception):
    """Another process runs the dream, or it has ended: this one must not write any more."""


class Broken(Exception):
    """The dream cannot go on."""

    def __init__(self, failure: Failure) -> None:
        """Keep why."""
        super().__init__(failure.message)
        self.failure = failure


class Moved(Exception):
    """The store does not hold any more what was read of it."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a dream comes to."""

    before: Mapping[str, str]
    """What the store held: the digest of each file, by path."""

    written: Mapping[str, str]
    """The files that are new or different, by path."""

    removed: frozenset[str]
    ledger: Mapping[str, str]
    """What is known of the notes now, by the names of the ledger's files."""

    proposed: Sequence[Proposed]
    words: str
    """What is told at the end."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Who runs a dream, and how much it may take."""

    dream_id: str
    runner_id: str
    bounds: Bounds


def take(call: Call, hands: Hands) -> Dream | None:
    """Take a dream that nobody runs, and have a session run it; None when there is nothing to take."""
    dream = Dreams(call.tx, call.workspace).get(hands.dream_id)
    if dream is None or dream.is_over or (dream.runner_id not in (None, hands.runner_id) and _is_run(call, dream)):
        return None
    held = core.held(dream, hands.runner_id)
    obstacle = core.obstacle(held, Dreams(call.tx, call.workspace).inputs(held), hands.bounds, call.at)
    if obstacle is not None:
        _end(call, core.failed(held, obstacle, call.at), obstacle.message)
        return None
    if core.step(held) is Step.BEGIN:
        held = core.begun(held, dream_sessions.begin(call, held), call.at)
    Dreams(call.tx, call.workspace).replace(held)
    return held


def tell(call: Call, hands: Hands, usage: Json, words: str = "") -> Dream:
    """Note what the dream took so far, and tell whoever watches what goes on.

    Raises:
        Superseded: it is not the caller's.
        Broken: it cannot go on.
    """
    stored = _own(call, hands)
    dream = core.used(stored, usage)
    if words:
        dream_sessions.say(call, dream, words)
    if dream != stored:
        Dreams(call.tx, call.workspace).replace(dream)
    return dream


def clone(call: Call, hands: Hands) -> Dream:
    """Have the memory store that the dream writes to: a copy of its input, or the input itself.

    Raises:
        Superseded: it is not the caller's.
        Broken: it cannot go on, the input is too large, or there are too many stores.
    """
    dream = _own(call, hands)
    if core.step(dream) is not Step.CLONE:
        return dream
    refuse_size(dream, hands.bounds, Memories(call.tx, call.workspace, dream.store_id).size())
    author = replace(call, session_id=dream.session_id)
    store_id = dream.store_id if dream.updates_input else _copied(author, dream, hands.bounds)
    dream = core.recorded(dream, store_id)
    where = "the same memory store" if dream.updates_input else f"a copy of it, {store_id}"
    dream_sessions.say(call, dream, f"What is learnt goes into {where}.")
    Dreams(call.tx, call.workspace).replace(dream)
    return dream


def refuse_size(dream: Dream, bounds: Bounds, size: int) -> None:
    """See that a store is one that a dream reads.

    Raises:
        Broken: it is too large.
    """
    if size > bounds.store_bytes:
        why = f"holds {size} bytes, and a dream reads at most {bounds.store_bytes}"
        raise Broken(core.too_large(dream.store_id, why))


def contents(call: Call, store_id: str) -> tuple[list[Memory], Mapping[str, str]]:
    """Return what a store holds, whole, and what is known of the notes that dreams wrote into it."""
    files = Memories(call.tx, call.workspace, store_id).between(*_ALL, content=True)
    return files, parsed(Dreams(call.tx, call.workspace).ledger(store_id))


def finish(call: Call, hands: Hands, usage: Json, learnt: Learnt) -> Dream:
    """Write what was learnt, keep what was proposed, and end the dream well: all of it or nothing.

    Raises:
        Superseded: it is not the caller's.
        Broken: it cannot go on, or the store does not take what was learnt.
        Moved: the store holds something else by now.
    """
    dream = core.used(_own(call, hands), usage)
    store_id = dream.output_id or ""
    if MemoryStores(call.tx, call.workspace).get(store_id) is None:
        raise Broken(
            core.internal(f"The memory store of the result, {store_id}, was deleted before the dream had ended.")
        )
    found = Memories(call.tx, call.workspace, store_id).between(*_ALL, content=False)
    if {each.path: each.content_sha256 for each in found} != dict(learnt.before):
        raise Moved
    try:
        author = replace(call, session_id=dream.session_id)
        _write(author, store_id, {each.path: each.id for each in found}, learnt)
    except ApiError as error:
        raise Broken(core.too_large(store_id, f"does not take what was learnt: {error.message}")) from None
    dreams = Dreams(call.tx, call.workspace)
    dreams.keep(dream.id, learnt.proposed)
    dreams.keep_ledger(store_id, written(dict(learnt.ledger)))
    return _end(call, core.completed(dream, call.at), learnt.words)


def fail(call: Call, hands: Hands, usage: Json, failure: Failure) -> None:
    """End the dream badly; what it has written stays. Does nothing when it is not the caller's."""
    dream = Dreams(call.tx, call.workspace).get(hands.dream_id)
    if dream is not None and dream.runner_id == hands.runner_id and not dream.is_over:
        _end(call, core.failed(core.used(dream, usage), failure, call.at), f"The dream failed: {failure.message}")


def let_go(call: Call, hands: Hands, usage: Json) -> None:
    """Give the dream back as it is: it has fully stopped here, and somebody else may go on."""
    dream = Dreams(call.tx, call.workspace).get(hands.dream_id)
    if dream is not None and dream.runner_id == hands.runner_id:
        Dreams(call.tx, call.workspace).replace(core.released(core.used(dream, usage)))
        call.announce(f"{core.TOPIC}{call.workspace} {dream.id}")


def _own(call: Call, hands: Hands) -> Dream:
    dreams = Dreams(call.tx, call.workspace)
    dream = dreams.get(hands.dream_id)
    if dream is None or dream.is_over or dream.runner_id != hands.runner_id:
        raise Superseded
    obstacle = core.obstacle(dream, dreams.inputs(dream), hands.bounds, call.at)
    if obstacle is not None:
        raise Broken(obstacle)
    return dream


def _is_run(call: Call, dream: Dream) -> bool:
    return Sleepers(call.tx).has_living_runner(dream)


def _end(call: Call, dream: Dream, words: str) -> Dream:
    dream_sessions.close(call, dream, words)
    Dreams(call.tx, call.workspace).replace(dream)
    return dream


def _copied(call: Call, dream: Dream, bounds: Bounds) -> str:
    """Return a new store that holds what the input does, under a name of its own and with nobody's marks."""
    if Sleepers(call.tx).stores() >= bounds.stores:
        raise Broken(core.too_many_stores(bounds))
    source = parsed(memory_stores.existing(call, dream.store_id).body)
    addition = f" ({dream.id})"
    made = memory_stores.create(
        call,
        {
            "name": source["name"][: _NAME_MAX - len(addition)] + addition,
            "description": source["description"],
            "metadata": {"dream_id": dream.id, "input_memory_store_id": dream.store_id},
        },
    )
    store_id: str = parsed(made)["id"]
    memories.copy_all(call, dream.store_id, store_id)
    dreams = Dreams(call.tx, call.workspace)
    dreams.keep_ledger(store_id, dreams.ledger(dream.store_id))
    return store_id


def _write(call: Call, store_id: str, there: Mapping[str, str], learnt: Learnt) -> None:
    for path in sorted(learnt.removed):
        memories.delete(call, store_id, there[path], None)
    for path, text in sorted(learnt.written.items()):
        if path in there:
            memories.update(call, store_id, there[path], {"content": text}, full=False)
        else:
            memories.create(call, store_id, {"path": path, "content": text}, full=False)
