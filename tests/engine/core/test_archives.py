"""Zip archives: what is honest comes out as it went in, what lies or explodes does not come out at all."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.errors import InvalidRequest
from agentops.engine.core import archives
from agentops.engine.core.archives import packed, unpacked

LIMIT = 30_000_000
FILES = {"a/SKILL.md": b"hello", "a/b.txt": b"0123456789" * 500}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, **attributes: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.writestr(info, data)
    return stream.getvalue()


def directory(archive: bytes) -> int:
    return archive.index(b"PK\x01\x02")


def patched(archive: bytes, place: int, form: str, value: int) -> bytes:
    out = bytearray(archive)
    struct.pack_into(form, out, place, value)
    return bytes(out)


def refusal(archive: bytes, limit: int = LIMIT) -> str:
    with pytest.raises(InvalidRequest) as caught:
        unpacked(archive, limit)
    return caught.value.message


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_honest_archive_comes_out_as_it_went_in(method: int) -> None:
    assert unpacked(zipped(FILES, method), LIMIT) == FILES
    assert unpacked(zipped({"a/": b"", **FILES}, method), LIMIT) == {"a/": b"", **FILES}
    assert unpacked(zipped({}), LIMIT) == {}


def test_an_archive_that_was_streamed_is_honest_too() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.data += bytes(data)
            return len(bytes(data))

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    assert unpacked(pipe.data, LIMIT) == FILES


def test_the_same_files_give_the_same_archive() -> None:
    assert packed(FILES) == packed(dict(reversed(FILES.items())))
    assert unpacked(packed(FILES), LIMIT) == FILES
    zeros = {"a/zeros": bytes(1_000_000)}
    assert unpacked(packed(zeros), LIMIT) == zeros


def test_a_bomb_costs_nothing() -> None:
    bomb = zipped({"a/zeros": bytes(50_000_000)})
    tracemalloc.start()
    assert "hundredth" in refusal(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_many_small_bombs_are_counted_together() -> None:
    noise = zlib.compress(bytes(range(256)) * 8)
    assert "less than 5000 bytes" in refusal(zipped({f"a/{number}": noise * 3 for number in range(100)}), 5000)


def test_a_size_that_lies_ends_the_inflating_at_once() -> None:
    archive = zipped({"a/zeros": bytes(50_000_000)})
    tracemalloc.start()
    assert "directory says" in refusal(patched(archive, directory(archive) + 24, "<L", 1000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_entries_are_counted_before_they_are_read() -> None:
    many = zipped({f"a/{number}": b"" for number in range(501)})
    assert "at most 500 entries" in refusal(many)
    assert len(unpacked(zipped({f"a/{number}": b"" for number in range(500)}), LIMIT)) == 500
    lying = patched(patched(many, len(many) - 14, "<H", 3), len(many) - 12, "<H", 3)
    assert "as many entries" in refusal(lying)


def test_entries_that_share_bytes_are_refused() -> None:
    archive = zipped({"a/1": b"x" * 40, "a/1 ": b"y"}, zipfile.ZIP_STORED)
    second = archive.rindex(b"PK\x01\x02")
    quine = patched(archive, second + 42, "<L", 0)
    assert "say the same" in refusal(quine) or "overlap" in refusal(quine)
    longer = patched(archive, directory(archive) + 20, "<L", 60)
    assert "overlap" in refusal(longer)


def test_two_entries_of_one_name_are_refused() -> None:
    archive = zipped({"a/x": b"1", "a/y": b"2"}).replace(b"a/y", b"a/x")
    assert "one name" in refusal(archive)


def test_what_does_not_hold_together_is_refused() -> None:
    whole = zipped(FILES)
    start, end = directory(whole), len(whole) - 22
    for broken, words in (
        (b"", "directory at its end"),
        (whole[:-30], "directory at its end"),
        (b"x" + whole, "stands where it says"),
        (whole + b"x", "stands where it says"),
        (patched(whole, end + 4, "<H", 1), "one piece"),
        (patched(whole, end + 16, "<L", 0xFFFFFFFF), "stands where it says"),
        (patched(whole, start, "<L", 0), "can be read"),
        (patched(whole, start + 16, "<L", 7), "directory says"),
        (patched(whole, start + 42, "<L", len(whole)), "directory says"),
        (patched(whole, 30, "<H", 0x4242), "say the same"),
        (patched(whole, 8, "<H", 0), "say the same"),
        (patched(whole, 45, "<L", 0xFFFFFFFF), "files"),
        (zipped({"a/x": b"1"}).replace(b"a/x", b"a/\xff"), "UTF-8"),
    ):
        assert words in refusal(broken)


@pytest.mark.parametrize("kind", [0o120777, 0o020666, 0o060660, 0o010644, 0o140755])
def test_links_and_devices_are_refused(kind: int) -> None:
    assert "link or a device" in refusal(zipped({"a/x": b"/etc/passwd"}, external_attr=kind << 16, create_system=3))


def test_encrypted_entries_and_other_methods_are_refused() -> None:
    archive = zipped(FILES)
    assert "encrypted" in refusal(patched(archive, directory(archive) + 8, "<H", 1))
    assert "encrypted" not in refusal(patched(archive, 6, "<H", 1))
    assert "another way" in refusal(zipped(FILES, zipfile.ZIP_BZIP2))


def test_a_folder_has_no_bytes() -> None:
    archive = zipped({"a/x": b"1"}).replace(b"a/x", b"ax/")
    assert "folder's entry" in refusal(archive)


@given(st.binary(max_size=400), st.integers(0, 400))
def test_any_bytes_are_read_or_refused(noise: bytes, place: int) -> None:
    whole = zipped(FILES)
    for each in (noise, whole[:place] + noise + whole[place + len(noise) :]):
        try:
            found = unpacked(each, LIMIT)
        except InvalidRequest:
            continue
        assert sum(map(len, found.values())) < LIMIT
    assert archives.is_archive(whole)
