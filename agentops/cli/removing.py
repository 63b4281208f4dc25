"""The options of what may be removed: plan and apply have them all, destroy the one that is about others."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agentops.base.errors import UsageError

if TYPE_CHECKING:
    from agentops.base.names import Address

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--prune", is_flag=True, help="Retire what is declared no more, and archive it after its grace."),
    click.option("--archive-now", multiple=True, metavar="ADDRESS", help="Archive this one, with no grace."),
    click.option("--no-grace", is_flag=True, help="Let --prune archive all of it at once."),
    click.option("--spare-protected", is_flag=True, help="Let --prune leave what is protected, and what that needs."),
    click.option("--cascade", multiple=True, metavar="ID", help="Let what others own go with ours."),
    click.option("--max-archive", type=click.IntRange(min=0), metavar="N", help="Let --prune remove up to N."),
    click.option("--allow-partial-checkout", is_flag=True, help="Prune although part of the repository is not here."),
)
_CASCADE = 4
_GIVEN = ("prune", "no_grace", "spare_protected", "allow_partial_checkout", "max_archive")


def removal_options(function: F) -> F:
    """Add the options that remove; the command gets them as one `removal`."""

    @wraps(function)
    def command(*args: Any, path: Path, **rest: Any) -> Any:
        from agentops.base.clock import SystemClock
        from agentops.reconcile.removal import RemovalRules

        given = {name: rest.pop(name) for name in _GIVEN}
        now, cascade = addresses(rest.pop("archive_now"), "--archive-now"), frozenset(rest.pop("cascade"))
        if given["no_grace"] and not given["prune"]:
            raise UsageError(
                "--no-grace says how --prune goes about it", hint="add --prune, or name single objects: --archive-now"
            )
        rules = RemovalRules(
            prune=given["prune"],
            max_archive=given["max_archive"],
            now=SystemClock().now(),
            archive_now=now,
            skips_grace=given["no_grace"],
            spares_protected=given["spare_protected"],
            cascade=cascade,
            checkout=_missing(path) if given["prune"] or now else "",
            allows_partial=given["allow_partial_checkout"],
        )
        return function(*args, path=path, removal=rules, **rest)

    for option in reversed(_OPTIONS):
        command = option(command)
    return command  # type: ignore[return-value]  # click types a decorated function as its own


def cascade_option(function: F) -> F:
    """Add `--cascade ID` to a command that removes without a plan of manifests."""
    return _OPTIONS[_CASCADE](function)


def addresses(texts: tuple[str, ...], option: str) -> "frozenset[Address]":
    """Return the addresses that a person gave to an option.

    Raises:
        UsageError: one of them is none.
    """
    from agentops.base.names import Address

    found = {text: Address.parse(text) for text in texts}
    for text, address in found.items():
        if address is None:
            raise UsageError(f"{option} {text}: not an address", hint="write Kind/name, for example Agent/reviewer")
    return frozenset(each for each in found.values() if each)


def _missing(path: Path) -> str:
    from agentops.cli.checkout import missing_of

    return missing_of(path)
