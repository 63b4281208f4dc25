"""From a folder to a checked tree; the only entrance to manifests."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from agentops.base.diagnostics import Diagnostic, Report, Severity, Span
from agentops.base.names import Address, Kind
from agentops.manifests import folders, source
from agentops.manifests.cache import Cache, Entry
from agentops.manifests.codes.security import PLAIN_SECRET
from agentops.manifests.codes.yamls import LOOK_ALIKE
from agentops.manifests.document import Document, Tree
from agentops.manifests.draft import Draft, Judged
from agentops.manifests.marks import Text
from agentops.manifests.policies.naming import is_named
from agentops.manifests.policies.policy import Policy
from agentops.manifests.references import resolved
from agentops.manifests.rules import names, security
from agentops.manifests.rules.identities import still_declared
from agentops.manifests.rules.mounts import unmountable
from agentops.manifests.rules.networks import blocked
from agentops.manifests.rules.references import Dangling, Named, circles, circular
from agentops.manifests.rules.rosters import abroad, namesakes, nested, reserved
from agentops.manifests.texts import Files
from agentops.manifests.wording import MOST_TOLD

_MOST_CIRCLES = 100
"""Circles that are told; a tree with more of them has one cause, not a hundred."""


def load(root: Path, caches: Path | None = None) -> Tree:
    """Return the tree below a root, with everything that is wrong with it in its report.

    Whatever bytes are on the disk, this returns; a tree whose report has errors must not be taken for the whole.
    With a folder of caches, what was right before is not judged again; the tree is the same with and without.

    Reports: every code of `manifests.codes`.
    """
    with _collector_resting():
        found = source.find(root)
        loading = _Loading(found, Cache(caches, found.root / found.shown) if caches else None)
        loading.judge()
        return loading.tree()


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Keep the cyclic collector still: loading makes many values and no cycles, and it would look at all of them often.

    Measured on 1,000 manifests: 40 % of the time of reading.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            # Freezing and thawing makes the new values old ones without a look at any of them.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


class _Reading(NamedTuple):
    """What one file gave."""

    path: str
    text: Text | None
    drafts: tuple[Draft, ...]
    diagnostics: tuple[Diagnostic, ...]
    complete: bool
    """Whether every document in it is among the drafts."""

    known: tuple[Entry, ...] | None = None
    """What was found out about each draft before; None when the text is new."""


def _reading(path: str, cache: Cache | None) -> _Reading:
    try:
        text = source.read(path, path)
    except source.Unreadable as error:
        return _Reading(path, None, (), (error.diagnostic,), complete=False)
    known = cache.find(text) if cache else None
    if known is not None:
        return _Reading(path, text, tuple(each.draft for each in known), (), complete=True, known=known)
    from agentops.manifests.reading import opened  # noqa: PLC0415 - a parser that a tree without changes need not load

    found = opened(text)
    return _Reading(path, text, found.drafts, found.diagnostics, found.complete)


def _manifests(readings: list[_Reading]) -> list[_Reading]:
    """Return the readings without those of files that belong to a skill, a memory store or the project's policy."""
    drafts = [draft for each in readings for draft in each.drafts]
    named = [(draft.text.file, folder) for draft in drafts if (folder := folders.named(draft))]
    inside = tuple(os.path.normpath(Path(file).parent / folder) + os.sep for file, folder in named)
    manifests = [each for each in readings if not each.path.startswith(inside)] if inside else readings
    projects = [each for each in drafts if _has_policy(each)]
    return [each for each in manifests if not any(is_named(project, each.path) for project in projects)]


def _has_policy(draft: Draft) -> bool:
    return draft.address.kind is Kind.PROJECT and bool(draft.data.keys() & {"policy", "prices"})


