"""Rubric → Markdown that any grader can read, on any target, and at its end what our engine's code reads."""

from collections.abc import Iterator, Mapping
from typing import Any

from agentops.manifests.document import Document
from agentops.reconcile.lowering.fields import name_span
from agentops.reconcile.resource import Rendered

_DEFAULT_PASS = 1.0

_NOT_FOR_GRADING = ("title", "description", "max_iterations")
"""What the words say already, and what is the outcome's: who may revise once more is still judged by the same text."""


def rendered_rubric(document: Document) -> Rendered:
    """Return the rubric's text. Equal rubrics give equal texts."""
    from agentops.wire.rubric_text import block  # noqa: PLC0415 - shapes that a tree without rubrics need not load

    words = "\n".join(_lines(document))
    read_by_code = {name: value for name, value in document.data.items() if name not in _NOT_FOR_GRADING}
    return Rendered(document.address, f"{words}\n\n{block(read_by_code)}", name_span(document))


def _lines(document: Document) -> Iterator[str]:
    data = document.data
    yield f"# {data.get('title') or document.name}"
    if data.get("description"):
        yield ""
        yield data["description"].strip()
    yield ""
    yield f"The work passes with a weighted score of at least {_percent(data.get('pass', _DEFAULT_PASS))}."
    if any(each.get("required") for each in data["criteria"]):
        yield "A required criterion that is not met fails the work whatever the score."
    yield ""
    yield "## Criteria"
    for criterion in data["criteria"]:
        yield from _criterion(criterion)
    if instructions := (data.get("grader") or {}).get("instructions"):
        yield ""
        yield "## How to grade"
        yield ""
        yield instructions.strip()


def _criterion(criterion: Mapping[str, Any]) -> Iterator[str]:
    weight = criterion.get("weight", 1)
    required = ", required" if criterion.get("required") else ""
    yield ""
    yield f"### {criterion['id']} (weight {weight:g}{required})"
    yield ""
    yield str(criterion["text"]).strip()
    if criterion.get("check"):
        yield ""
        yield f"Settled by a check: {_check(criterion['check'])}."


def _check(check: Mapping[str, Any]) -> str:
    """Return the check in words, for a grader that cannot run it."""
    return ", ".join(f"{key.replace('_', ' ')} `{_plain(value)}`" for key, value in sorted(check.items()))


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(each)}" for key, each in sorted(value.items()))
    return str(value).strip("\n")


def _percent(share: float) -> str:
    return f"{round(share * 100)} %"
