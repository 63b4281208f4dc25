"""Reading, writing, editing and carrying files: limits, odd files, and errors in words."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
ONE_MORE = 256 * 1024 + 1
IMAGE_MOST = 5 * 1024 * 1024 // 4 * 3


@pytest.fixture
def folder(inside: Any, request: pytest.FixtureRequest) -> Path:
    """A folder in the workspace of the test's own."""
    made: Path = inside.workspace / f"t{abs(hash(request.node.name))}"
    made.mkdir()
    return made


def test_a_file_reads_as_it_was_written(inside: Any, folder: Path) -> None:
    path = f"{folder.name}/new/deep/a.txt"
    text = "eins\r\nzwei 🐢\n\n\tdrei"
    assert inside.ok("write", file_path=path, content=text) == {"bytes": len(text.encode()), "is_new": True}
    assert inside.ok("read", file_path=path) == {"kind": "text", "text": text}
    assert inside.ok("read", file_path=f"/workspace/{path}")["text"] == text
    assert inside.ok("write", file_path=path, content="") == {"bytes": 0, "is_new": False}
    assert inside.ok("read", file_path=path)["text"] == ""


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ([1, 1], "one"), ([2, 3], "two\nthree"), ([2, 0], "two\nthree\nfour"), ([3, -1], "three\nfour"),
        ([4, 99], "four"), ([0, 2], "one\ntwo"), ([-5, 1], "one"), ([1, -1], "one\ntwo\nthree\nfour"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_range_of_lines(inside: Any, lines: list[int], shown: str, end: str) -> None:
    (inside.workspace / "lines.txt").write_text("one\ntwo\nthree\nfour" + end)
    assert inside.ok("read", file_path="lines.txt", view_range=lines)["text"] == shown


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([5, 6], "it has 4 lines"),
        ([3, 2], "must not end before"),
        ([1], "two whole"),
        ("1", "two whole"),
        ([1, True], "two whole"),
    ],
)
def test_a_range_that_is_none(inside: Any, lines: Any, words: str) -> None:
    (inside.workspace / "lines.txt").write_text("one\ntwo\nthree\nfour")
    assert words in inside.error("read", file_path="lines.txt", view_range=lines)


def test_a_long_file_is_read_in_parts(inside: Any, folder: Path) -> None:
    (folder / "long").write_text("0123456789\n" * 30_000)
    assert "view_range" in inside.error("read", file_path=f"{folder.name}/long")
    assert (
        inside.ok("read", file_path=f"{folder.name}/long", view_range=[29_999, 30_000])["text"]
        == "0123456789\n0123456789"
    )
    assert "smaller" in inside.error("read", file_path=f"{folder.name}/long", view_range=[1, -1])
    (folder / "line").write_text("x" * ONE_MORE + "\nshort\n")
    assert "smaller" in inside.error("read", file_path=f"{folder.name}/line", view_range=[1, 1])
    assert inside.ok("read", file_path=f"{folder.name}/line", view_range=[2, 2])["text"] == "short"


@pytest.mark.parametrize(
    ("content", "kind", "media_type"),
    [
        (PNG, "image", "image/png"),
        (b"\xff\xd8\xff\xe0", "image", "image/jpeg"),
        (b"GIF89a..", "image", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image", "image/webp"),
        (b"%PDF-1.7\n", "document", "application/pdf"),
    ],
)
def test_pictures_and_pdfs_are_told_by_what_they_hold(inside: Any, content: bytes, kind: str, media_type: str) -> None:
    (inside.workspace / "wrong.name").write_bytes(content)
    expected = {"kind": kind, "media_type": media_type, "data": base64.b64encode(content).decode()}
    assert inside.ok("read", file_path="wrong.name") == expected


def test_a_picture_in_name_only_is_text(inside: Any) -> None:
    (inside.workspace / "not.png").write_text("words")
    assert inside.ok("read", file_path="not.png")["text"] == "words"


@pytest.mark.parametrize(("start", "size"), [(PNG, IMAGE_MOST + 1), (b"%PDF-", 20 * 1024 * 1024 + 1)])
def test_a_picture_or_pdf_has_a_limit(inside: Any, start: bytes, size: int) -> None:
    with (inside.workspace / "large").open("wb") as file:
        file.write(start)
        file.truncate(size)
    assert "more than" in inside.error("read", file_path="large")


@pytest.mark.parametrize("content", [b"\0\1\2", b"a\xff\xfe", b"\x7fELF\2\1\1\0"])
def test_other_bytes_are_refused(inside: Any, content: bytes) -> None:
    (inside.workspace / "binary").write_bytes(content)
    assert "not UTF-8 text" in inside.error("read", file_path="binary")


ODD = {
    "missing": "no such file",
    "folder": "a directory",
    "pipe": "a named pipe",
    "loop": "symbolic links",
    "plain/below": "not a directory",
    "n" * 300: "name is too long",
    "/dev/null": "a device",
    "": "1 to 4096 bytes",
    "a\0b": "no NUL",
    "p" * 5000: "1 to 4096 bytes",
}


@pytest.fixture
def odd(inside: Any) -> None:
    workspace = inside.workspace
    if not (workspace / "pipe").exists():
        (workspace / "folder").mkdir()
        os.mkfifo(workspace / "pipe")
        (workspace / "loop").symlink_to("loop")
        (workspace / "plain").write_text("")
        (workspace / "device").symlink_to("/dev/zero")


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize(("path", "words"), [*ODD.items(), ("device", "a device")])
def test_what_is_not_a_file_is_refused_at_once(inside: Any, path: str, words: str) -> None:
    path = "device" if path == "/dev/null" else path
    assert words in inside.error("read", file_path=path)
    assert words in inside.error("edit", file_path=path, old_string="a", new_string="b")
    assert words in inside.error("get", path=path)
    if path != "missing":
        expected = ("it is a device or a pipe", words) if path == "pipe" else (words,)
        said = inside.error("write", file_path=path, content="x") if path != "device" else words
        assert any(each in said for each in expected)


def test_a_link_leads_where_it_leads(inside: Any, folder: Path) -> None:
    (folder / "real").write_text("words")
    (folder / "link").symlink_to("real")
    inside.ok("edit", file_path=f"{folder.name}/link", old_string="words", new_string="more words")
    assert (folder / "link").is_symlink()
    assert (folder / "real").read_text() == "more words"


@pytest.mark.parametrize("path", ["/../../etc/hostname", "../../../../etc/hostname", "/workspace/../etc/hostname"])
def test_a_root_is_not_left_by_spelling(inside: Any, path: str) -> None:
    inside.ok("write", file_path=path, content="inside")
    assert (inside.root / "etc/hostname").read_text() == "inside"
    inside.ok("write", file_path=f"{inside.root}/etc/hostname", content="as it shows itself")
    assert (inside.root / "etc/hostname").read_text() == "as it shows itself"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"old_string": "b", "new_string": "c"}, "not found"),
        ({"old_string": "a", "new_string": "c"}, "found 3 times"),
        ({"old_string": "", "new_string": "c"}, "is empty"),
        ({"old_string": "a", "new_string": "a"}, "are the same"),
        ({"old_string": 5, "new_string": "a"}, "must be a text"),
        ({"old_string": "a"}, "must be a text"),
        ({"old_string": "\ud800", "new_string": "a"}, "surrogate"),
    ],
)
def test_an_edit_that_cannot_be_done_says_why(inside: Any, fields: Any, words: str) -> None:
    (inside.workspace / "edited").write_text("a a a")
    assert words in inside.error("edit", file_path="edited", **fields)
    assert (inside.workspace / "edited").read_text() == "a a a"


