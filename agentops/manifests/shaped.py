"""Documents that are no manifests, held against a shape: what is wrong, at its place."""

from typing import Any, TypeVar

from agentops.base.diagnostics import Diagnostic
from agentops.base.names import nearest
from agentops.base.paths import dotted
from agentops.manifests.marks import Marks
from agentops.manifests.parsed import Parsed
from agentops.manifests.verdicts import code_of, meant
from agentops.wire.problems import Problem, check
from agentops.wire.shape import Shape

S = TypeVar("S", bound=Shape)


def judged(shape: type[S], parsed: Parsed) -> tuple[S | None, list[Diagnostic]]:
    """Return the document as the shape, or every problem with it.

    Reports: the manifest codes of request problems.
    """
    found, problems = check(shape, parsed.data)
    # What a misspelt field stands for is not missing as well.
    meanings = {(*each.path[:-1], meant(each, parsed.data)) for each in problems}
    told = [each for each in problems if each.path not in meanings]
    return found, [_diagnosed(each, parsed.data, parsed.marks) for each in told]


def _diagnosed(problem: Problem, data: Any, marks: Marks) -> Diagnostic:
    """Return the problem at its place."""
    *above, name = problem.path or ("",)
    where = f"{dotted(tuple(above))} " if above else "the document "
    if problem.kind == "unknown-field":
        near = meant(problem, data)
        label = f"did you mean {near}?" if near else f"fields here: {', '.join(problem.candidates)}"
        message = f"{where}has no field `{name}`"
        return Diagnostic(code_of(problem), message, marks.key_span(problem.path), label)
    if problem.kind == "missing-field" and problem.path:
        place = marks.key_span(tuple(above)) if above else marks.span(())
        return Diagnostic(code_of(problem), f"{where}needs the field `{name}`", place, f"add `{name}: …`")
    message = f"{dotted(problem.path) or 'the document'} {problem.message}"
    return Diagnostic(code_of(problem), message, marks.span(problem.path), _guess(problem, data))


def _guess(problem: Problem, data: Any) -> str:
    for step in problem.path:
        if isinstance(data, dict):
            data = data.get(step)
        else:
            data = data[step] if isinstance(data, list) and isinstance(step, int) else None
    near = nearest(data, problem.candidates) if isinstance(data, str) else None
    return f"did you mean {near}?" if near else ""
