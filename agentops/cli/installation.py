"""Whether this installation is whole: another product on PyPI has the same import name."""

from pathlib import Path

import agentops
from agentops.base.errors import UsageError


def refuse_clash(site: Path | None = None) -> None:
    """Stop when the other `agentops` is installed in the same place: each overwrites files of the other.

    Raises:
        UsageError: both are there.
    """
    folder = site or Path(agentops.__file__).parent.parent
    other = next(folder.glob("agentops-*.dist-info"), None)
    if other is not None:
        raise UsageError(
            f"two products share the import name `agentops` in {folder}: agentops-gitops and {other.stem}",
            hint="install this one apart from it: `uv tool install agentops-gitops`, or in a virtual environment",
        )
