"""Verbs by which words leave a store: retire to the archive, redact and forget for good."""

from dataclasses import replace

from agentops.base.canonical import digest
from agentops.memory import fitness
from agentops.memory.drafting import Draft, Place
from agentops.memory.fitness import Unfit
from agentops.memory.forgetting import is_forgotten, tombstone
from agentops.memory.notes import Record, Status
from agentops.memory.operations import Operation

_REDACTED = "(redacted)"
_SALT_DIGITS = 32


def retire(draft: Draft, operation: Operation) -> None:
    """Take notes out; the archive keeps their words."""
    for found in fitness.targets(draft, operation):
        place = draft.named(found)
        leave(draft, place, replace(place.record, status=Status.ARCHIVED))


def redact(draft: Draft, operation: Operation) -> None:
    """Write over what a note says, in the archive too; the old words are kept nowhere."""
    text = operation.texts[0] if operation.texts else _REDACTED
    for found in fitness.targets(draft, operation):
        if found.text == text:
            raise Unfit(f"the note ^{found.record.anchor} says so already")
        if found.is_archived:
            draft.rewrite(found, text)
        else:
            place = draft.named(found)
            draft.say(place, text, replace(place.record, about=""))


def forget(draft: Draft, operation: Operation) -> None:
    """Take notes out of files, archive and ledger; a tombstone keeps each from coming back.

    What the archive holds of the notes that they came from, and whatever there says nearly the same, goes with them. A
    record's stub says that the anchor is used and when it ended, and nothing of what it said.
    """
    for place in fitness.targets(draft, operation):
        salt = digest([draft.dream, operation.id, place.record.anchor])[:_SALT_DIGITS]
        stone = tombstone(place.text, salt, draft.today, operation.reason)
        draft.bury(stone)
        ancestors = _ancestors(draft, place.record)
        _erase(draft, place)
        for old in draft.archived():
            if old.record.anchor in ancestors or is_forgotten([stone], old.text):
                _erase(draft, old)


def leave(draft: Draft, place: Place, record: Record) -> None:
    """Take a note out of its file and write it into the archive."""
    draft.take_out(place)
    file_away(draft, place.text, record)


def file_away(draft: Draft, text: str, record: Record) -> None:
    """Write a note that left into the archive, with the day on which it ended."""
    ended = replace(record, valid_to=record.valid_to or draft.today, pinned=False)
    draft.archive(text, ended)
    draft.keep(ended)


def _erase(draft: Draft, place: Place) -> None:
    draft.take_out(place)
    draft.forget(place.record)


def _ancestors(draft: Draft, record: Record) -> set[str]:
    """Return the notes that a note came from, and those that they came from."""
    found: set[str] = set()
    left = list(record.parents)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left.extend(draft.records[name].parents if name in draft.records else ())
    return found
