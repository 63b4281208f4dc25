"""What a dream reads: sessions of the target, and logs from elsewhere; without secrets, each once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agentops.base.errors import UsageError
from agentops.base.names import nearest
from agentops.cli.dreams.wish import Wish
from agentops.cli.sessions import finding
from agentops.dreaming.readers.finding import READERS, read
from agentops.dreaming.redacting import redacted
from agentops.memory.transcripts import Transcript
from agentops.targets import transcripts
from agentops.targets.live import LiveTarget
from agentops.targets.sessions import Sessions

_LARGEST_LOG = 256 * 1024 * 1024
"""Units: bytes of one file."""


@dataclass(frozen=True, slots=True)
class Source:
    """A log from elsewhere."""

    path: Path
    kind: str = ""
    """The reader's name; empty: told by what the file holds."""


@dataclass(frozen=True, slots=True)
class Heap:
    """Everything that there is to read."""

    transcripts: tuple[Transcript, ...]
    skipped: Mapping[str, int] = field(default_factory=dict)
    """What could not be read, by reason."""


def source(text: str) -> Source:
    """Return what `--transcripts` says: a path, or `KIND:PATH`.

    Raises:
        UsageError: there is no such reader, or no such file.
    """
    kind, colon, rest = text.partition(":")
    found = Source(Path(rest), kind) if colon and not Path(text).exists() else Source(Path(text))
    if found.kind and found.kind not in READERS:
        near = nearest(found.kind, READERS)
        hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(READERS)}"
        raise UsageError(f"no reader is called `{found.kind}`", hint=hint)
    if not found.path.is_file():
        raise UsageError(f"there is no log {found.path}", hint="give a file, or KIND:FILE")
    return found


def logs(sources: Iterable[Source]) -> Heap:
    """Return what logs hold.

    Raises:
        UsageError: a file is too large, no text, or of a kind that no reader knows.
    """
    told: list[Transcript] = []
    skipped = Counter[str]()
    for each in sources:
        text = _text(each.path)
        reader = READERS[each.kind] if each.kind else read
        found = reader(text, name=each.path.stem)
        if not found.transcripts:
            reasons = "; ".join(found.skipped) or "it is empty"
            raise UsageError(f"{each.path} holds no session: {reasons}", hint=f"readers: {', '.join(READERS)}")
        told += found.transcripts
        skipped.update(found.skipped)
    return Heap(tuple(told), skipped)


async def sessions(target: LiveTarget, wish: Wish, scope: finding.Scope, ids: Sequence[str] = ()) -> Heap:
    """Return the sessions that a schedule asks for, or those of the ids."""
    known = Sessions(target)
    if not ids:
        wanted = transcripts.Wanted(await _agents(target, wish, scope), most=wish.most, with_archived=True)
        listed = await transcripts.listed(known, wanted)
        found = await transcripts.fetched(known, listed)
    else:
        found = await transcripts.fetched(known, ids)
    return Heap(found.transcripts, found.skipped)


def together(*heaps: Heap) -> Heap:
    """Return several heaps as one, without secrets and personal data."""
    skipped = Counter[str]()
    told: dict[str, Transcript] = {}
    for heap in heaps:
        skipped.update(heap.skipped)
        for each in heap.transcripts:
            told.setdefault(each.session, redacted(each))
    return Heap(tuple(told[session] for session in sorted(told)), skipped)


async def _agents(target: LiveTarget, wish: Wish, scope: finding.Scope) -> tuple[str, ...]:
    if not wish.agents:
        return ()
    names = [each for each in wish.agents if not finding.is_id(finding.AGENT, each)]
    lives = (await target.list(finding.AGENT.object) or []) if names else []
    return tuple(
        each if each not in names else finding.named(finding.AGENT, each, lives, scope) for each in wish.agents
    )


def _text(path: Path) -> str:
    if (size := path.stat().st_size) > _LARGEST_LOG:
        raise UsageError(f"{path} is {size:,} bytes; at most {_LARGEST_LOG:,} are read", hint="split the log")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no text: byte {error.start} is not UTF-8", hint="give a log of JSON") from error
