"""What is wrong with a request, all at once: pydantic's errors as problems with a path in the data and a sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from agentops.base.paths import Path
from agentops.wire.shape import Form, Shape
from agentops.wire.walk import NOTHING, allowed, below, fields, is_union, member, stripped
from agentops.wire.wording import described, quoted, sentence

__all__ = ["Path", "Problem", "at", "check", "obeying"]

S = TypeVar("S", bound=Shape)
T = TypeVar("T")

_RULE = "rule"
_KEY = "[key]"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the data at a path."""

    path: Path
    kind: str
    """One of unknown-field, missing-field, wrong-type, invalid-value, too-long, too-short, too-many, too-few,
    bad-format, not-unique, bad-combination."""

    message: str
    """What must hold and what does, as the path's predicate: `must be at most 256 characters, is 300`."""

    candidates: tuple[str, ...] = ()
    """The field names or values that are allowed here, for a `did you mean`."""


def check(shape: type[S], data: object) -> tuple[S | None, tuple[Problem, ...]]:
    """Return the data as the shape, or every problem with it."""
    try:
        return shape.model_validate(data), ()
    except ValidationError as error:
        more = (each for part in shape.parts for each in check(part, data)[1])
        return None, tuple(dict.fromkeys((*_problems(shape, error), *more)))


_MOST = 200
"""How many problems are put into words: more than a person reads, few enough that a hostile list of a quarter of a
million wrong items costs no more than its parsing."""


def obeying(value: T, problems: Iterable[Problem]) -> T:
    """Return the value when there is no problem with it; for validators, paths relative to the value.

    Raises:
        PydanticCustomError: there are problems; `check` unfolds them.
    """
    found = tuple(problems)
    if found:
        raise PydanticCustomError(_RULE, "breaks a rule", {"problems": found})
    return value


def at(prefix: Path, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems as seen from further up."""
    return tuple(replace(each, path=prefix + each.path) for each in problems)


def _problems(shape: type[Shape], error: ValidationError) -> Iterable[Problem]:
    every = error.errors(include_url=False, include_context=True)
    yield from _described(shape, every[:_MOST])
    if len(every) > _MOST:
        yield Problem((), "too-many", f"has {len(every) - _MOST} more problems like these; mend these first")


def _described(shape: type[Shape], every: Sequence[ErrorDetails]) -> Iterable[Problem]:
    for details in every:
        path, hint, parent = _place(shape, details["loc"])
        if details["type"] == _RULE:
            yield from at(path, details["ctx"]["problems"])
        elif details["type"] == "extra_forbidden":
            yield Problem(path, "unknown-field", "is not a field here", tuple(fields(parent)))
        else:
            problem = _problem(path, hint, details)
            yield replace(problem, message=f"its key {problem.message}") if parent == _KEY else problem


def _place(shape: type[Shape], loc: Sequence[str | int]) -> tuple[Path, Any, Any]:
    """Return the path in the data, the hint there and the one above (`_KEY` when the key itself is meant).

    Pydantic's `loc` also names the form of each union, and says `[key]` behind a key that is wrong.
    """
    path: list[str | int] = []
    hint: Any = shape
    parent = NOTHING
    for element in loc:
        form, _ = stripped(hint)
        if element == _KEY and get_origin(parent) is dict:
            return tuple(path), get_args(parent)[0], _KEY
        if is_union(form):
            hint = member(form, str(element))
        elif form is not NOTHING:
            path.append(element)
            hint, parent = below(form, element), form
    return tuple(path), hint, parent


def _problem(path: Path, hint: Any, details: ErrorDetails) -> Problem:
    value = details["input"]
    match details["type"]:
        case "union_tag_not_found" | "union_tag_invalid":
            return _untagged(path, hint, str(details["ctx"]["discriminator"]).strip("'"), value)
        case "literal_error" if allowed(hint):
            return _not_one_of(path, allowed(hint), value)
        case "invalid_key":
            return Problem(path[:-1], "wrong-type", "must have strings as keys")
        case "string_pattern_mismatch":
            return Problem(path, "bad-format", f"must be {_form(hint)}")
        case kind:
            return Problem(path, *sentence(kind, details.get("ctx", {}), value, details["msg"]))


def _form(hint: Any) -> str:
    _, markers = stripped(hint)
    return next((each.phrase for each in markers if isinstance(each, Form)), "of another form")


def _untagged(path: Path, hint: Any, key: str, value: object) -> Problem:
    if not isinstance(value, dict):
        return Problem(path, "wrong-type", f"must be an object, is {described(value)}")
    if key not in value:
        return Problem((*path, key), "missing-field", f"is required: {_choice(allowed(hint))}", allowed(hint))
    return _not_one_of((*path, key), allowed(hint), value[key])


def _not_one_of(path: Path, values: tuple[str, ...], value: object) -> Problem:
    if not isinstance(value, str):
        return Problem(path, "wrong-type", f"must be a string, is {described(value)}", values)
    return Problem(path, "invalid-value", f"must be {_choice(values)}, is {quoted(value)}", values)


def _choice(values: tuple[str, ...]) -> str:
    return values[0] if len(values) == 1 else f"one of {', '.join(values)}"
