"""The difference between what a document says and what it is to say, as pieces of text put in its place."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentops.base.paths import Path
from agentops.manifests.editing import rendering
from agentops.manifests.editing.alike import is_in_order, is_same, origins
from agentops.manifests.editing.layout import (
    HEADER,
    Layout,
    Node,
    Part,
    is_block,
    is_block_text,
    is_flow,
    is_nothing,
)


@dataclass(frozen=True, slots=True)
class Splice:
    """Other text in place of what stands between two offsets."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: behind a colon or dash, below a column."""

    node: Node
    after: int
    column: int
    """Of the key or dash that holds it."""

    path: Path = ()
    is_in_brackets: bool = False

    def inside(self, part: Part, step: str | int, layout: Layout) -> "Place":
        """Return the place of a value that is part of this one."""
        return Place(part.node, part.after, layout.column(part.start), (*self.path, step), is_flow(self.node))


@dataclass(frozen=True, slots=True)
class _Change:
    """A list before and after."""

    old: Sequence[Any]
    new: Sequence[Any]
    origins: Sequence[int | None]
    """For each new item the place of the old one that it was."""


def applied(text: str, splices: Sequence[Splice], start: int = 0, end: int | None = None) -> str:
    """Return a piece of the text with the splices made that lie in it."""
    end, at = len(text) if end is None else end, start
    pieces: list[str] = []
    for each in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        if start <= each.start and each.end <= end:
            pieces += (text[at : each.start], each.text)
            at = each.end
    return "".join((*pieces, text[at:end]))