def test_an_edit_replaces_one_or_all(inside: Any) -> None:
    (inside.workspace / "edited").write_bytes(b"\xc3\xbc a\r\na")
    assert inside.ok("edit", file_path="edited", old_string="a\r\n", new_string="b\\1\n") == {"replacements": 1}
    assert inside.ok("edit", file_path="edited", old_string="\\1", new_string="") == {"replacements": 1}
    assert inside.ok("edit", file_path="edited", old_string="a", new_string="", replace_all=True) == {"replacements": 1}
    assert (inside.workspace / "edited").read_bytes() == b"\xc3\xbc b\n"


def test_a_file_keeps_its_mode_and_place_when_it_is_written(inside: Any) -> None:
    script = inside.workspace / "script"
    script.write_text("#!/bin/sh\n# long before\n")
    script.chmod(0o750)
    before = script.stat().st_ino
    inside.ok("write", file_path="script", content="#!/bin/sh\n")
    assert (script.stat().st_mode & 0o777, script.stat().st_ino) == (0o750, before)
    assert script.read_text() == "#!/bin/sh\n"


def test_a_file_that_finds_no_room_is_as_it_was(inside: Any, tmp_path: Path) -> None:
    small = type(inside)(tmp_path / "small")
    small.ok("write", file_path="kept", content="before")
    limit = f"import resource as r; r.prlimit({small.process.pid}, r.RLIMIT_FSIZE, (1000, r.RLIM_INFINITY))"
    import subprocess
    import sys

    subprocess.run([sys.executable, "-c", limit], check=True)
    assert "longer than a file may be" in small.error("write", file_path="kept", content="x" * 2000)
    assert (small.workspace / "kept").read_text() == "before"
    small.stop()


def test_many_edits_of_one_file_at_once_lose_nothing(inside: Any) -> None:
    (inside.workspace / "shared").write_text("".join(f"<{each}>" for each in range(30)))
    sent = [
        inside.send(
            "edit", file_path="shared" if each % 2 else "/workspace/shared", old_string=f"<{each}>", new_string="x"
        )
        for each in range(30)
    ]
    assert all("ok" in inside.answer(each) for each in sent)
    assert (inside.workspace / "shared").read_text() == "x" * 30


def test_the_host_carries_any_bytes_in_and_out(inside: Any, folder: Path) -> None:
    data = bytes(range(256))
    encoded = base64.b64encode(data).decode()
    path = f"/workspace/{folder.name}/x/tool"
    assert inside.ok("put", path=path, data=encoded, mode=0o755) == {"bytes": 256, "is_new": True}
    assert inside.ok("get", path=path) == {"data": encoded, "is_cut": False, "mode": 0o755}
    cut = inside.ok("get", path=path, limit=3)
    assert (base64.b64decode(cut["data"]), cut["is_cut"]) == (b"\0\1\2", True)
    (folder / "link").symlink_to("x/tool")
    files = inside.ok("list", path=f"/workspace/{folder.name}")
    assert [(each["path"], each["size"], each["mode"]) for each in files["files"]] == [("x/tool", 256, 0o755)]
    assert "must be base64" in inside.error("put", path=path, data="?")
    assert "no such file" in inside.error("list", path="/none")
