"""How large a store may become: what is always loaded, what one file holds, and what the service takes."""

from collections.abc import Iterator

from agentops.memory import layout
from agentops.memory.files import parse
from agentops.memory.gates import changes
from agentops.memory.gates.port import Consequence, Objection, Proposal
from agentops.memory.gates.wording import named
from agentops.memory.notes import Memory
from agentops.wire.memories import LARGEST_CONTENT_BYTES

MOST_MEMORIES = 2000
"""Source: documented limit of a memory store."""

FLOOR_BYTES = 16 * 1024
"""What every store may grow in one dream: a share of almost nothing would be nothing."""


class SizeBudget:
    """Holds sizes against what readers and the service take."""

    name = "size_budget"

    def judge(self, proposal: Proposal) -> Iterator[Objection]:
        """Yield an objection for each size that is too large, and was not before."""
        yield from self._service(proposal)
        for path in sorted(proposal.after.files):
            yield from self._file(path, changes.base(proposal).files.get(path, ""), proposal.after.files[path])
        yield from self._claims(proposal)
        yield from self._growth(proposal)

    def _service(self, proposal: Proposal) -> Iterator[Objection]:
        count = len(proposal.after.files)
        if count > max(MOST_MEMORIES, len(proposal.before.files)):
            yield self._blocks(f"the store would hold {count:,} memories, at most {MOST_MEMORIES:,} fit: merge files")
        for path in sorted(proposal.after.files):
            text = proposal.after.files[path]
            if text != proposal.before.files.get(path) and (size := _size(text)) > LARGEST_CONTENT_BYTES:
                message = f"{path} has {size:,} bytes, a memory has at most {LARGEST_CONTENT_BYTES:,}: split it"
                yield self._blocks(message, path)

    def _file(self, path: str, before: str, after: str) -> Iterator[Objection]:
        """Judge what a dream made of a file; who writes by hand is bound by the index alone."""
        if before == after or not changes.is_judged(after) or not changes.is_judged(before):
            return
        if path == layout.INDEX:
            yield from self._index(before, after)
        elif layout.is_note_file(path):
            old, new = len(parse(path, before).bullets), len(parse(path, after).bullets)
            if new > max(layout.FILE_NOTES, old):
                yield self._blocks(f"{path} has {new} notes, at most {layout.FILE_NOTES} are read well: split it", path)
            old, new = _size(before), _size(after)
            if new > max(layout.FILE_BYTES, old):
                yield self._blocks(
                    f"{path} has {new:,} bytes, notes have at most {layout.FILE_BYTES:,}: split it", path
                )

    def _index(self, before: str, after: str) -> Iterator[Objection]:
        lines = after.count("\n") + (not after.endswith("\n"))
        if lines > max(layout.INDEX_LINES, before.count("\n") + 1):
            message = f"{layout.INDEX} has {lines} lines, at most {layout.INDEX_LINES} are loaded: merge files"
            yield self._blocks(message, layout.INDEX)
        if _size(after) > max(layout.INDEX_BYTES, _size(before)):
            message = (
                f"{layout.INDEX} has {_size(after):,} bytes, at most {layout.INDEX_BYTES:,} are loaded: merge files"
            )
            yield self._blocks(message, layout.INDEX)

    def _claims(self, proposal: Proposal) -> Iterator[Objection]:
        for operation in proposal.operations:
            if (longest := max(map(len, operation.texts), default=0)) > layout.CLAIM_CHARACTERS:
                message = (
                    f"{named(operation)}: the claim has {longest:,} characters, at most {layout.CLAIM_CHARACTERS} fit "
                    "one line: split it"
                )
                yield Objection(self.name, Consequence.QUARANTINE, message, operation.path, operation=operation.id)

    def _growth(self, proposal: Proposal) -> Iterator[Objection]:
        before, after = _whole(changes.base(proposal)), _whole(changes.judged(proposal.after))
        allowed = max(proposal.policy.most_growth * before, FLOOR_BYTES)
        if after - before > allowed:
            message = (
                f"the store would grow by {after - before:,} bytes, one dream may add {allowed:,.0f}: dream over fewer "
                "sessions, or raise most_growth in policy.yaml"
            )
            yield self._blocks(message)

    def _blocks(self, message: str, path: str = "") -> Objection:
        return Objection(self.name, Consequence.BLOCK, message, path)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _whole(memory: Memory) -> int:
    """Return the size of what agents are given: the archive is not read."""
    return sum(_size(text) for path, text in memory.files.items() if not layout.is_archived(path))
