"""Every text that a proposal brings in, as scanners read it: new lines, names of files, and what operations say."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from agentops.memory.files import parse
from agentops.memory.gates import changes
from agentops.memory.gates.port import Proposal
from agentops.memory.operations import Operation
from agentops.memory.scanning.hits import Hit

Find = Callable[[str], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a scanner found in one piece."""

    what: str
    where: str
    """What a sentence begins with: `/facts/build.md, line 3`, `the reason of operation 1f0c…`."""

    path: str = ""
    line: int = 0
    operation: str = ""


def found(proposal: Proposal, find: Find) -> Iterator[Found]:
    """Yield what a scanner finds in all that is new."""
    yield from in_lines(proposal, find)
    for path in sorted(proposal.after.files.keys() - proposal.before.files.keys()):
        yield from (Found(hit.what, "the name of a file") for hit in find(path))
    seen = frozenset(each.text for each in changes.claims(proposal))
    for operation in proposal.operations:
        yield from _in_operation(operation, seen, find)


def in_lines(proposal: Proposal, find: Find) -> Iterator[Found]:
    """Yield what a scanner finds in the new lines of files."""
    wrote = changes.writers(proposal)
    for block in changes.blocks(proposal):
        for hit in find(block.text):
            above, lines = block.text.count("\n", 0, hit.start), block.text.split("\n")
            line = block.number + above
            operation = wrote.get(claim_of(lines[above]))
            where = f"{block.path}, line {line},"
            yield Found(hit.what, where, block.path, line, operation.id if operation else "")


def claim_of(line: str) -> str:
    """Return the claim of a line that is a bullet, else the line."""
    notes = parse("/facts/any.md", f"{line}\n").notes
    return notes[0].text if notes else line.strip()


def _in_operation(operation: Operation, seen: frozenset[str], find: Find) -> Iterator[Found]:
    """Yield what is found in what an operation says beside the lines that were looked at already."""
    for what, text in _said(operation):
        if text not in seen and changes.is_judged(text):
            for hit in find(text):
                yield Found(hit.what, f"{what} of operation {operation.id}", operation.path, 0, operation.id)


def _said(operation: Operation) -> Iterator[tuple[str, str]]:
    yield from (("the claim", text) for text in operation.texts)
    yield "the reason", operation.reason
    yield "the quote", operation.verdict.quote
    yield "the topic", operation.about
    yield "the scope", operation.scope
    yield "the path", operation.path
    yield from (("a citation", str(each)) for each in (*operation.evidence, *operation.against))
