"""What a person says to `agentops drift` about what to look at and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agentops.base.errors import UsageError

if TYPE_CHECKING:
    from agentops.reconcile.adopting import Only
    from agentops.reconcile.resource import Desired


class Mode(StrEnum):
    """What becomes of drift."""

    REPORT = "report"
    CORRECT = "correct"
    """The target is brought back to what was applied; edits that wait in the manifests go on waiting."""
    ADOPT = "adopt"
    """The manifests take the live values over."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for."""

    mode: Mode
    only: tuple[str, ...]
    branch: str | None
    patch: str | None
    is_agreed: bool
    """`--yes`."""

    to_plan: str | None
    """`--expect`: consent to exactly this correction."""

    output: str
    max_update: int | None = None
    """`--max-update`: correct up to so many objects."""

    def check(self) -> None:
        """See that the options go together.

        Raises:
            UsageError: they do not.
        """
        if (self.branch or self.patch) and self.mode is not Mode.ADOPT:
            raise UsageError("--branch and --patch say where adopted values go", hint="add --mode adopt")
        if self.branch and self.patch:
            raise UsageError("--branch and --patch are two places", hint="give one of them")
        if (self.is_agreed or self.to_plan or self.max_update is not None) and self.mode is not Mode.CORRECT:
            fact = "--yes, --expect and --max-update are for --mode correct: nothing else here changes the target"
            raise UsageError(fact, hint="leave them out")
        if self.patch == "-" and self.output == "json":
            raise UsageError("a patch and JSON cannot both be on standard output", hint="give --patch a file")

    @property
    def patch_file(self) -> Path | None:
        """Return the file that the patch is written to."""
        return Path(self.patch) if self.patch and self.patch != "-" else None


def only_of(texts: Iterable[str], desired: "Desired") -> "tuple[Only, ...]":
    """Return the objects and fields that a person named.

    Raises:
        UsageError: one is neither, or is not declared.
    """
    found = tuple(_only(each) for each in texts)
    for each in found:
        _check_declared(each, desired)
    return found


def _check_declared(only: "Only", desired: "Desired") -> None:
    from agentops.base.names import nearest
    from agentops.reconcile.objects import OBJECTS

    resource = desired.by_address.get(only.address)
    if resource is None:
        near = nearest(str(only.address), [str(each) for each in desired.by_address])
        raise UsageError(
            f"--only {only.address}: no manifest declares it", hint=f"did you mean {near}?" if near else "see `plan`"
        )
    fields = OBJECTS[resource.object].fields
    if only.field and only.field not in fields:
        near = nearest(only.field, fields)
        raise UsageError(
            f"--only {only.address}.{only.field}: it has no such field",
            hint=f"did you mean {near}?" if near else f"its fields: {', '.join(fields)}",
        )


def _only(text: str) -> "Only":
    from agentops.base.names import Address
    from agentops.reconcile.adopting import Only

    if address := Address.parse(text):
        return Only(address)
    named, _, field = text.partition(".")
    if field and (address := Address.parse(named)):
        return Only(address, field)
    raise UsageError(
        f"--only {text}: neither an object nor a field", hint="write Agent/reviewer or Agent/reviewer.system"
    )


def mode_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add `--mode`."""
    text = "Report it, bring the target back, or write the live values into the manifests."
    choice = click.Choice([each.value for each in Mode])
    return click.option("--mode", type=choice, default=Mode.REPORT.value, show_default=True, help=text)(command)
