"""The YAML at the head of a SKILL.md, small and without anything clever: judged offline as the engine judges it.

Every value is text: `yes` is a word and `1.0` a version. Source: agentskills.io, the specification of SKILL.md.
"""

from collections.abc import Iterator

import yaml

from agentops.wire.problems import Problem

_LENGTH_MAX = 16 * 1024
"""Units: characters. Sixteen times the longest description; the parser takes milliseconds for it."""

_DEPTH_MAX = 16


class _NotPlainError(Exception):
    """What must hold and does not."""


def front_matter(raw: bytes) -> dict[str, object] | Problem:
    """Return the mapping between the first two lines of dashes, its scalars as text; or why there is none."""
    try:
        return _mapping(_head(raw))
    except _NotPlainError as error:
        return Problem((), "bad-format", str(error))


def _head(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _NotPlainError("must be UTF-8") from None
    lines = text.splitlines()
    end = next((index for index, line in enumerate(lines) if index and line.rstrip() == "---"), None)
    if end is None or lines[0].rstrip() != "---":
        raise _NotPlainError("must begin with front matter: a line of ---, name and description, a line of ---")
    head = "\n".join(lines[1:end])
    if len(head) > _LENGTH_MAX:
        raise _NotPlainError(f"must have front matter of at most {_LENGTH_MAX} characters, has {len(head)}")
    return head


def _mapping(head: str) -> dict[str, object]:
    try:
        _refuse_clever(head)
        root = yaml.compose(head, Loader=yaml.BaseLoader)
        if not isinstance(root, yaml.MappingNode):
            raise _NotPlainError("must have front matter with keys and values")
        for name in _repeated(root):
            raise _NotPlainError(f"must have the key {name[:100]} once in its front matter")
        loaded = yaml.load(head, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text, lists and maps only
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: escapes that are no character
        raise _NotPlainError(f"must have front matter in YAML: {_said(error)}") from None
    return {str(key): value for key, value in loaded.items()}


def _refuse_clever(head: str) -> None:
    """Refuse aliases, which can grow without end, tags, which mean types, and depth, which a reader dies of."""
    depth = documents = 0
    for event in yaml.parse(head, Loader=yaml.BaseLoader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise _NotPlainError("must not have anchors, aliases or tags in its front matter")
        if depth > _DEPTH_MAX or documents > 1:
            raise _NotPlainError(f"must have front matter of one document, nested {_DEPTH_MAX} levels at most")


def _repeated(root: yaml.MappingNode) -> Iterator[str]:
    seen = set()
    for key, _ in root.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _NotPlainError("must have keys that are text in its front matter")
        if key.value in seen:
            yield key.value
        seen.add(key.value)


def _said(error: Exception) -> str:
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    return f"{problem or 'it cannot be read'}{f', line {mark.line + 2}' if mark else ''}"
