"""CEL: conditions of a project's own, checked without a server. The only file that knows the library.

The library is Google's own CEL. It checks types, gives line and column, matches patterns by RE2, and bounds an
evaluation to 10,000 rounds and 32 levels; time and memory are bounded by the process that evaluates.
Source: cel-expr-python 0.1.3.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from agentops.base.names import nearest
from agentops.manifests.policies.policy import Variable

EXTRA = "pip install 'agentops-gitops[rules]'"
"""What brings the library."""

_MOST_SHOWN = 60
_VARIABLES: tuple[Variable, ...] = ("plan", "step", "change")
_WORDS = (
    *("all", "exists", "exists_one", "filter", "map", "has", "size", "matches", "contains", "startsWith", "endsWith"),
    *_VARIABLES,
)
_PLACE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '(.*)'")
_TOKENS = re.compile(r" expecting \{.*|\s*\[[A-Z_]+\]$|^[A-Z_]+: ")


class NoLibrary(Exception):
    """The library for rules is not installed."""


class Wrong(Exception):
    """An expression that cannot be judged."""

    def __init__(self, line: int, column: int, message: str, near: str = "") -> None:
        """Keep the place inside the expression, what is wrong, and what was perhaps meant. Units: from 1."""
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message
        self.near = near
        self.index = 0
        """Which of the expressions it is."""


def seen(expressions: Sequence[str]) -> tuple[Variable, ...]:
    """Return the fewest variables with which all the expressions make sense; each must be a truth value.

    Raises:
        NoLibrary: the library is not installed.
        Wrong: an expression is no CEL, or names what there is not; its `index` says which.
    """
    for choice in _choices():
        if all(_fits(each, choice) for each in expressions):
            return choice
    for index, each in enumerate(expressions):
        try:
            _compiled(each, _VARIABLES)
        except Wrong as error:
            error.index = index
            raise
    return _VARIABLES


def _choices() -> Iterator[tuple[Variable, ...]]:
    yield ("plan",)
    yield ("step",)
    for size in (1, 2, 3):
        yield from combinations(_VARIABLES, size)


def _fits(expression: str, variables: Sequence[Variable]) -> bool:
    try:
        _compiled(expression, variables)
    except Wrong:
        return False
    return True


def _compiled(expression: str, variables: Sequence[Variable]) -> Any:
    try:
        from cel_expr_python import cel  # noqa: PLC0415 - only rules need it
    except ImportError:
        raise NoLibrary from None
    environment = cel.NewEnv(variables=dict.fromkeys(variables, cel.Type.DYN))
    try:
        made = environment.compile(expression)
    except RuntimeError as error:
        raise _wrong(expression, str(error)) from None
    if (kind := made.return_type().name()) not in {"BOOL", "DYN"}:
        raise Wrong(1, 1, f"gives {kind.lower()}, not true or false")
    return made


def _wrong(expression: str, text: str) -> Wrong:
    """Return what the library said first; of several names that do not exist, one that is nearly another one."""
    places = _PLACE.findall(text)
    if not places:
        return Wrong(1, 1, _TOKENS.sub("", text.splitlines()[0]))
    every = [_placed(expression, int(line), int(column), said) for line, column, said in places]
    return next((each for each in every if each.near), every[0])


def _placed(expression: str, line: int, column: int, text: str) -> Wrong:
    said = _TOKENS.sub("", text).replace("'<EOF>'", "the end").replace("Syntax error: ", "")
    if overload := _OVERLOAD.search(said):
        return Wrong(line, column, f"`{overload[1].strip('_')}` does not take {overload[2]}")
    undeclared = _UNDECLARED.search(said)
    if not undeclared:
        return Wrong(line, column, said)
    name = undeclared[1].partition(".")[0]
    written = [*expression.splitlines(), ""][line - 1][: column - 1]
    # The library points behind the name of what is called or selected from.
    start = column - len(name) if written.endswith(name) else column
    return Wrong(line, start, f"there is no `{name}`", nearest(name, _WORDS) or "")


class Condition:
    """An expression that was checked, to be asked many times."""

    def __init__(self, expression: str, sees: Sequence[Variable]) -> None:
        """Compile it."""
        self._made = _compiled(expression, sees)
        self._sees = sees

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Return whether it is true of the facts.

        Raises:
            Wrong: it cannot be told, for example because a field is not there.
        """
        try:
            answer = self._made.eval(data={each: facts[each] for each in self._sees})
        except RuntimeError as error:
            raise Wrong(1, 1, _unbounded(str(error))) from None
        value = answer.value()
        if answer.type().name() == "BOOL":
            return bool(value)
        if answer.type().name() == "ERROR":
            raise Wrong(1, 1, _missing(str(value)))
        raise Wrong(1, 1, f"is {str(value)[:_MOST_SHOWN]}, not true or false")


def _missing(text: str) -> str:
    """Return what went wrong while evaluating."""
    found = re.search(r'Key not found in map : "([^"]*)"', text)
    if found:
        return f"there is no field `{found[1]}` here: ask `has(….{found[1]})` first"
    if "SELECT to non-message" in text:
        return "a field is asked of something that has no fields"
    return _TOKENS.sub("", text)


def _unbounded(text: str) -> str:
    if "budget" in text:
        return "it takes more than 10,000 rounds: name `step` or `change`, and it is asked of each by itself"
    return _TOKENS.sub("", text)
