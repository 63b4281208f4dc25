"""Options that several commands share, and that need nothing but click."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

rubric_option = click.option(
    "--rubric", metavar="NAME", help="A rubric of the manifests: the work is revised until it satisfies it."
)
iterations_option = click.option(
    "--max-iterations",
    metavar="N",
    type=click.IntRange(1, 20),
    help="How often it is graded at most. Default: the rubric's own number, or 3.",
)


def tree_argument(function: F) -> F:
    """Add `[PATH]`, the tree, to a command."""
    return click.argument("path", type=click.Path(path_type=Path), default=Path())(function)
