"""The file of a backup: `tar` reads it, and what no backup holds is refused at its header."""

import io
import tarfile
from hashlib import sha256

import pytest

from agentops.base.errors import StorageError
from agentops.engine.backups.archive import Reader, Writer

BLOB = "blobs/" + sha256(b"hello").hexdigest()


def archive(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    writer = Writer(stream)
    for name, data in entries:
        writer.add(name, io.BytesIO(data), len(data))
    writer.finish()
    return stream.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    return {entry.name: b"".join(pieces) for entry, pieces in Reader(io.BytesIO(data), len(data)).entries()}


def hostile(name: str = "engine.db", kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "") -> bytes:
    head = tarfile.TarInfo(name)
    head.type, head.size, head.linkname = kind, size, link
    return head.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


def test_what_was_put_in_comes_out_and_tar_reads_it_too() -> None:
    entries = {"engine.db": b"x" * 513, BLOB: b"hello", "keys/api-key": b"", "manifest.json": b"{}"}
    data = archive(*entries.items())
    assert read(data) == entries
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        assert [(each.name, each.mode, each.uid) for each in tar] == [(each, 0o600, 0) for each in entries]


def test_what_was_taken_back_is_not_there() -> None:
    stream = io.BytesIO()
    writer = Writer(stream)
    writer.add("engine.db", io.BytesIO(b"kept"), 4)
    mark = writer.mark()
    with pytest.raises(StorageError, match="became shorter"):
        writer.add(BLOB, io.BytesIO(b"hel"), 5)
    writer.take_back(mark)
    writer.finish()
    assert read(stream.getvalue()) == {"engine.db": b"kept"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"notes", "is not a backup: it is too short", id="short"),
        pytest.param(hostile(kind=tarfile.SYMTYPE, link="/etc/passwd"), "no backup does", id="symbolic link"),
        pytest.param(hostile(kind=tarfile.LNKTYPE, link="manifest.json"), "no backup does", id="hard link"),
        pytest.param(hostile(kind=tarfile.CHRTYPE), "no backup does", id="device"),
        pytest.param(hostile(kind=tarfile.FIFOTYPE), "no backup does", id="pipe"),
        pytest.param(hostile(kind=tarfile.DIRTYPE), "no backup does", id="folder"),
        pytest.param(hostile(kind=tarfile.GNUTYPE_SPARSE), "no backup does", id="sparse"),
        pytest.param(hostile("x" * 150), "no backup does", id="GNU long name"),
        pytest.param(hostile(kind=tarfile.XHDTYPE), "no backup does", id="pax header"),
        pytest.param(hostile("../engine.db"), "no backup does", id="way up"),
        pytest.param(hostile("/engine.db"), "no backup does", id="absolute"),
        pytest.param(hostile("keys/../../x"), "no backup does", id="way up inside"),
        pytest.param(hostile("keys/vault-key.\x1b[2J"), r"'keys/vault-key\.\\x1b\[2J'", id="control characters"),
        pytest.param(hostile("blobs/" + "A" * 64), "no backup does", id="capitals"),
        pytest.param(hostile(size=10**15), "in the middle of engine.db", id="huge"),
        pytest.param(hostile(size=-1), "is not a backup|in the middle", id="less than nothing"),
        pytest.param(archive(("engine.db", b"a"), ("engine.db", b"b")), "twice", id="duplicate"),
        pytest.param(archive(("engine.db", b"a"))[:600], "before its end", id="cut short"),
        pytest.param(b"", "too short", id="empty"),
        pytest.param(b"PK\x03\x04" + bytes(2000), "is not a backup", id="another kind of file"),
    ],
)
def test_what_no_backup_holds_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(StorageError, match=said):
        read(data)
