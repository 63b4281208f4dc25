"""Problems with a request, said as the one error that the API answers with."""

from collections.abc import Iterable, Sequence

from agentops.base.errors import InvalidRequest
from agentops.wire.problems import Problem

_SHOWN_MAX = 20
"""More than anybody reads at once; a hostile request could hold thousands."""


def invalid(problems: Sequence[Problem], *, reason: str = "") -> InvalidRequest:
    """Return the error for the problems, each with its path: `tools.0.configs.1.name: must be …`.

    Source: `details.error_code` of metadata, SDK 2.11.0 `types/beta/beta_invalid_metadata_error.py`.
    """
    said = "; ".join(map(_said, problems[:_SHOWN_MAX]))
    more = f"; and {len(problems) - _SHOWN_MAX} more" if len(problems) > _SHOWN_MAX else ""
    only_metadata = all(each.path[:1] == ("metadata",) for each in problems)
    details = {"error_code": "invalid_metadata"} if only_metadata else None
    return InvalidRequest(said + more, details=details, reason=reason)


def refused(path: Iterable[str | int], message: str, *, reason: str = "") -> InvalidRequest:
    """Return the error for one problem; the reason is why a session cannot begin."""
    return invalid([Problem(tuple(path), "invalid-value", message)], reason=reason)


def _said(problem: Problem) -> str:
    path = ".".join(map(str, problem.path))
    return f"{path}: {problem.message}" if path else problem.message
