"""Where the nodes of one document stand in its text; ruamel.yaml finds them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

Node = Any
"""A node of ruamel.yaml, which has no types to speak of."""

HEADER = re.compile(r"[|>][-+0-9]*")
"""What a block scalar begins with. Source: YAML 1.2.2, 8.1.1."""


def nodes_of(text: str) -> list[Node]:
    """Return the root of each document that is not empty: the documents that the loader counts."""
    found = YAML(typ="rt", pure=True).compose_all(text)
    return [each for each in found if each is not None and not is_nothing(each)]


def is_flow(node: Node) -> bool:
    """Tell whether the node is a collection in brackets."""
    return isinstance(node, (MappingNode, SequenceNode)) and bool(node.flow_style)


def is_block(node: Node) -> bool:
    """Tell whether the node is a collection on lines of its own."""
    return isinstance(node, (MappingNode, SequenceNode)) and not node.flow_style


def is_block_text(node: Node) -> bool:
    """Tell whether the node is a text after `|` or `>`."""
    return isinstance(node, ScalarNode) and node.style in ("|", ">")


def is_nothing(node: Node) -> bool:
    """Tell whether nothing is written where the node stands."""
    return isinstance(node, ScalarNode) and node.start_mark.index == node.end_mark.index


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a mapping or one item of a list, as it is written. Units: offsets in characters."""

    key: str
    """Empty for an item."""

    start: int
    """Where the key or the dash begins; in brackets, where the item does."""

    after: int
    """Where the colon or the dash ends."""

    node: Node
    end: int
    """Where the value ends: before a comment behind it."""


class Layout:
    """A text, and how its lines and nodes lie in it."""

    def __init__(self, text: str) -> None:
        """Take the text as it is in its file."""
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def indentation(self, roots: Sequence[Node]) -> int:
        """Return how far dashes are indented below their key, as the text has it first. Units: columns."""
        waiting = list(reversed(roots))
        while waiting:
            node = waiting.pop()
            if not is_block(node):
                continue
            for key, value in node.value if isinstance(node, MappingNode) else ():
                if isinstance(value, SequenceNode) and is_block(value):
                    return self.column(value.start_mark.index) - self.column(key.start_mark.index)
            below = [each[1] if isinstance(each, tuple) else each for each in node.value]
            waiting.extend(reversed(below))
        return 2

    def parts(self, node: Node) -> Iterator[Part]:
        """Yield the entries of a mapping, or the items of a list, in the order of the text."""
        if isinstance(node, MappingNode):
            for key, value in node.value:
                after = self.text.find(":", key.end_mark.index) + 1
                yield Part(str(key.value), key.start_mark.index, after, value, self.end(value, after))
        elif is_flow(node):
            for item in node.value:
                start = item.start_mark.index
                yield Part("", start, start, item, self.end(item, start))
        else:
            yield from self._items(node)

    def end(self, node: Node, after: int) -> int:
        """Return where a value ends that stands after a colon or a dash."""
        if is_nothing(node):
            return after
        if is_block_text(node):
            return self._text_end(node)
        if is_block(node):
            *_, last = self.parts(node)
            return last.end
        return int(node.end_mark.index)

    def line_start(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Return where the line of an offset ends, before its line end."""
        found = self.text.find("\n", offset)
        found = len(self.text) if found < 0 else found
        return found - 1 if self.text[found - 1 : found] == "\r" else found

    def next_line(self, offset: int) -> int:
        """Return where the line after that of an offset begins; the text's end after the last one."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def column(self, offset: int) -> int:
        """Return how far an offset is from the beginning of its line."""
        return offset - self.line_start(offset)

    def is_first_on_line(self, offset: int) -> bool:
        """Tell whether only blanks stand before an offset."""
        return not self.text[self.line_start(offset) : offset].strip()

    def _items(self, node: Node) -> Iterator[Part]:
        dash, column = node.start_mark.index, self.column(node.start_mark.index)
        for item in node.value:
            part = Part("", dash, dash + 1, item, self.end(item, dash + 1))
            yield part
            dash = self._next_dash(part.end, column)

    def _next_dash(self, offset: int, column: int) -> int:
        """Return where the next item begins; after the last one, nobody asks."""
        found = re.compile(rf"\n {{{column}}}-(?=\s|$)").search(self.text, offset)
        return found.end() - 1 if found else len(self.text)

    def _text_end(self, node: Node) -> int:
        """Return the end of the last line of a block scalar that says anything."""
        start, end = self.line_end(node.start_mark.index), node.end_mark.index
        content = self.text[start:end].rstrip()
        return self.line_end(start + len(content)) if content else start
