"""One change of a document, and the document's data after it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from agentops.base.absent import ABSENT
from agentops.base.errors import CannotEdit
from agentops.base.paths import Path


@dataclass(frozen=True, slots=True)
class Edit:
    """Another value at one place of a document."""

    path: Path
    """From the top of the document: `("spec", "system")`. What is missing on the way is made."""

    value: Any
    """`ABSENT` takes the place away."""


def changed(data: Any, edits: Sequence[Edit]) -> Any:
    """Return the data with every edit made, the given data left as it is."""
    result = deepcopy(data)
    for each in edits:
        *above, last = each.path
        holder = _reached(result, above, each)
        if each.value is not ABSENT:
            _put(holder, last, deepcopy(each.value), each)
        elif isinstance(holder, dict):
            holder.pop(last, None)
        elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
            del holder[last]
    return result


def value_at(data: Any, path: Path) -> Any:
    """Return what stands at a path, or `ABSENT`."""
    for step in path:
        is_there = step in data if isinstance(data, Mapping) else isinstance(data, list) and _is_place(data, step)
        if not is_there:
            return ABSENT
        data = data[step]
    return data


def _reached(data: Any, above: Sequence[str | int], edit: Edit) -> Any:
    """Return what holds the place of an edit, made where it is missing and something is to be put there."""
    for step in above:
        found = value_at(data, (step,))
        if found is ABSENT or found is None:
            if edit.value is ABSENT:
                return None
            found = {}
            _put(data, step, found, edit)
        data = found
    return data


def _put(holder: Any, step: str | int, value: Any, edit: Edit) -> None:
    if isinstance(holder, dict) and isinstance(step, str):
        holder[step] = value
    elif isinstance(holder, list) and isinstance(step, int) and 0 <= step <= len(holder):
        holder[step : step + 1] = [value]
    else:
        place = ".".join(map(str, edit.path))
        raise CannotEdit(f"there is no place `{place}` in the document", hint="write the value by hand")


def _is_place(data: Sequence[Any], step: str | int) -> bool:
    return isinstance(step, int) and 0 <= step < len(data)
