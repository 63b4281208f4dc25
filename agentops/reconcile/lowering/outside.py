"""Secrets, fetched from where a manifest says they are: the environment, or a file outside the tree."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agentops.base.diagnostics import Diagnostic
from agentops.base.secrets import Secret
from agentops.manifests.document import Document
from agentops.reconcile import codes

_LARGEST = 64 * 1024
"""Units: bytes. No token is near it; a path to something else may well be."""


@dataclass(frozen=True, slots=True)
class _Missing:
    """There is no secret: the fact, and what to do."""

    fact: str
    label: str


def fetched(
    document: Document, path: tuple[str, ...], where: Mapping[str, str], environ: Mapping[str, str]
) -> Secret | Diagnostic:
    """Return the secret that `{env: NAME}` or `{file: path}` stands for, or why there is none.

    Reports:
        plan.missing-secret: the variable is not set, the file cannot be read, or there is nothing in it.
    """
    found = _variable(environ, where["env"]) if "env" in where else _file(document, where["file"])
    if isinstance(found, Secret):
        return found
    fact = f"{document.address}: `{'.'.join(path)}` {found.fact}"
    return Diagnostic(codes.MISSING_SECRET, fact, document.span(path), found.label)


def _variable(environ: Mapping[str, str], name: str) -> Secret | _Missing:
    text = environ.get(name)
    if text:
        return Secret(text)
    state = "not set" if text is None else "empty"
    return _Missing(f"is in the variable {name}, which is {state}", f"set {name} where agentops runs")


def _file(document: Document, name: str) -> Secret | _Missing:
    """Return the file's text without the line end that editors put there."""
    path = Path(document.file).parent / name
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        text = content.decode().rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text in UTF-8"
        return _Missing(f"is in the file {path}, which cannot be read: {reason}", "put the secret there")
    if text and len(content) <= _LARGEST:
        return Secret(text)
    state = f"has more than {_LARGEST:,} bytes" if text else "is empty"
    return _Missing(f"is in the file {path}, which {state}", "put the secret there, and nothing else")