class _Loading:
    """One run: what was read, and what is wrong with it."""

    def __init__(self, found: source.Source, cache: Cache | None) -> None:
        self._source = found
        self._cache = cache
        self._files = Files(found.root)
        self._readings = _manifests([_reading(each, cache) for each in found.files])
        self._texts = {each.path: each.text for each in self._readings if each.text}
        self._drafts = [draft for each in self._readings for draft in each.drafts]
        unread = [each.text for each in self._readings if not each.complete]
        self._unread = [each.text if each else None for each in unread]
        self._declared: dict[Address, tuple[Draft, Judged]] = {}
        self._named: dict[Address, Named] = {}
        self._told: dict[str, tuple[Diagnostic, ...]] = {}
        self._policy = Policy()
        self._diagnostics: list[Diagnostic] = list(found.diagnostics)
        for each in self._readings:
            self._diagnostics += each.diagnostics

    def judge(self) -> None:
        """Hold every draft against its kind, and all of them against each other."""
        self._drafts.sort(key=_place)
        self._diagnostics += names.duplicates(self._drafts)
        if self._source.files and not self._unread:
            self._diagnostics += names.projects(
                self._drafts, self._source.shown, source.elsewhere(Path(self._source.shown))
            )
        fresh = [each.text for each in self._readings if each.text and each.known is None]
        self._told = {text.file: tuple(security.text(text)) for text in fresh}
        verdicts = {id(draft): verdict for each in self._readings for draft, verdict in self._judged(each)}
        for draft in self._drafts:
            verdict = verdicts[id(draft)]
            self._diagnostics += verdict.diagnostics
            self._declared.setdefault(draft.address, (draft, verdict))
        if self._cache:
            self._cache.save()
        for told in self._told.values():
            self._diagnostics += told
        self._read_policy()
        for text in self._files.texts.values():
            self._diagnostics += security.text(text)
        self._judge_references()

    def _judged(self, reading: _Reading) -> list[tuple[Draft, Judged]]:
        """Return the verdict of each draft of a file, and remember the file if all of it is right."""
        if reading.known is not None:
            known = [verdict for each in reading.known if (verdict := each.judged(self._files))]
            if len(known) == len(reading.known):
                return list(zip(reading.drafts, known, strict=True))
        from agentops.manifests.reading import judged  # noqa: PLC0415 - shapes that a tree without changes need not load

        found = [(each, judged(each, self._files)) for each in reading.drafts]
        is_right = reading.complete and not reading.diagnostics and not self._told.get(reading.path)
        if self._cache and reading.text and is_right and all(each.is_right and each.is_lasting for _, each in found):
            self._cache.keep(reading.text, found, self._files)
        return found

    def _read_policy(self) -> None:
        for draft, verdict in self._declared.values():
            if verdict.is_right and _has_policy(draft):
                from agentops.manifests.policies.reading import policy_of, words  # noqa: PLC0415 - few trees have one

                self._policy, found = policy_of(draft, verdict.data, self._files)
                levels = words(draft, verdict.data)
                told = (each for each in self._diagnostics if each.code is not LOOK_ALIKE or each.span not in levels)
                self._diagnostics = [*told, *found]

    def _judge_references(self) -> None:
        declared = {address: each for address, (each, _) in self._declared.items()}
        right = {address: each for address, (each, verdict) in self._declared.items() if verdict.is_right}
        for address, (each, verdict) in self._declared.items():
            self._named[address] = Named(each, resolved(verdict.mentions, declared))
        round_trips = tuple(islice(circles(self._named), _MOST_CIRCLES))
        in_circles = frozenset(address for each in round_trips for address in each)
        self._diagnostics += (circular(each, self._named) for each in round_trips)
        names_judge = Dangling(declared, self._unread)
        for address, (each, verdict) in self._declared.items():
            if address.kind is Kind.PROJECT and verdict.is_right:
                self._diagnostics += islice(still_declared(each, verdict.data, declared), MOST_TOLD)
        # Most documents of a large tree name none.
        for naming in (each for each in self._named.values() if each.references):
            self._diagnostics += islice(names_judge.judge(naming), MOST_TOLD)
            self._diagnostics += islice(nested(naming, declared, in_circles), MOST_TOLD)
            self._diagnostics += islice(namesakes(naming, declared), MOST_TOLD)
            self._diagnostics += islice(reserved(naming, declared), MOST_TOLD)
            self._diagnostics += islice(abroad(naming, right), MOST_TOLD)
            self._diagnostics += islice(blocked(naming, self._named, right), MOST_TOLD)
            self._diagnostics += islice(unmountable(naming, right), MOST_TOLD)

    def tree(self) -> Tree:
        """Return what was found."""
        return Tree(
            root=self._source.root,
            documents=tuple(sorted(self._documents(), key=lambda each: each.address)),
            report=Report.of(_without_echoes(self._diagnostics)),
            files=len(self._readings),
            texts={**self._files.texts, **self._texts},
            policy=self._policy,
        )

    def _documents(self) -> Iterator[Document]:
        for address, (draft, verdict) in self._declared.items():
            if verdict.is_right:
                yield Document(
                    kind=address.kind,
                    name=address.name,
                    labels=draft.labels,
                    annotations=draft.annotations,
                    data=verdict.data,
                    file=draft.text.file,
                    references=self._named[address].references,
                    marks=draft.marks,
                )


def _without_echoes(diagnostics: list[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the diagnostics without those that say more vaguely what an earlier one says of the same place."""
    errors = {each.span for each in diagnostics if each.severity is Severity.ERROR}
    found: dict[Span | None, Diagnostic] = {}
    for each in diagnostics:
        if each.code is PLAIN_SECRET and found.setdefault(each.span, each) is not each:
            continue
        if each.code is not LOOK_ALIKE or each.span not in errors:
            yield each


def _place(draft: Draft) -> tuple[str, int]:
    return draft.text.file, draft.marks.start
