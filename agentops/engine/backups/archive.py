"""The file of a backup: a plain tar of few, known names, each a regular file; `tar tf` lists one.

Written and read entry by entry: what a hostile one could hold beside (links, devices, ways out, extensions that name
sizes of their own) is refused at its header, before anything of it is believed.
"""

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from agentops.base.errors import StorageError

MANIFEST = "manifest.json"
KEYS = "keys/"
BLOBS = "blobs/"

_NAME = re.compile(
    r"engine\.db|manifest\.json|keys/(?:api-key|vault-key(?:\.[0-9a-f]{16})?)|blobs/[0-9a-f]{64}", re.ASCII
)
_BLOCK = tarfile.BLOCKSIZE
_PIECE = 1024 * 1024
_WAY_OUT = "Use another backup; this one was cut short, damaged or tampered with."


@dataclass(frozen=True, slots=True)
class Entry:
    """What one header says."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Written:
    """What went into the file."""

    size_bytes: int
    sha256: str


class Writer:
    """Puts entries at the end of an empty, seekable file."""

    def __init__(self, stream: BinaryIO) -> None:
        """Write to the stream."""
        self._stream = stream

    def add(self, name: str, source: BinaryIO, size_bytes: int) -> Written:
        """Put an entry in.

        Raises:
            StorageError: the source is shorter than was said.
        """
        assert _NAME.fullmatch(name), name
        head = tarfile.TarInfo(name)
        head.size, head.mode = size_bytes, 0o600
        self._stream.write(head.tobuf(tarfile.GNU_FORMAT, "ascii", "strict"))
        digest = sha256()
        for piece in _pieces(source, size_bytes):
            digest.update(piece)
            self._stream.write(piece)
        self._stream.write(bytes(-size_bytes % _BLOCK))
        return Written(size_bytes, digest.hexdigest())

    def mark(self) -> int:
        """Return where the next entry begins."""
        return self._stream.tell()

    def take_back(self, mark: int) -> None:
        """Remove everything behind a mark."""
        self._stream.seek(mark)
        self._stream.truncate()

    def finish(self) -> None:
        """Write the end."""
        self._stream.write(bytes(2 * _BLOCK))


class Reader:
    """Gives the entries of a file of known size, in order; each is read to its end before the next."""

    def __init__(self, stream: BinaryIO, size_bytes: int) -> None:
        """Read from the stream."""
        self._stream = stream
        self._left = size_bytes
        self._is_new = True

    def entries(self) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Yield each entry with its bytes.

        Raises:
            StorageError: the file is not a whole backup, or holds what no backup does.
        """
        seen: set[str] = set()
        while (entry := self._next()) is not None:
            if entry.name in seen:
                raise StorageError(f"The backup holds {entry.name} twice.", hint=_WAY_OUT)
            seen.add(entry.name)
            yield entry, self._content(entry.size_bytes)
            self._take(-entry.size_bytes % _BLOCK)

    def _next(self) -> Entry | None:
        if self._left < _BLOCK and self._is_new:
            raise StorageError("The file is not a backup: it is too short.", hint="Name a file that `backup` wrote.")
        self._is_new = False
        block = self._take(_BLOCK)
        if not any(block):
            return None
        try:
            head = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeError) as error:
            raise StorageError(
                f"The file is not a backup: {error}.", hint="Name a file that `backup` wrote."
            ) from error
        if head.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or not _NAME.fullmatch(head.name):
            raise StorageError(f"The backup holds {head.name!a}, which no backup does.", hint=_WAY_OUT)
        if not 0 <= head.size <= self._left:
            raise StorageError(f"The backup ends in the middle of {head.name}.", hint=_WAY_OUT)
        return Entry(head.name, head.size)

    def _content(self, size_bytes: int) -> Iterator[bytes]:
        while size_bytes:
            piece = self._take(min(_PIECE, size_bytes))
            size_bytes -= len(piece)
            yield piece

    def _take(self, size_bytes: int) -> bytes:
        data = self._stream.read(size_bytes)
        self._left -= len(data)
        if len(data) < size_bytes:
            raise StorageError("The backup ends before its end.", hint=_WAY_OUT)
        return data


def _pieces(source: BinaryIO, size_bytes: int) -> Iterator[bytes]:
    while size_bytes:
        piece = source.read(min(_PIECE, size_bytes))
        if not piece:
            raise StorageError("A file became shorter while it was read.", hint="Run the backup again.")
        size_bytes -= len(piece)
        yield piece
