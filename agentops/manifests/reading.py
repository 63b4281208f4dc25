"""One file by itself: its documents read and judged. The dear part of loading, left out for what was right before."""

from functools import lru_cache, partial
from itertools import islice
from typing import NamedTuple

from agentops.base.diagnostics import Diagnostic
from agentops.manifests import plain
from agentops.manifests.draft import Draft, Judged
from agentops.manifests.envelope import drafted
from agentops.manifests.marks import LaterMarks, Marks, Text
from agentops.manifests.parsed import Parsed, Stream
from agentops.manifests.rules import limits
from agentops.manifests.spec import judged as judged_by_kind
from agentops.manifests.texts import Files
from agentops.manifests.wording import MOST_TOLD


class Opened(NamedTuple):
    """The documents of a text."""

    drafts: tuple[Draft, ...]
    diagnostics: tuple[Diagnostic, ...]
    complete: bool
    """Whether every document in it is among the drafts."""


def opened(text: Text) -> Opened:
    """Return the documents of a text, their specs not yet judged."""
    stream = _stream(text)
    drafts: list[Draft] = []
    diagnostics = [*stream.diagnostics]
    for parsed in stream.documents:
        draft, found = drafted(parsed, text)
        drafts += (draft,) if draft else ()
        diagnostics += found
    is_complete = stream.complete and len(drafts) == len(stream.documents)
    return Opened(tuple(drafts), tuple(diagnostics), is_complete)


def _stream(text: Text) -> Stream:
    """Return what a text holds; of a plain one the places are looked up when somebody asks."""
    roots = plain.read(text.text)
    if roots is None:
        from agentops.manifests import yaml  # noqa: PLC0415 - a parser that plain texts need not load

        return yaml.read(text)
    return Stream(tuple(Parsed(data, _marks(text, start), sound=True) for data, start in roots), (), complete=True)


def _marks(text: Text, start: int) -> Marks:
    return LaterMarks(start, partial(marks_of, text, start))


def marks_of(text: Text, start: int) -> Marks:
    """Return the places of the document that begins at an offset; the text was read before."""
    return _places(text)[start]


@lru_cache(maxsize=64)  # a text may hold a thousand documents, each of them wrong
def _places(text: Text) -> dict[int, Marks]:
    from agentops.manifests import yaml  # noqa: PLC0415 - a parser that is only wanted for a place

    return {each.marks.start: each.marks for each in yaml.read(text).documents}


def judged(draft: Draft, reachable: Files) -> Judged:
    """Return what is wrong with a draft's spec, held against its kind and our own limits."""
    verdict = judged_by_kind(draft, reachable)
    ours = tuple(islice(limits.metadata(draft), MOST_TOLD))
    return verdict._replace(diagnostics=ours + verdict.diagnostics) if ours else verdict
