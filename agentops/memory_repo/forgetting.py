"""Forgetting in a repository: every line that says it goes, from notes, archive, ledger and logs of dreams.

What a commit once held stays in git's history until the history itself is rewritten: docs/memory.md tells how.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from agentops.base.errors import UsageError
from agentops.memory.applying import applied
from agentops.memory.files import lines_of, notes_of
from agentops.memory.forgetting import is_forgotten, tombstone
from agentops.memory.notes import Memory, Note, Tombstone
from agentops.memory.operations import Operation, Verb
from agentops.memory_repo import layout
from agentops.memory_repo.commits import AGENTOPS, Draft
from agentops.memory_repo.git import Repository
from agentops.memory_repo.proposals.committing import memory_at
from agentops.memory_repo.reverting import PERSON, Stamp, tree_of
from agentops.memory_repo.syncing.versions import STORE

_LEAST = 5
"""Characters: fewer would be found everywhere."""

_SALT_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be forgotten: these words, in whatever case and spacing, and notes that say nearly the same."""

    words: str
    stone: Tombstone

    @classmethod
    def of(cls, words: str, store: str, stamp: Stamp) -> "Wanted":
        """Take a person's words.

        Raises:
            UsageError: they are too few.
        """
        if len(_plain(words)) < _LEAST:
            raise UsageError(f"`{words}` is too little to forget by", hint="give the words of the line, or its anchor")
        salt = sha256(f"{store}\0{stamp.at.isoformat()}\0{words}".encode()).hexdigest()[:_SALT_DIGITS]
        return cls(_plain(words), tombstone(words, salt, stamp.at.date(), "a person asked for it"))

    def is_in(self, text: str) -> bool:
        """Tell whether a text holds the words, or a line of it says nearly the same."""
        return self.words in _plain(text) or any(map(self.is_line, lines_of(text)))

    def is_line(self, line: str) -> bool:
        """Tell whether a line holds the words or says nearly the same."""
        return self.words in _plain(line) or is_forgotten([self.stone], line)

    def without(self, text: str) -> str:
        """Return the text without the lines that say it. Where the words run over lines, all those lines go."""
        lines = lines_of(text)
        kept = "".join(each for each in lines if not self.is_line(each))
        return kept if self.words not in _plain(kept) else self._without_runs(lines_of(kept))

    def _without_runs(self, lines: list[str]) -> str:
        for first in range(len(lines)):
            for last in range(first + 1, len(lines) + 1):
                if self.words in _plain("".join(lines[first:last])):
                    start = max(at for at in range(last) if self.words in _plain("".join(lines[at:last])))
                    return self.without("".join([*lines[:start], *lines[last:]]))
        return "".join(lines)

    def notes(self, memory: Memory) -> tuple[Note, ...]:
        """Return the notes that say it."""
        return tuple(each for each in notes_of(memory) if self.is_line(each.text))


def forgotten(repository: Repository, main: str, store: str, wanted: Wanted, stamp: Stamp) -> str | None:
    """Return a commit on top of main without it, or None where main does not hold it. Nothing points to it yet."""
    before = memory_at(repository, main, store)
    after = _without(before, wanted, stamp)
    tree = tree_of(repository, main, store, before, after)
    tree = repository.write(tree, dict(_logs(repository, tree, store, wanted)))
    files = {path for path, text in before.files.items() if wanted.is_in(text)}
    if not files and tree == repository.subtree(main):
        return None
    message = "Forget what a person asked to forget"
    draft = Draft(tree, (main,), message, stamp.at, stamp.author, AGENTOPS, trailers=((STORE, store),))
    return repository.commit(draft)


def _without(before: Memory, wanted: Wanted, stamp: Stamp) -> Memory:
    targets = tuple(each.anchor for each in wanted.notes(before))
    operations = [Operation(Verb.FORGET, PERSON, (each,), reason="a person asked for it") for each in targets]
    after = applied(before, operations, dream="", today=stamp.at.date()).memory
    files = {path: text for path, full in after.files.items() if (text := wanted.without(full)).strip() or text == full}
    is_known = is_forgotten(after.ledger, wanted.words)
    stones = after.ledger.tombstones if is_known else (*after.ledger.tombstones, wanted.stone)
    return Memory(files, replace(after.ledger, tombstones=stones))


def _logs(repository: Repository, tree: str, store: str, wanted: Wanted) -> Iterator[tuple[str, str | None]]:
    """Yield the files of ledger and golden questions that hold it, each without the lines, or the texts, that do."""
    for folder in (layout.ledger_folder(store), f"evals/{store}"):
        for name, text in repository.tree(tree, folder).items():
            path = f"{folder}/{name}"
            if name == "tombstones.jsonl" or not _holds(name, text, wanted):
                continue
            yield path, _blanked(text, wanted) if name.endswith(".json") else _kept_lines(text, wanted)


def _holds(name: str, text: str, wanted: Wanted) -> bool:
    lines = [text] if name.endswith(".json") else text.splitlines()
    return any(any(map(wanted.is_in, _strings(line))) for line in lines)


def _kept_lines(text: str, wanted: Wanted) -> str | None:
    kept = [each for each in lines_of(text) if not any(map(wanted.is_in, _strings(each)))]
    return "".join(kept) or None


def _blanked(text: str, wanted: Wanted) -> str:
    return json.dumps(_blank(json.loads(text), wanted), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _blank(value: Any, wanted: Wanted) -> Any:
    if isinstance(value, str):
        return "" if wanted.is_in(value) else value
    if isinstance(value, list):
        return [_blank(each, wanted) for each in value]
    if isinstance(value, Mapping):
        return {key: _blank(each, wanted) for key, each in value.items()}
    return value


def _strings(text: str) -> Iterator[str]:
    """Yield the texts in a JSON value; of what is none, the whole."""
    try:
        waiting = [json.loads(text)]
    except ValueError:
        yield text
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, Mapping):
            waiting += [*value, *value.values()]


def left(repository: Repository, wanted: Wanted) -> Mapping[str, tuple[str, ...]]:
    """Return the files that still hold it at the head of any branch or ref, by ref."""
    found: dict[str, tuple[str, ...]] = {}
    for ref, commit in repository.refs("refs/").items():
        files = repository.files(commit).texts
        holding = [path for path, text in files.items() if _holds(path, text, wanted)]
        if holding:
            found[ref] = tuple(sorted(holding))
    return found


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
