"""Marks: what is written can be read, what somebody bent does no harm, and all of it fits."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.reconcile.marks import (
    FIELDS,
    GUARD,
    ID,
    OWNER,
    RESERVED,
    SOURCE,
    FieldMark,
    Marks,
    mark_hash,
    read,
    user_pairs,
    written,
)
from agentops.reconcile.objects import OBJECTS, ObjectKind

BARE = {OWNER: "acme", ID: "Agent/reviewer"}

_hashes = st.text(string.ascii_letters + string.digits + "_-", min_size=8, max_size=8)
_echoes = st.none() | _hashes.filter(lambda each: each != "--------")
_codes = st.text(string.ascii_lowercase, min_size=2, max_size=2)
_words = st.text(string.ascii_letters + string.digits + "._-/", max_size=40)
_marks = st.builds(
    Marks,
    owner=_words.filter(bool),
    id=_words.filter(bool),
    fields=st.dictionaries(_codes, st.builds(FieldMark, _hashes, _echoes), max_size=10),
    source=_words,
    version=st.none() | st.integers(1, 10**6),
    nonce=_words,
    protect=st.booleans(),
    tool=_words,
)


@given(_marks)
@settings(max_examples=50, derandomize=True)
def test_marks_that_were_written_are_read_the_same(marks: Marks) -> None:
    assert read(written(marks)) == marks


@given(st.dictionaries(st.sampled_from(sorted(RESERVED)), st.text(max_size=512), max_size=5))
@settings(max_examples=100, derandomize=True)
def test_no_bent_marks_raise(metadata: dict[str, str]) -> None:
    marks = read({**BARE, **metadata})
    assert marks is None or (marks.owner and marks.id)


@pytest.mark.parametrize("metadata", [{}, {OWNER: "acme"}, {ID: "Agent/x"}, {OWNER: "", ID: "Agent/x"}, {"owner": "x"}])
def test_an_object_without_owner_or_identity_is_nobodys(metadata: dict[str, str]) -> None:
    assert read(metadata) is None


@pytest.mark.parametrize(
    "text", ["", "1", "1|", "2|nmaaaaaaaabbbbbbbb", "garbage", "1|garbage,,,", "|nmaaaaaaaabbbbbbbb"]
)
def test_an_unreadable_field_list_counts_as_empty(text: str) -> None:
    marks = read({**BARE, FIELDS: text})
    assert marks is not None
    assert marks.fields == {}


def test_one_unreadable_field_does_not_spoil_the_others() -> None:
    marks = read({**BARE, FIELDS: "1|nmaaaaaaaabbbbbbbb,XYcccccccc,syccccccccdddddddd"})
    assert marks is not None
    assert marks.fields == {"nm": FieldMark("a" * 8, "b" * 8), "sy": FieldMark("c" * 8, "d" * 8)}


@pytest.mark.parametrize("guard", ["", "v=", "v=x", "v=-1", "v=1.5", "v=²", ";;;", "v;nonce", "v=\u0661"])
def test_an_unreadable_version_is_no_version(guard: str) -> None:
    marks = read({**BARE, GUARD: guard})
    assert marks is not None
    assert marks.version is None
    assert not marks.protect


def test_every_field_of_an_agent_fits_into_one_metadata_value() -> None:
    codes = [each.code for each in OBJECTS[ObjectKind.AGENT].fields.values()]
    assert len(codes) == 10
    fields = {code: FieldMark(mark_hash(code), mark_hash([code])) for code in codes}
    pairs = written(
        Marks("o" * 63, "Agent/" + "n" * 63, fields, "s" * 2000, 10**9, "nonce_01" + "x" * 22, protect=True)
    )
    assert {*pairs} == RESERVED
    assert max(map(len, pairs.values())) <= 512
    assert len(pairs[FIELDS]) == 191
    assert max(map(len, pairs)) <= 64


def test_a_source_that_is_too_long_keeps_its_end() -> None:
    pairs = written(Marks("acme", "Agent/x", source="agents.d/" + "deep/" * 200 + "x.yaml@0123456789ab"))
    assert pairs[SOURCE].endswith("deep/x.yaml@0123456789ab")
    assert len(pairs[SOURCE]) == 512


def test_the_hash_of_a_value_ignores_the_order_of_keys_and_nothing_else() -> None:
    assert mark_hash({"a": 1, "b": 2}) == mark_hash({"b": 2, "a": 1})
    assert mark_hash([1, 2]) != mark_hash([2, 1])
    assert mark_hash(None) != mark_hash("")
    assert len(mark_hash("x")) == 8


def test_the_hash_takes_text_that_is_no_unicode() -> None:
    assert mark_hash("\ud800") != mark_hash("\udfff")


def test_pairs_of_the_user_are_told_from_ours() -> None:
    assert user_pairs({**BARE, "team": "platform", "agentops_new": "x", "agentops": "y"}) == {
        "team": "platform",
        "agentops": "y",
    }


@pytest.mark.parametrize("kind", ObjectKind)
def test_no_two_fields_of_an_object_share_a_code(kind: ObjectKind) -> None:
    codes = [each.code for each in OBJECTS[kind].fields.values()]
    assert len({*codes}) == len(codes)
    assert all(len(each) == 2 and each.islower() for each in codes)
