"""Whether a store can be read again: heads, anchors, the index, links, names of files, and the ledger beside them."""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from agentops.memory import anchors, front_matter, index, layout
from agentops.memory.evidence import Origin
from agentops.memory.gates import changes
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.notes import Memory, NoteKind, Status, Trust
from agentops.wire.memories import path_problems

_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_MORE = re.compile(r"^- \d+ more files? of notes? ", re.MULTILINE)
_WORDS: Mapping[str, frozenset[str]] = {
    "kind": frozenset(NoteKind),
    "status": frozenset(Status),
    "trust": frozenset(Trust),
    "origin": frozenset(Origin),
}
_GONE = frozenset({Status.ARCHIVED, Status.SUPERSEDED})


class SchemaAndLinks:
    """Holds the form of what changed against what its readers rely on."""

    name = "schema_and_links"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each thing that cannot be relied on, and could be before or is new."""
        found, after = changes.base(proposal), changes.judged(proposal.after)
        yield from self._paths(proposal)
        for path, _, new in changes.changed(proposal.before.files, after.files):
            if layout.is_note_file(path) and new:
                yield from self._head(path, new)
        yield from self._anchors(found, after)
        yield from self._reused(proposal)
        yield from self._links(proposal, after)
        yield from self._index(proposal, after)
        yield from self._ledger(proposal, after)

    def _paths(self, proposal: Proposal) -> Iterator[Objection]:
        before, after = proposal.before.files, proposal.after.files
        new = sorted(after.keys() - before.keys())
        folded = Counter(path.casefold() for path in after)
        for path in new:
            for problem in path_problems(path):
                yield self._blocks(f"the name of {path[:100]!r} {problem.message}: rename it", path[:1024])
            if folded[path.casefold()] > 1:
                yield self._blocks(f"{path} and another file differ only in capital letters: rename one", path)
            if any(f"{parent}" in after for parent in _above(path)):
                yield self._blocks(f"a file stands where {path} needs a folder: rename one", path)

    def _head(self, path: str, text: str) -> Iterator[Objection]:
        head, _ = front_matter.split(text)
        if head is None:
            if text.startswith("---\n"):
                yield self._blocks(
                    f"{path}: the front matter is not YAML between two lines of dashes: mend it", path, 1
                )
            return
        if not isinstance(head, dict):
            yield self._blocks(f"{path}: the front matter is no mapping of keys to values: mend it", path, 1)
            return
        for key, allowed in _WORDS.items():
            if key in head and head[key] not in allowed:
                choice = ", ".join(sorted(allowed))
                yield self._blocks(f"{path}: {key} is none of {choice}: write one of them", path, _line(text, key))
        yield from self._kind(path, text, head)

    def _kind(self, path: str, text: str, head: Mapping[str, Any]) -> Iterator[Objection]:
        kind = layout.kind_at(path)
        if kind is not None and head.get("kind", kind) in _WORDS["kind"] and head.get("kind", kind) != kind:
            yield self._blocks(
                f"{path} says that it holds a {head['kind']}: move it, or say {kind}", path, _line(text, "kind")
            )

    def _anchors(self, found: Memory, after: Memory) -> Iterator[Objection]:
        known = Counter(anchor for _, _, anchor in _anchored(found))
        seen: Counter[str] = Counter()
        for path, line, anchor in _anchored(after):
            seen[anchor] += 1
            if seen[anchor] > max(known[anchor], 1):
                yield self._blocks(
                    f"{path}, line {line}: the anchor ^{anchor} stands twice in the store: remove one", path, line
                )

    def _reused(self, proposal: Proposal) -> Iterator[Objection]:
        records = proposal.before.ledger.records
        named = {anchor for each in proposal.operations for anchor in each.targets}
        for claim in changes.claims(proposal):
            old = records.get(claim.anchor)
            if old is not None and old.status in _GONE and claim.anchor not in named:
                message = (
                    f"{claim.path}, line {claim.line}: ^{claim.anchor} was the name of another note: take a new one"
                )
                yield self._blocks(message, claim.path, claim.line)

    def _links(self, proposal: Proposal, after: Memory) -> Iterator[Objection]:
        names = {anchor for _, _, anchor in _anchored(after)}
        gone = proposal.before.files.keys() - proposal.after.files.keys()
        fresh = {(each.path, each.number) for each in changes.added(proposal.before.files, after.files)}
        for path in sorted(after.files):
            is_touched = gone or any(there == path for there, _ in fresh)
            for number, line in enumerate(after.files[path].split("\n"), 1) if is_touched else ():
                for target in _targets(line, path):
                    is_ours = (path, number) in fresh or target[0] in gone
                    if is_ours and (trouble := _broken(target, after, names)):
                        yield self._blocks(
                            f"{path}, line {number}: {trouble}: mend the link or take it out", path, number
                        )

    def _index(self, proposal: Proposal, after: Memory) -> Iterator[Objection]:
        text = after.files.get(layout.INDEX, "")
        if _MORE.search(text):
            return
        listed = {target[0] for target in _targets(text, layout.INDEX)}
        for entry in index.entries(after):
            if entry.path not in listed and after.files[entry.path] != proposal.before.files.get(entry.path):
                message = f"{layout.INDEX} does not list {entry.path}: add its line"
                weight = Consequence.WARN if entry.path in proposal.by_hand else Consequence.BLOCK
                yield Objection(self.name, weight, message, layout.INDEX)

    def _ledger(self, proposal: Proposal, after: Memory) -> Iterator[Objection]:
        """Judge what is known of notes: of each that a dream wrote, and of none that is not there."""
        records, before = proposal.after.ledger.records, proposal.before.ledger.records
        there = {anchor for _, _, anchor in _anchored(after)} | {
            bullet.note.anchor for _, bullet, _ in changes.bullets(after)
        }
        for claim in changes.claims(proposal):
            if claim.anchor not in records and not claim.is_by_hand:
                message = f"{claim.path}, line {claim.line}: the ledger knows nothing of ^{claim.anchor}: dream again"
                yield self._blocks(message, claim.path, claim.line)
        for anchor in sorted(records):
            record = records[anchor]
            if record != before.get(anchor) and record.status not in _GONE and anchor not in there:
                yield self._blocks(f"the ledger tells of ^{anchor}, which no file has: dream again")

    def _blocks(self, message: str, path: str = "", line: int = 0) -> Objection:
        return Objection(self.name, Consequence.BLOCK, message, path, line)


def _above(path: str) -> Iterator[str]:
    while (path := posixpath.dirname(path)) not in {"/", ""}:
        yield path


def _line(text: str, key: str) -> int:
    """Return the line of a head on which a key stands."""
    return next((at for at, line in enumerate(text.split("\n"), 1) if line.startswith(f"{key}:")), 1)


def _anchored(memory: Memory) -> Iterator[tuple[str, int, str]]:
    """Yield every anchor that stands at the end of a note, those that stand twice too."""
    for path, bullet, line in changes.bullets(memory):
        if not anchors.is_implied(bullet.note.anchor):
            yield path, line, bullet.note.anchor
        elif named := anchors.AT_END.search(bullet.note.text):
            yield path, line, named[1]


def _targets(line: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield the files of the store that a line links to, each with the anchor; what lies elsewhere is not ours."""
    for found in _LINK.finditer(line):
        target = found["target"]
        if _ELSEWHERE.match(target):
            continue
        file, _, anchor = target.partition("#")
        there = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
        yield there, anchor.removeprefix("^")


def _broken(target: tuple[str, str], memory: Memory, names: set[str]) -> str:
    """Return how a link is broken, or nothing; a heading may be linked to as well, which is not looked for."""
    path, anchor = target
    is_folder = any(each.startswith(f"{path.rstrip('/')}/") for each in memory.files)
    if path not in memory.files and not is_folder:
        return f"it links to {path[:100]}, which is not in the store"
    if (
        anchor
        and anchors.AT_END.search(f" ^{anchor}")
        and anchor not in names
        and not _has_heading(memory, path, anchor)
    ):
        return f"it links to ^{anchor}, which no note has"
    return ""


def _has_heading(memory: Memory, path: str, anchor: str) -> bool:
    headings = re.findall(r"^#{1,6}\s+(.*)$", memory.files.get(path, ""), re.MULTILINE)
    return anchor in {re.sub(r"[^\w-]+", "-", each.strip().lower()).strip("-") for each in headings}