class Differ:
    """Collects the splices that make an old value a new one, as few and as small as can be."""

    def __init__(self, layout: Layout, offset: int, whole: Collection[Path] = ()) -> None:
        """Take the text, how far its lists are indented, and what is to be written anew as a whole."""
        self.splices: list[Splice] = []
        self._layout = layout
        self._offset = offset
        self._whole = whole

    def change(self, place: Place, old: Any, new: Any) -> None:
        """Make an old value that stands at a place a new one."""
        if is_same(old, new):
            return
        can_look_inside = place.path not in self._whole and bool(old) and bool(new)
        if can_look_inside and isinstance(old, dict) and isinstance(new, dict) and old.keys() & new.keys():
            self._entries(place, old, new)
        elif can_look_inside and isinstance(old, list) and isinstance(new, list) and self._items(place, old, new):
            pass
        elif place.is_in_brackets or is_flow(place.node):
            self._in_brackets(place, new)
        else:
            self._replace(place, new)

    # Mappings

    def _entries(self, place: Place, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        parts = list(self._layout.parts(place.node))
        kept = [each for each in parts if each.key in new]
        self._remove(place, parts, [each.key not in new for each in parts])
        for each in kept:
            self.change(place.inside(each, each.key, self._layout), old[each.key], new[each.key])
        last = kept[-1]
        for key in (each for each in new if each not in old):
            if is_flow(place.node):
                self._splice(last.end, last.end, ", " + rendering.flow({key: new[key]})[1:-1])
            else:
                column = self._layout.column(parts[0].start)
                self._add(last.end, rendering.entry(key, new[key], column, self._offset), column)

    # Lists

    def _items(self, place: Place, old: Sequence[Any], new: Sequence[Any]) -> bool:
        """Make the list another one item by item; tell whether that can be done."""
        places, parts = origins(old, new), list(self._layout.parts(place.node))
        if not any(each is not None for each in places):
            return False
        if not is_in_order(places):
            return not is_flow(place.node) and self._reorder(place, parts, _Change(old, new, places))
        self._remove(place, parts, [at not in places for at in range(len(parts))])
        end, first = None, parts[min(at for at in places if at is not None)]
        for item, at in zip(new, places, strict=True):
            if at is None:
                self._insert(place, first, end, item)
            else:
                self.change(place.inside(parts[at], at, self._layout), old[at], item)
                end = parts[at].end
        return True

    def _insert(self, place: Place, first: Part, end: int | None, item: Any) -> None:
        """Put an item behind the one that ends there, or before the first of those that stay."""
        start = first.start
        if is_flow(place.node):
            written = rendering.flow(item)
            self._splice(start, start, f"{written}, ") if end is None else self._splice(end, end, f", {written}")
            return
        column = self._layout.column(start)
        lines = self._item(first, item, column)
        if end is None:
            self._splice(start, start, self._joined(lines) + self._layout.newline + " " * column)
        else:
            self._add(end, lines, column)

    def _item(self, neighbour: Part, item: Any, column: int) -> list[str]:
        """Return the lines of an item, written as its neighbour is."""
        if is_flow(neighbour.node) and isinstance(item, (dict, list)):
            return [f"- {rendering.flow(item)}"]
        return rendering.item(item, column, self._offset)

    def _reorder(self, place: Place, parts: Sequence[Part], change: _Change) -> bool:
        """Write the items in their new order, each with the comments above it; tell whether that can be done."""
        layout, start = self._layout, self._layout.line_start(parts[0].start)
        if not layout.is_first_on_line(parts[0].start):
            return False
        indent = " " * layout.column(parts[0].start)
        ends = [layout.line_end(each.end) for each in parts]
        leads = [
            layout.text[layout.next_line(end) : layout.line_start(each.start)]
            for end, each in zip(ends, parts[1:], strict=False)
        ]
        leads = ["", *leads]
        written, above = [], "".join(lead for at, lead in enumerate(leads) if at not in change.origins)
        for item, at in zip(change.new, change.origins, strict=True):
            if at is None:
                written.append(above + indent + self._joined(self._item(parts[-1], item, len(indent))))
            else:
                inner = Differ(layout, self._offset, self._whole)
                inner.change(place.inside(parts[at], at, layout), change.old[at], item)
                chunk = applied(layout.text, inner.splices, parts[at].start, layout.next_line(ends[at]))
                written.append(above + leads[at] + indent + chunk.removesuffix("\n").removesuffix("\r"))
            above = ""
        self._splice(start, ends[-1], layout.newline.join(written))
        return True

    # Pieces of text

    def _remove(self, place: Place, parts: Sequence[Part], is_gone: Sequence[bool]) -> None:
        if not any(is_gone):
            return
        if is_flow(place.node):
            self._remove_in_brackets(parts, is_gone)
            return
        layout, gone = self._layout, [each for each, is_ in zip(parts, is_gone, strict=True) if is_]
        if not layout.is_first_on_line(parts[0].start) and is_gone[0]:
            # A dash stands before it: the first one that stays takes its place, with the comments above that one.
            run = parts[: is_gone.index(False)]
            end = layout.line_end(run[-1].end)
            following = layout.text[end:]
            self._splice(run[0].start, end + len(following) - len(following.lstrip()), "")
            gone = gone[len(run) :]
        for each in gone:
            self._splice(layout.line_start(each.start), layout.next_line(layout.line_end(each.end)), "")

    def _remove_in_brackets(self, parts: Sequence[Part], is_gone: Sequence[bool]) -> None:
        text = self._layout.text
        stay = [at for at, gone in enumerate(is_gone) if not gone]
        for at, each in enumerate(parts):
            if is_gone[at] and at < stay[-1]:
                self._splice(each.start, parts[at + 1].start, "")
        last, end = parts[stay[-1]], parts[-1].end
        if stay[-1] == len(parts) - 1:
            return
        if "#" not in text[last.end : end]:
            self._splice(last.end, end, "")
            return
        for each in parts[stay[-1] + 1 :]:  # comments stand between them, and a comma may stay behind the last one
            has_comma = text[each.end : each.end + 1] == ","
            self._splice(each.start, each.end + has_comma, "")

    def _in_brackets(self, place: Place, new: Any) -> None:
        node = place.node
        if is_nothing(node):
            self._splice(place.after, place.after, " " + rendering.flow(new))
        elif place.is_in_brackets or not self._is_block_value(new):
            self._splice(node.start_mark.index, node.end_mark.index, rendering.flow(new, _quote(node)))
        else:
            self._replace(place, new)

    def _is_block_value(self, new: Any) -> bool:
        return rendering.is_block_text(new) or (isinstance(new, (dict, list)) and bool(new))

    def _replace(self, place: Place, new: Any) -> None:
        """Write another value, and leave a comment behind the old one where it is."""
        layout, node = self._layout, place.node
        quote = _quote(node) if isinstance(new, str) and not rendering.is_block_text(new) else None
        is_item = self._layout.text[place.after - 1 : place.after] == "-"  # a list in a list has to be further in
        written = rendering.block(new, place.column, 2 if is_item else self._offset)
        head = rendering.flow(new, quote) if quote else written.head
        body = "".join(layout.newline + each for each in written.body)
        start, end = node.start_mark.index, layout.end(node, place.after)
        if is_nothing(node):
            self._splice(place.after, place.after, f" {head}" if head else "")
            self._below(layout.line_end(place.after), body)
        elif is_block_text(node):
            header = HEADER.search(layout.text, start)
            assert header
            self._headed(place, header.start(), header.end(), head)
            self._splice(layout.line_end(start), end, body)
        elif not is_block(node):
            self._headed(place, start, end, head)
            self._below(layout.line_end(end), body)
        elif layout.line_start(start) == layout.line_start(place.after):  # behind a dash
            self._beside(place, start, layout.line_end(end), new)
        else:
            self._splice(place.after, place.after, f" {head}" if head else "")
            self._instead(place, (start, end), body, is_text=bool(head))

    def _instead(self, place: Place, old: tuple[int, int], body: str, *, is_text: bool) -> None:
        """Put lines in the place of a collection; comments above its first entry stay, below a text if it is one."""
        layout, (start, end) = self._layout, old
        above, first = layout.line_end(place.after), layout.line_end(layout.line_start(start) - 1)
        if place.path in self._whole:  # it did not do with them
            self._splice(above, layout.line_end(end), body)
            return
        if is_text:
            self._below(above, body)
        self._splice(first, layout.line_end(end), "" if is_text else body)

    def _headed(self, place: Place, start: int, end: int, head: str) -> None:
        """Put what begins a value in the place of what began another."""
        self._splice(start if head else place.after, end, head)

    def _below(self, line_end: int, body: str) -> None:
        if body:
            self._splice(line_end, line_end, body)

    def _beside(self, place: Place, start: int, end: int, new: Any) -> None:
        lines = rendering.item(new, place.column, self._offset)
        self._splice(start, end, self._joined(lines).removeprefix("- "))

    def _add(self, end: int, lines: Sequence[str], column: int) -> None:
        """Put lines below the line on which something ends."""
        at = self._layout.line_end(end)
        self._splice(at, at, self._layout.newline + " " * column + self._joined(lines))

    def _joined(self, lines: Sequence[str]) -> str:
        return self._layout.newline.join(lines)

    def _splice(self, start: int, end: int, text: str) -> None:
        if start != end or text:
            self.splices.append(Splice(start, end, text))


def _quote(node: Node) -> str | None:
    """Return the quotes around a text, if it has some."""
    style = getattr(node, "style", None)
    return style if style in ('"', "'") else None
