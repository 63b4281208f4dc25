"""Which rubric of the manifests a name at the command line stands for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agentops.base.errors import UsageError
from agentops.base.names import Address, Kind, nearest
from agentops.engine.core.evaluations import rubric_digest, rubric_title
from agentops.engine.core.outcomes.rubric import Criterion, Unreadable
from agentops.engine.core.outcomes.rubric import Rubric as Graded
from agentops.engine.core.outcomes.rubric import rubric as graded_by
from agentops.reconcile.lowering.rubric import rendered_rubric

if TYPE_CHECKING:
    from agentops.manifests.document import Document, Tree

_NONE = "declare one: a manifest of kind Rubric, schema/Rubric.json tells how"


@dataclass(frozen=True, slots=True)
class Rubric:
    """A rubric as targets are sent it, and where it was declared."""

    document: "Document"
    text: str
    graded: Graded
    """The text, as graders of ours read it."""

    @property
    def name(self) -> str:
        """Return what the manifests call it."""
        return self.document.name

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Return what must be true of the work."""
        return self.graded.criteria

    @property
    def title(self) -> str:
        """Return the heading of its text, by which its evaluations are found again."""
        return rubric_title(self.text) or self.name

    @property
    def digest(self) -> str:
        """Return what tells its text from that of an earlier one."""
        return rubric_digest(self.text)


def the(tree: "Tree", name: str) -> Rubric:
    """Return the rubric: `report`, or `Rubric/report`.

    Raises:
        UsageError: the tree has none of that name.
    """
    found = tree.get(Address(Kind.RUBRIC, name.removeprefix(f"{Kind.RUBRIC}/")))
    if found is None:
        known = [each.name for each in every(tree)]
        near = nearest(name, known)
        hint = f"did you mean `{near}`?" if near else f"there are: {', '.join(known)}" if known else _NONE
        raise UsageError(f"there is no rubric `{name}` in the manifests", hint=hint)
    return _read(found)


def every(tree: "Tree") -> Sequence[Rubric]:
    """Return the rubrics of the tree by name."""
    return [_read(each) for each in tree.documents if each.kind is Kind.RUBRIC]


def with_model(rubric: Rubric, model: str) -> Rubric:
    """Return the rubric as it would be if it named this model as its grader."""
    data = rubric.document.data
    grader = {**(data.get("grader") or {}), "model": model}
    return _read(replace(rubric.document, data={**data, "grader": grader}))


def _read(document: "Document") -> Rubric:
    text = rendered_rubric(document).text
    try:
        return Rubric(document, text, graded_by(text))
    except Unreadable as error:
        raise UsageError(f"{document.address} cannot be graded by: {error}", hint=document.file) from None
