"""New values as YAML that a person would write: words without quotes where they need none, long texts as blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString, SingleQuotedScalarString

from agentops.manifests import yaml
from agentops.manifests.marks import Text
from agentops.manifests.scalars import NUMBER_STARTS, UNUSUAL, escaped

_ENDLESS = 1 << 30
_BREAKS = "\r\x85\u2028\u2029\ufeff"
"""Characters that some readers of YAML take for the end of a line, or for nothing."""


@dataclass(frozen=True, slots=True)
class Block:
    """A value on lines of its own: what stands behind the colon or dash, and the lines below."""

    head: str
    body: tuple[str, ...]


class _Representer(RoundTripRepresenter):
    """Says `null` where ruamel.yaml would write nothing."""


_Representer.add_representer(
    type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
)


def block(value: Any, indent: int, offset: int) -> Block:
    """Return a value for a place below a key; `offset` is how far dashes are indented. Units: columns."""
    written = _dumped({"k": _prepared(value)}, offset=offset)
    head, *body = written.removeprefix("k:").removesuffix("\n").split("\n")
    return Block(head.strip(" "), tuple(_indented(body, indent)))


def entry(key: str, value: Any, indent: int, offset: int) -> list[str]:
    """Return the lines of one more entry of a mapping, the first without its indentation."""
    lines = _dumped({_text(key, in_line=True): _prepared(value)}, offset=offset).removesuffix("\n").split("\n")
    return [lines[0], *_indented(lines[1:], indent)]


def item(value: Any, indent: int, offset: int) -> list[str]:
    """Return the lines of one more item of a list, the first without its indentation."""
    _, *lines = _dumped({"k": [_prepared(value)]}, offset=offset).removesuffix("\n").split("\n")
    own = [each[offset:] for each in lines]
    return [own[0], *_indented(own[1:], indent)]


def flow(value: Any, quote: str | None = None) -> str:
    """Return a value in one line; a text in the quotes that its predecessor had."""
    if isinstance(value, (dict, list)):
        return _dumped(_prepared(value, in_line=True), in_line=True).removesuffix("\n")
    quoted = _quoted(value, quote) if isinstance(value, str) and quote else None
    return _listed(quoted or _prepared(value, in_line=True))


def is_block_text(value: Any) -> bool:
    """Tell whether a text is written after a `|`: one that this would change, or say less well, is quoted."""
    if not isinstance(value, str) or "\n" not in value.strip("\n") or value.endswith("\n\n"):
        return isinstance(value, str) and value.endswith("\n") and bool(value[:-1].strip()) and _can_be_block(value)
    return _can_be_block(value)


def _can_be_block(value: str) -> bool:
    if any(each in _BREAKS or not (each.isprintable() or each in "\n\t") for each in value):
        return False
    if value.endswith("\n\n"):
        return False
    return _reads_as(_dumped({"k": LiteralScalarString(value)}), {"k": value})


def _prepared(value: Any, *, in_line: bool = False) -> Any:
    match value:
        case str():
            return _text(value, in_line=in_line)
        case dict():
            return {_text(key, in_line=True): _prepared(each, in_line=in_line) for key, each in value.items()}
        case list():
            return [_prepared(each, in_line=in_line) for each in value]
    return value


def _text(value: str, *, in_line: bool) -> str:
    literal, quoted = cast("str", LiteralScalarString(value)), cast("str", DoubleQuotedScalarString(value))
    if not in_line and is_block_text(value):
        return literal
    if value in UNUSUAL or value[:1] in NUMBER_STARTS or not value.isprintable():
        return quoted
    written = _dumped([value], in_line=in_line)
    could_be_double = "'" in written[:3] and not set(value) & {'"', "\\"}
    return value if not could_be_double and _reads_as(written, [value]) else quoted


def _listed(value: Any) -> str:
    return _dumped([value], in_line=True).removesuffix("\n")[1:-1]


def _quoted(value: str, quote: str) -> str | None:
    """Return the text in the given quotes, unless they would not do."""
    kind: type[str] = {'"': DoubleQuotedScalarString, "'": SingleQuotedScalarString}[quote]
    if quote == "'" and not value.isprintable():
        return None
    return kind(value) if _reads_as(f"[{_listed(kind(value))}]", [value]) else None


def _reads_as(text: str, value: Any) -> bool:
    found = yaml.read(Text("", text))
    return not found.diagnostics and [each.data for each in found.documents] == [value]


def _dumped(value: Any, *, offset: int = 2, in_line: bool = False) -> str:
    writer = YAML(typ="rt", pure=True)
    writer.Representer = _Representer
    writer.brace_single_entry_mapping_in_flow_sequence = True
    writer.width = _ENDLESS
    writer.default_flow_style = in_line
    writer.indent(mapping=2, sequence=offset + 2, offset=offset)
    written = StringIO()
    writer.dump(value, written)
    # What nobody sees stands between double quotes by now: as an escape, a reviewer does.
    return escaped(written.getvalue().removesuffix("...\n"))


def _indented(lines: Sequence[str], indent: int) -> list[str]:
    return [" " * indent + each if each else each for each in lines]
