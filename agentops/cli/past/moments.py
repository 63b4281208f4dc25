"""Which moment a person asks to plan; apart, because `agentops plan` loads this and reads no history without need."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import click

from agentops.base.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Moment:
    """Which trees a person asked to plan: as they stand, unless something is said here."""

    at: str | None = None
    """`--at`: the commit whose tree is planned."""

    is_offline: bool = False
    base: str | None = None
    """`--base`: the commit that is compared with, offline; else the one whose policy is."""

    @property
    def is_now(self) -> bool:
        """Tell whether the tree on disk is planned for a target, as usual."""
        return self.at is None and not self.is_offline


def moment_options(function: F) -> F:
    """Add the options that plan another moment than now; the command gets them as one `moment`."""

    @wraps(function)
    def command(*args: Any, at: str | None, offline: bool, base: str | None, **rest: Any) -> Any:
        if base and at and not offline:
            raise UsageError("--base is not for a plan of --at that asks a target", hint="add --offline")
        if offline and rest.get("target"):
            raise UsageError("--offline asks no target", hint="leave --target out")
        return function(*args, moment=Moment(at, offline, base), **rest)

    for name, text in (
        ("--base", "What --offline compares with.  [default: HEAD] Else: the commit that the policy is held against."),
        ("--at", "Plan the tree as it was at a commit, tag or branch."),
    ):
        command = click.option(name, metavar="REV", help=text)(command)
    text = "Show what changed in the manifests since --base: no target, no credential, no network."
    return click.option("--offline", is_flag=True, help=text)(command)  # type: ignore[return-value]  # click types a decorated function as its own
