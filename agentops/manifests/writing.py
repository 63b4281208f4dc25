"""A manifest as a person would write it: words without quotes where they need none, long texts as blocks."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from agentops.base.names import Kind
from agentops.manifests.envelope import API_VERSION
from agentops.manifests.marks import Text
from agentops.manifests.scalars import UNUSUAL, escaped
from agentops.manifests.yaml import read

_PLAIN = re.compile(r"[A-Za-z/](?:[A-Za-z0-9_./@+,;()'&!?=*% -]|:(?=[A-Za-z0-9/]))*")
"""Words that every reader of YAML takes for the same text: nothing in them is a sign of the language."""

_IN_BRACKETS = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
"""Where something is, which is easier to read in one line."""

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_LONGEST_PLAIN = 160
_INDENT = "  "


def manifest(kind: Kind, name: str, spec: Mapping[str, Any], schema: str, annotations: Mapping[str, str]) -> str:
    """Return the text of a file with one document; `schema` is where its JSON Schema lies, from the file.

    Raises:
        ValueError: the spec says something that no manifest can.
    """
    metadata = {"name": name, **({"annotations": dict(annotations)} if annotations else {})}
    document = {"apiVersion": API_VERSION, "kind": kind.value, "metadata": metadata, "spec": dict(spec)}
    text = f"# yaml-language-server: $schema={schema}\n" + "".join(f"{line}\n" for line in _mapping(document, ""))
    found = read(Text("", text))
    if [each.data for each in found.documents] != [document]:
        reason = found.diagnostics[0].message if found.diagnostics else "it would be read as something else"
        raise ValueError(f"it cannot be said in YAML: {reason}")
    return text


def _mapping(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, each in value.items():
        head, lines = _written(each, indent + _INDENT)
        yield f"{indent}{_key(key)}:{head}"
        yield from lines


def _list(value: list[Any], indent: str) -> Iterator[str]:
    for each in value:
        if isinstance(each, dict) and each:
            first, *rest = _mapping(each, indent + _INDENT)
            yield f"{indent}- {first[len(indent) + 2 :]}"
            yield from rest
        else:
            head, lines = _written(each, indent + _INDENT)
            yield f"{indent}-{head}"
            yield from lines


def _written(value: Any, indent: str) -> tuple[str, Iterator[str]]:
    """Return what stands behind a colon or a dash, and the lines below it."""
    match value:
        case {"env": str(text)} | {"file": str(text)} if len(value) == 1 and _IN_BRACKETS.fullmatch(text):
            return f" {{{next(iter(value))}: {text}}}", iter(())
        case dict() if value:
            return "", _mapping(value, indent)
        case list() if value:
            return "", _list(value, indent)
        case str() if is_block(value):
            chomped = "|" if value.endswith("\n") else "|-"
            lines = value.removesuffix("\n").split("\n")
            return f" {chomped}", (f"{indent}{line}" if line else "" for line in lines)
        case str():
            return f" {_spelled(value)}", iter(())
    return f" {json.dumps(value)}", iter(())


def _key(key: str) -> str:
    return key if _KEY.fullmatch(key) and key not in UNUSUAL else _quoted(key)


def _spelled(text: str) -> str:
    is_plain = len(text) <= _LONGEST_PLAIN and text not in UNUSUAL and not text.endswith((" ", ":"))
    return text if is_plain and _PLAIN.fullmatch(text) else _quoted(text)


def is_block(text: str) -> bool:
    """Tell whether a text can stand below a `|` and be the same text for every reader and editor."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 2 or not lines[0] or lines[0][0] in " \t" or not lines[-1]:
        return False
    return all(line.isprintable() or line.replace("\t", "").isprintable() for line in lines) and not any(
        line[-1:] in " \t" and line for line in lines
    )


def _quoted(text: str) -> str:
    """Return the text in double quotes, everything unseen in it as an escape."""
    return escaped(json.dumps(text, ensure_ascii=False))
