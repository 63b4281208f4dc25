"""The files of a skill go into an archive and come out of it, and nothing else does."""

import io
import zipfile
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.reconcile.bundles import MARKS_FILE, Bundle, NotASkill, digests, packed, unpacked

_FILES = st.dictionaries(st.sampled_from(["SKILL.md", "run.sh", "deep/er/ü.md"]), st.binary(max_size=20), min_size=1)
_MARKS = st.dictionaries(st.text("abc_", min_size=1), st.text(max_size=9), min_size=1, max_size=3)


@given(_FILES, _MARKS, st.booleans())
def test_what_is_packed_is_unpacked_with_its_marks_and_modes(
    files: dict[str, bytes], marks: dict[str, str], runs: bool
) -> None:
    programs = frozenset({next(iter(files))}) if runs else frozenset()
    bundle = Bundle("triage", files, programs)
    assert unpacked(packed(bundle, marks)) == (bundle, marks)


def test_equal_files_give_equal_bytes_in_whatever_order_they_come() -> None:
    files = {"b.md": b"B", "a.md": b"A"}
    turned = dict(reversed(files.items()))
    assert packed(Bundle("x", files), {"k": "1", "a": "2"}) == packed(Bundle("x", turned), {"a": "2", "k": "1"})


def test_files_are_compared_by_the_digest_of_their_bytes_and_nothing_else() -> None:
    bundle = Bundle("x", {"a.md": b"A"}, frozenset({"a.md"}))
    assert digests(bundle) == {"a.md": sha256(b"A").hexdigest()} == digests(digests(bundle))
    assert digests(None) is None


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"<html>", zipped(), zipped(a=b"", b=b""), zipped(**{"x/bomb": bytes(31_000_000)})],
    ids=["nothing", "a start", "a page", "empty", "two at the top", "a bomb"],
)
def test_what_is_no_skill_says_so(content: bytes) -> None:
    with pytest.raises(NotASkill):
        unpacked(content)


@pytest.mark.parametrize("marks", [b"", b"{", b"[1]", b'{"agentops_id": 1}', b"\xff", b"[" * 100_000])
def test_marks_that_somebody_bent_claim_nothing(marks: bytes) -> None:
    bundle, pairs = unpacked(zipped(**{"x/SKILL.md": b"x", f"x/{MARKS_FILE}": marks}))
    assert (bundle.files, pairs) == ({"SKILL.md": b"x"}, {})
