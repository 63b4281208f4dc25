"""Whatever a file looks like and whatever changes in it: it says what it is to say, and all else stays as it is."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.base.absent import ABSENT
from agentops.manifests import yaml
from agentops.manifests.editing import Edit, edited
from agentops.manifests.editing.alike import is_same
from agentops.manifests.editing.edit import changed
from agentops.manifests.marks import Text

WORDS = st.sampled_from(
    ["a", "b c", "yes", "1", "null", "", "# x", "x: y", "- z", "it's", 'say "x"', "é😀", "a, b", "[", "{x}"]
)
TEXTS = WORDS | st.sampled_from(["one\ntwo\n", "one\n\ntwo", "  in\nout\n", "tail\n\n\n", "\tx\ny\n", "a\r\nb\n"])
KEYS = st.sampled_from(["type", "name", "k", "on", "x y", "1"])
VALUES = st.recursive(
    TEXTS | st.booleans() | st.none() | st.integers(-5, 5) | st.just(0.5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)


class Writer:
    """Writes data as YAML in whatever style the draw says, a numbered comment wherever one may stand."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self._offset = draw(st.sampled_from([0, 2, 3]))
        self.comments: list[tuple[tuple[str | int, ...], str]] = []
        """What each comment is about, and its text."""

    def document(self, data: dict[str, Any]) -> str:
        return "".join(f"{line}\n" for line in self._mapping(data, 0, ()))

    def _mapping(self, data: dict[str, Any], indent: int, path: tuple[str | int, ...]) -> Iterator[str]:
        for key, value in data.items():
            yield from self._above(indent, (*path, key))
            head, *rest = self._value(value, indent, (*path, key), self._offset)
            yield " " * indent + f"{self._plain(key)}:{head}"
            yield from rest

    def _sequence(self, data: list[Any], indent: int, path: tuple[str | int, ...]) -> Iterator[str]:
        for place, value in enumerate(data):
            yield from self._above(indent, (*path, place))
            if isinstance(value, dict) and value and self._draw(st.booleans()):
                lines = list(self._mapping(value, indent + 2, (*path, place)))
                first = next(at for at, line in enumerate(lines) if line.strip()[:1] not in ("", "#"))
                if first == 0:
                    yield f"{' ' * indent}- {lines[0].lstrip()}"
                    yield from lines[1:]
                    continue
                yield f"{' ' * indent}-"
                yield from lines
                continue
            head, *rest = self._value(value, indent, (*path, place), 2)
            yield f"{' ' * indent}-{head}"
            yield from rest

    def _value(self, value: Any, indent: int, path: tuple[str | int, ...], offset: int) -> Iterator[str]:
        in_line = self._draw(st.booleans())
        if isinstance(value, dict) and value and not in_line:
            yield self._behind(path)
            yield from self._mapping(value, indent + 2, path)
        elif isinstance(value, list) and value and not in_line:
            yield self._behind(path)
            yield from self._sequence(value, indent + offset, path)
        elif isinstance(value, str) and _is_blockable(value) and not in_line:
            yield f" |{'' if value.endswith(chr(10)) else '-'}{self._behind(path)}"
            yield from (" " * (indent + 4) + each if each else "" for each in value.removesuffix("\n").split("\n"))
        else:
            yield f"{' ' * self._draw(st.integers(1, 3))}{self._plain(value)}{self._behind(path)}"

    def _plain(self, value: Any) -> str:
        is_word = isinstance(value, str) and value in ("a", "b c", "type", "name", "k", "x y")
        return str(value) if is_word and self._draw(st.booleans()) else json.dumps(value, ensure_ascii=False)

    def _above(self, indent: int, path: tuple[str | int, ...]) -> Iterator[str]:
        if self._draw(st.integers(0, 4)) == 0:
            yield " " * self._draw(st.sampled_from([indent, indent, indent + 1])) + self._comment(path[:-1])
        if self._draw(st.integers(0, 6)) == 0:
            yield ""

    def _behind(self, path: tuple[str | int, ...]) -> str:
        return "  " + self._comment(path) if self._draw(st.integers(0, 4)) == 0 else ""

    def _comment(self, path: tuple[str | int, ...]) -> str:
        self.comments.append((path, f"# comment {len(self.comments)} ends"))
        return self.comments[-1][1]


def _is_blockable(value: str) -> bool:
    return value in ("one\ntwo\n", "one\n\ntwo")


def places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(data, dict):
        for key, each in data.items():
            yield from places(each, (*path, key))
    if isinstance(data, list):
        for at, each in enumerate(data):
            yield from places(each, (*path, at))


@st.composite
def files(draw: Any) -> tuple[list[str], list[Any], list[Writer], str]:
    data = draw(st.lists(DOCUMENTS, min_size=1, max_size=3))
    writers = [Writer(draw) for _ in data]
    texts = [writer.document(each) for writer, each in zip(writers, data, strict=True)]
    return texts, data, writers, draw(st.sampled_from(["\n", "\r\n"]))


@settings(max_examples=60)
@given(files(), st.data())
def test_a_file_says_what_it_is_to_say_and_all_else_stays(
    given_file: tuple[list[str], list[Any], list[Writer], str], draws: Any
) -> None:
    texts, data, writers, newline = given_file
    text = "---\n".join(texts).replace("\n", newline)
    assert is_same([each.data for each in yaml.read(Text("", text)).documents], data), text
    at = draws.draw(st.integers(0, len(data) - 1))
    path = draws.draw(st.sampled_from(list(places(data[at]))))
    value = draws.draw(VALUES | st.just(ABSENT))
    edit = Edit(path, value)
    found = edited(text, at, [edit])
    wanted = [changed(each, [edit]) if place == at else each for place, each in enumerate(data)]
    assert is_same([each.data for each in yaml.read(Text("", found)).documents], wanted)
    assert found.startswith("---\n".join([*texts[:at], ""]).replace("\n", newline))
    assert found.endswith("---\n".join(["", *texts[at + 1 :]]).replace("\n", newline) if at + 1 < len(texts) else "")
    # An item that is called something else is another one, and of two alike either may be meant.
    gone = path[:-1] if path[-1] in ("type", "name") or isinstance(path[-1], int) else path
    kept = [comment for about, comment in writers[at].comments if about[: len(gone)] != gone]
    missing = [each for each in kept if each not in found]
    assert not missing, f"{missing} in\n{text}\n{edit}\n{found}"
