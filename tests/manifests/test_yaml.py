"""YAML as data with places: what it means, what is refused, where it stands."""

from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.manifests import yaml
from agentops.manifests.marks import Text


@pytest.fixture(params=["libyaml", "pure"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the two parsers that PyYAML may have."""
    if request.param == "pure":
        monkeypatch.setattr(yaml, "Parser", pyyaml.SafeLoader)
    name: str = request.param
    return name


def read(text: str) -> yaml.Stream:
    return yaml.read(Text("agents.d/x.yaml", text))


def only(text: str) -> Any:
    stream = read(text)
    assert not stream.diagnostics, stream.diagnostics
    assert stream.complete
    (document,) = stream.documents
    assert document.sound
    return document.data


def codes(text: str) -> list[str]:
    return [each.code.slug for each in read(text).diagnostics]


SCALARS = {
    "null": None,
    "~": None,
    "": None,
    "true": True,
    "False": False,
    "0": 0,
    "-17": -17,
    "+1": 1,
    "0o17": 15,
    "0x1F": 31,
    "1.5": 1.5,
    "-.5": -0.5,
    "1e3": 1000.0,
    "010": "010",
    "1_000": "1_000",
    "12:30:45": "12:30:45",
    "2026-11-21": "2026-11-21",
    "1.2.3": "1.2.3",
    "0x": "0x",
    "-": ["-"],
    "nope": "nope",
    "=": "=",
    "'yes'": "yes",
    '"1"': "1",
    "!!str 12": "12",
    "!!int 12": 12,
    "! 12": "12",
}


@pytest.mark.parametrize("written", [each for each in SCALARS if each != "-"])
def test_a_scalar_means_what_yaml_1_2_says(written: str) -> None:
    value = only(f"a: {written}\n")["a"]
    assert value == SCALARS[written]
    assert type(value) is type(SCALARS[written])


@pytest.mark.parametrize("word", ["yes", "No", "ON", "off"])
def test_words_of_older_yaml_stay_text_and_are_pointed_out(word: str) -> None:
    stream = read(f"a: {word}\non: [{word}]\n")
    assert stream.documents[0].data == {"a": word, "on": [word]}
    assert [each.code.slug for each in stream.diagnostics] == ["yaml.look-alike"] * 2


@pytest.mark.parametrize("number", ["9" * 19, "-" + "9" * 5000, "0x" + "f" * 30, "1e999", ".inf", "-.INF", ".nan"])
def test_a_number_that_json_cannot_carry_is_refused(number: str) -> None:
    stream = read(f"a: {number}\n")
    assert [each.code.slug for each in stream.diagnostics] == ["yaml.number"]
    assert not stream.documents[0].sound


def test_the_largest_integers_are_taken() -> None:
    assert only(f"[{2**63 - 1}, -{2**63 - 1}]") == [2**63 - 1, -(2**63) + 1]


def test_several_documents_are_read_and_empty_ones_left_out() -> None:
    stream = read("---\n# nothing\n---\na: 1\n---\n...\n---\n- b\n")
    assert [each.data for each in stream.documents] == [{"a": 1}, ["b"]]


def test_an_empty_file_holds_nothing() -> None:
    assert read("") == yaml.Stream((), (), complete=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\na: 2\n", "yaml.duplicate-key"),
        ("a: {b: 1, b: {c: [1, {d: 2}]}}\n", "yaml.duplicate-key"),
        ("a: &x 1\n", "yaml.alias"),
        ("a: &x {b: 1}\n", "yaml.alias"),
        ("<<: {a: 1}\n", "yaml.merge-key"),
        ("a: !foo 1\n", "yaml.tag"),
        ("a: !!binary aGk=\n", "yaml.tag"),
        ("a: !!int x\n", "yaml.tag"),
        ("a: !!python/object/apply:os.system [ls]\n", "yaml.tag"),
        ("1: a\n", "yaml.key-not-text"),
        ("null: a\n", "yaml.key-not-text"),
        ("true: a\n", "yaml.key-not-text"),
        ("? [a, b]\n: c\n", "yaml.key-not-text"),
        ("a: {{ b }}\n", "yaml.key-not-text"),
        ("a: \x00\n", "file.control-character"),
        ("a: \x1b[31m\n", "file.control-character"),
        ("a:\n\tb: 1\n", "yaml.tab"),
        ("a: [1\n", "yaml.syntax"),
        ("a: 'b\n", "yaml.syntax"),
        ("a: b: c\n", "yaml.syntax"),
        ("- a\nb: c\n", "yaml.syntax"),
    ],
)
def test_what_reads_differently_elsewhere_is_refused(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_an_alias_is_refused_where_it_stands() -> None:
    stream = read("a: &x 1\nb: *x\nc: [*x]\n")
    assert [(each.code.slug, each.span and each.span.line) for each in stream.diagnostics] == [
        ("yaml.alias", 1),
        ("yaml.alias", 2),
        ("yaml.alias", 3),
    ]
    assert not stream.documents[0].sound


def test_the_first_of_two_equal_keys_is_kept_and_places_stay_right() -> None:
    document = read("a: {b: 1}\na: {b: [2, {c: 3}]}\nd: 4\n").documents[0]
    assert document.data == {"a": {"b": 1}, "d": 4}
    assert document.marks.span(("d",)).line == 3


def test_documents_before_a_syntax_error_are_kept() -> None:
    stream = read("a: 1\n---\nb: [\n---\nc: 2\n")
    assert [each.data for each in stream.documents] == [{"a": 1}]
    assert not stream.complete


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_fifty_thousand_levels_end_after_the_sixty_fourth(opening: str, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    real = yaml.Parser

    def counting(text: str) -> Any:
        parser = real(text)

        class Counted:
            def get_event(self) -> Any:
                nonlocal count
                count += 1
                return parser.get_event()

        return Counted()

    monkeypatch.setattr(yaml, "Parser", counting)
    assert codes(opening * 50_000)[-1] == "yaml.too-deep"
    assert count < 300


def test_sixty_four_levels_are_taken() -> None:
    assert codes("[" * 64 + "]" * 64) == []
    assert codes("[" * 65 + "]" * 65) == ["yaml.too-deep"]


# --- places ---------------------------------------------------------------------------------------------------------

PLACED = """\
name: reviewer
tools:
  - type: custom
    name: "é😀 x"
  - [a, b]
text: |
  one
  two

flow: {a: 1,
       b: 2}
empty:
"""


@pytest.mark.parametrize(
    ("path", "line", "column", "end_line", "end_column"),
    [
        ((), 1, 1, 12, 7),
        (("name",), 1, 7, 1, 15),
        (("tools",), 3, 3, 5, 11),
        (("tools", 0, "name"), 4, 11, 4, 17),
        (("tools", 1), 5, 5, 5, 11),
        (("tools", 1, 1), 5, 9, 5, 10),
        (("text",), 6, 7, 8, 6),
        (("flow",), 10, 7, 11, 13),
        (("flow", "b"), 11, 11, 11, 12),
        (("empty",), 12, 7, 12, 7),
        (("tools", 7), 3, 3, 5, 11),
        (("nothing", "below"), 1, 1, 12, 7),
        (("name", "of"), 1, 7, 1, 15),
    ],
)
def test_a_path_leads_to_its_place_or_to_the_nearest_around_it(
    path: tuple[str | int, ...], line: int, column: int, end_line: int, end_column: int
) -> None:
    span = read(PLACED).documents[0].marks.span(path)
    assert (span.line, span.column, span.end_line, span.end_column) == (line, column, end_line, end_column)


def test_a_key_has_a_place_of_its_own() -> None:
    marks = read(PLACED).documents[0].marks
    assert marks.key_span(("tools", 0, "name")).column == 5
    assert marks.key_span(("tools", 1)) == marks.span(("tools", 1))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_editors_see_them(end: str) -> None:
    marks = read(end.join(["a: 1", "b: é", "c:", "  - 😀x", ""])).documents[0].marks
    assert marks.span(("b",)).line == 2
    assert (marks.span(("c", 0)).line, marks.span(("c", 0)).column, marks.span(("c", 0)).end_column) == (4, 5, 7)


def places(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(each for key, value in inner for each in places(value, (*path, key)))]


class Quoting(pyyaml.SafeDumper):
    """Writes every text in quotes: what is a number without them depends on the version of YAML."""


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))

characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])
words = st.text(characters, max_size=12).filter(lambda each: each != "<<")
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(data=plain.filter(lambda each: each is not None), flow=st.booleans())
def test_what_was_dumped_is_read_and_every_node_has_a_place_in_the_file(data: Any, flow: bool) -> None:
    text = pyyaml.dump(data, Dumper=Quoting, allow_unicode=True, default_flow_style=flow, sort_keys=False)
    stream = read(text)
    assert not stream.diagnostics
    (document,) = stream.documents
    assert document.data == data
    lines = text.split("\n")
    for path in places(data):
        for span in (document.marks.span(path), document.marks.key_span(path)):
            assert 1 <= span.line <= span.end_line <= len(lines)
            assert (span.line, span.column) <= (span.end_line, span.end_column)
            assert span.column <= len(lines[span.line - 1]) + 1
            assert span.end_column <= len(lines[span.end_line - 1]) + 1


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="a: -[]{}\n\t'\"&*!|>#%?,~1", max_size=60))
def test_any_text_gives_documents_or_diagnostics(text: str) -> None:
    stream = read(text.encode("utf-8", "ignore").decode())
    assert stream.complete or stream.diagnostics
