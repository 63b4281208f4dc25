"""Zip archives, read by somebody who trusts nothing in them, and written so that equal content gives equal bytes.

The standard library reads the whole directory before it counts it, believes sizes and passes over what does not
fit together; here every number is held against the others before a byte is inflated.
Source: APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentops.base.errors import InvalidRequest
from agentops.engine.core.refusals import refused
from agentops.wire.skill_paths import FILES_MAX
from agentops.wire.wording import quoted

ENTRIES_MAX = FILES_MAX
RATIO_MAX = 100
"""Text shrinks to a fifth; what shrinks to a hundredth is there to fill a disk."""

_SMALL_BYTES = 64 * 1024
"""An honest table of blanks shrinks further; 500 of this size are within the limit of what a skill may hold."""

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_COMMENT_MAX = 0xFFFF
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_RAW_DEFLATE = -15


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    raw_name: bytes
    method: int
    crc: int
    packed_bytes: int
    size_bytes: int
    offset: int


def is_archive(data: bytes) -> bool:
    """Tell whether the bytes begin as a zip archive does."""
    return data[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def unpacked(archive: bytes, limit_bytes: int) -> dict[str, bytes]:
    """Return the files of an archive by their names; a folder's name ends with `/` and has no bytes.

    Raises:
        InvalidRequest: the archive does not hold together, holds something else than files, or too much.
    """
    entries = list(_entries(archive))
    if sum(each.size_bytes for each in entries) >= limit_bytes:
        raise _bad(f"must hold less than {limit_bytes} bytes once it is unpacked")
    start = _end(archive)[0]
    for entry, following in zip(entries, [*entries, None][1:], strict=True):
        _refuse_overlap(archive, entry, following.offset if following else start)
    names = [each.name for each in entries]
    if len(set(names)) != len(names):
        raise _bad("must not hold two entries of one name")
    return {each.name: _content(archive, each) for each in sorted(entries, key=lambda each: each.name)}


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of the files: in order, without dates, and not compressed.

    What a compressor makes of the same bytes depends on its version; and an archive of ours can be uploaded again.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, files[name])
    return stream.getvalue()


def _end(archive: bytes) -> tuple[int, int, int]:
    """Return where the directory starts, where it ends, and how many entries it says to have."""
    place = archive.rfind(b"PK\x05\x06", max(0, len(archive) - _END.size - _COMMENT_MAX))
    if place < 0 or place + _END.size > len(archive):
        raise _bad("must be a whole zip archive, the directory at its end is missing")
    _, disk, first_disk, here, total, size, start, comment = _END.unpack_from(archive, place)
    if disk or first_disk or here != total:
        raise _bad("must be a zip archive in one piece")
    if start + size != place or place + _END.size + comment != len(archive):
        raise _bad("must be a zip archive whose directory stands where it says")
    if total > ENTRIES_MAX:
        raise _bad(f"must hold at most {ENTRIES_MAX} entries")
    return start, place, total


def _entries(archive: bytes) -> Iterator[_Entry]:
    """Yield the directory's entries in the order of their bytes, once all of them are known to be allowed."""
    place, end, total = _end(archive)
    found: list[_Entry] = []
    while place < end and len(found) <= total:
        if place + _ENTRY.size > end or archive[place : place + 4] != b"PK\x01\x02":
            raise _bad("must have a directory that can be read")
        fields = _ENTRY.unpack_from(archive, place)
        place += _ENTRY.size
        raw_name = archive[place : place + fields[10]]
        place += fields[10] + fields[11] + fields[12]
        found.append(_entry(fields, raw_name))
    if len(found) != total or place != end:
        raise _bad("must have a directory of as many entries as it says")
    yield from sorted(found, key=lambda each: each.offset)


def _entry(fields: tuple[int, ...], raw_name: bytes) -> _Entry:
    flags, method, crc, packed_bytes, size_bytes = fields[3], fields[4], *fields[7:10]
    try:
        name = raw_name.decode()
    except UnicodeDecodeError:
        raise _bad("must have names in UTF-8") from None
    shown = quoted(name[:200])
    if flags & _ENCRYPTED:
        raise _bad(f"must not be encrypted, {shown} is")
    if method not in {_STORED, _DEFLATED}:
        raise _bad(f"must be stored or deflated, {shown} is packed in another way")
    if stat.S_IFMT(fields[15] >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _bad(f"must hold files and folders only, {shown} is a link or a device")
    if size_bytes > max(_SMALL_BYTES, RATIO_MAX * packed_bytes):
        raise _bad(f"must not shrink to less than a hundredth, {shown} does")
    if name.endswith("/") and size_bytes:
        raise _bad(f"must not have bytes in a folder's entry, {shown} has")
    return _Entry(name, raw_name, method, crc, packed_bytes, size_bytes, fields[16])


def _head_end(archive: bytes, entry: _Entry) -> int:
    """Return where an entry's bytes begin, behind a head that says the same as the directory."""
    if entry.offset + _LOCAL.size > len(archive):
        raise _bad("must have every entry where its directory says")
    head = _LOCAL.unpack_from(archive, entry.offset)
    begin = entry.offset + _LOCAL.size
    name = archive[begin : begin + head[9]]
    if head[0] != b"PK\x03\x04" or name != entry.raw_name or head[3] != entry.method or head[2] & _ENCRYPTED:
        raise _bad(f"must say the same of {quoted(entry.name[:200])} in its directory and at its bytes")
    return begin + int(head[9]) + int(head[10])


def _refuse_overlap(archive: bytes, entry: _Entry, following: int) -> None:
    if _head_end(archive, entry) + entry.packed_bytes > following:
        raise _bad(f"must not have entries that overlap, {quoted(entry.name[:200])} does")


def _content(archive: bytes, entry: _Entry) -> bytes:
    """Return the bytes of an entry, which are as many as it says: one more would not be inflated."""
    begin = _head_end(archive, entry)
    raw = archive[begin : begin + entry.packed_bytes]
    data, is_whole = raw, True
    if entry.method == _DEFLATED:
        inflater = zlib.decompressobj(_RAW_DEFLATE)
        try:
            data = inflater.decompress(raw, entry.size_bytes + 1)
        except zlib.error:
            raise _bad(f"must be readable, {quoted(entry.name[:200])} is not") from None
        is_whole = inflater.eof and not inflater.unused_data
    if not is_whole or len(data) != entry.size_bytes or zlib.crc32(data) != entry.crc:
        raise _bad(f"must hold what its directory says, {quoted(entry.name[:200])} is something else")
    return data


def _bad(message: str) -> InvalidRequest:
    return refused(("files",), message)
