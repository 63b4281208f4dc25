"""How a problem with a request is told to somebody who wrote a manifest: at its place, with the way out."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from agentops.base.diagnostics import Code, Diagnostic, Span
from agentops.base.names import Address, nearest
from agentops.base.paths import Path, dotted
from agentops.manifests.codes import manifests
from agentops.manifests.marks import Marks
from agentops.manifests.scalars import LOOK_ALIKES
from agentops.manifests.wording import ticked
from agentops.wire.problems import Problem

_CODES: Mapping[str, Code] = {
    each.slug.removeprefix("manifest."): each
    for each in (
        manifests.UNKNOWN_FIELD,
        manifests.MISSING_FIELD,
        manifests.WRONG_TYPE,
        manifests.INVALID_VALUE,
        manifests.TOO_LONG,
        manifests.TOO_SHORT,
        manifests.TOO_MANY,
        manifests.TOO_FEW,
        manifests.BAD_FORMAT,
        manifests.NOT_UNIQUE,
        manifests.BAD_COMBINATION,
    )
}
_WAYS_OUT = {
    "not-unique": "remove one of the two",
    "too-few": "add an entry, or leave the field out where it is optional",
    "too-short": "write a text, or leave the field out where it is optional",
}
_ELSEWHERE = "give it a mount_path of its own"
_EXAMPLES: Mapping[str | int, str] = {"expression": 'such as "0 7 * * 1-5": at 7:00, Monday to Friday'}
_ABOUT_THE_KEY = "its key "
_MOST_LISTED = 12


def subject(address: Address, path: Path) -> str:
    """Return what a sentence about a place begins with: `Agent/reviewer: tools[0].name`."""
    return f"{address}: {dotted(path)}" if path else f"{address}"


def code_of(problem: Problem) -> Code:
    """Return the code under which a problem of a request is reported."""
    return _CODES.get(problem.kind, manifests.INVALID_VALUE)


def diagnosed(problem: Problem, address: Address, data: Any, marks: Marks) -> Diagnostic:
    """Return the problem of a spec as a diagnostic. Reports: the manifest codes of request problems."""
    value = _value(data, problem.path)
    span = _place(problem, value, marks)
    if problem.kind == "unknown-field":
        return _unknown(problem, address, data, span)
    if problem.kind == "missing-field":
        return _missing(problem, address, span)
    told = f"{subject(address, problem.path)} {problem.message}" if problem.path else f"{address} {problem.message}"
    return Diagnostic(code_of(problem), told, span, _way_out(problem, value), tuple(_notes(problem, value)))


def meant(problem: Problem, data: Any) -> str | None:
    """Return the field that a misspelt one most likely stands for; one that is written already is not meant."""
    if problem.kind != "unknown-field":
        return None
    *above, name = problem.path
    written = _value(data, tuple(above))
    free = [each.rstrip("_") for each in problem.candidates if not isinstance(written, dict) or each not in written]
    return nearest(str(name), free)


def _unknown(problem: Problem, address: Address, data: Any, span: Span) -> Diagnostic:
    *above, name = problem.path
    near = meant(problem, data)
    label = f"did you mean {near}?" if near else "remove it"
    notes = (f"fields here: {_listed(problem.candidates)}",) if problem.candidates and not near else ()
    message = f"{subject(address, tuple(above))} has no field {ticked(str(name))}"
    return Diagnostic(manifests.UNKNOWN_FIELD, message, span, label, notes)


def _missing(problem: Problem, address: Address, span: Span) -> Diagnostic:
    *above, name = problem.path
    message = f"{subject(address, tuple(above))} needs the field {ticked(str(name))}"
    _, _, choice = problem.message.partition(": ")
    return Diagnostic(manifests.MISSING_FIELD, message, span, f"add `{name}: …`", (choice,) if choice else ())


def _place(problem: Problem, value: Any, marks: Marks) -> Span:
    path = ("spec", *problem.path)
    if problem.kind == "missing-field":
        above = path[:-1]
        return marks.key_span(above) if isinstance(above[-1], str) else marks.span(above)
    about_key = problem.kind == "unknown-field" or problem.message.startswith(_ABOUT_THE_KEY)
    # A whole block is a poor thing to underline: its key says as well which one is meant.
    if about_key or isinstance(value, (dict, list)):
        return marks.key_span(path)
    return marks.span(path)


def _way_out(problem: Problem, value: Any) -> str:
    if problem.kind in _WAYS_OUT:
        return _ELSEWHERE if problem.path[-1:] == ("mount_path",) else _WAYS_OUT[problem.kind]
    if problem.kind in ("too-long", "too-many") and (excess := _excess(problem.message)):
        return f"shorten it by {excess}" if problem.kind == "too-long" else f"remove {excess}"
    if problem.kind == "bad-format" and problem.path and problem.path[-1] in _EXAMPLES:
        return _EXAMPLES[problem.path[-1]]
    if isinstance(value, str) and (near := nearest(value, problem.candidates)):
        return f"did you mean {near}?"
    if problem.kind == "wrong-type" and problem.message.startswith("must be a string") and _is_plain(value):
        return f'put it in quotes: "{_yaml(value)}"'
    is_switch = problem.message.startswith("must be true or false")
    if problem.kind == "wrong-type" and is_switch and isinstance(value, str):
        return _switch(value)
    if problem.kind == "wrong-type" and problem.message.startswith("must be a list"):
        return "write each entry on a line of its own, after a dash"
    return ""


def _switch(text: str) -> str:
    """Return what a text in the place of true or false was meant as."""
    if text in LOOK_ALIKES:
        return f"write {LOOK_ALIKES[text]}"
    return f"write {text.lower()}, without quotes" if text.lower() in {"true", "false"} else ""


def _excess(message: str) -> int:
    """Return by how much a limit is passed, from a sentence that says both numbers; 0 when it does not."""
    numbers = [int(each) for each in re.findall(r"\d+", message)]
    return max(0, numbers[1] - numbers[0]) if len(numbers) == 2 else 0


def _notes(problem: Problem, value: Any) -> Iterable[str]:
    if problem.kind == "wrong-type" and isinstance(value, dict) and set(value) == {"file"}:
        yield "{file: path} is taken in place of long texts only"


def _is_plain(value: Any) -> bool:
    return isinstance(value, (bool, int, float))


def _yaml(value: float | bool) -> str:  # noqa: FBT001 # a value of a manifest, whatever its type
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(names: tuple[str, ...]) -> str:
    shown = [each.rstrip("_") for each in names[:_MOST_LISTED]]
    return ", ".join(shown) + (", …" if len(names) > _MOST_LISTED else "")


def _value(data: Any, path: Path) -> Any:
    for step in path:
        inside = step in data if isinstance(data, dict) else isinstance(data, list) and isinstance(step, int)
        if not inside or (isinstance(data, list) and isinstance(step, int) and step >= len(data)):
            return None
        data = data[step]
    return data
