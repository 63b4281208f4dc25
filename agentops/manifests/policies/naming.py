"""Which files a Project's policy names: they are no manifests, wherever they lie. Apart, for every tree asks this."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from os.path import normpath, split
from pathlib import Path
from typing import Any

from agentops.manifests.draft import Draft


def named(data: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the files that a Project's spec names: the place in the spec, and the path or pattern there."""
    policy = data.get("policy")
    rules = policy.get("rules") if isinstance(policy, dict) else None
    for path, holder in (
        (("policy", "rules"), rules),
        (("prices",), data.get("prices")),
        *((("policy", "rules", place, "schema"), each.get("schema")) for place, each in _rules(rules)),
    ):
        if isinstance(holder, dict) and isinstance(holder.get("file"), str):
            yield path, holder["file"]


def _rules(rules: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    if isinstance(rules, list):
        yield from ((place, each) for place, each in enumerate(rules) if isinstance(each, dict))


def is_named(draft: Draft, file: str) -> bool:
    """Tell whether a file below the tree is one that the Project names, and therefore no manifest."""
    folder = Path(draft.text.file).parent
    where, name = split(file)
    wanted = (split(normpath(folder / pattern)) for _, pattern in named(draft.data))
    return any(each == where and fnmatchcase(name, pattern) for each, pattern in wanted)
